"""People: the names they log in with, and what may not be done to them."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal

_USER_NAME = re.compile(r"[a-z0-9@.+_-]{1,150}")


class UserNameUnfit(Refusal):
    """The user name has a sign in it that may not stand there."""

    code = "access.user_name_unfit"
    sentence = _("“{username}” is no user name: use letters a to z, digits, and . _ - + @.")


class UserNameTaken(Refusal):
    """Somebody else logs in with this name, or did once."""

    code = "access.user_name_taken"
    sentence = _("The user name “{username}” is taken. Names of people who left are not given out again.")


class UserHasLeft(Refusal):
    """The person has left: nothing can be given to them."""

    code = "access.user_has_left"
    sentence = _("“{username}” has left. Let them return first.")


class OwnDeparture(Refusal):
    """Nobody lets themselves go."""

    code = "access.own_departure"
    sentence = _("You cannot let yourself go. Ask another administrator.")


def read_user_name(typed: str) -> str:
    """Give the user name that somebody typed, in lower case.

    ASCII only: names that look alike and are not (a Cyrillic а) would let one person pass for another.

    :raises UserNameUnfit: a sign may not stand in a user name, or there are none or more than 150

    >>> read_user_name(" Ann.Archer ")
    'ann.archer'
    """
    name = typed.strip().lower()
    if not _USER_NAME.fullmatch(name):
        raise UserNameUnfit(username=typed.strip())
    return name
