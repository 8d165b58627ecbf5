"""People: the names they log in with, and what may not be done to them."""

from __future__ import annotations

import re
from collections.abc import Collection
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_USER_NAME = re.compile(r"[a-z0-9@.+_-]{1,150}")
#: Source: RFC 5321, 4.5.3.1.3 (a path of 256 octets holds an address of 254).
_LONGEST_EMAIL = 254


class UserNameUnfit(Refusal):
    """The user name has a sign in it that may not stand there."""

    code = "access.user_name_unfit"
    sentence = _("“{username}” is no user name: use letters a to z, digits, and . _ - + @.")


class UserNameTaken(Refusal):
    """Somebody else logs in with this name, or did once."""

    code = "access.user_name_taken"
    sentence = _("The user name “{username}” is taken. Names of people who left are not given out again.")


class EmailUnfit(Refusal):
    """This is no e-mail address."""

    code = "access.email_unfit"
    sentence = _("“{email}” is no e-mail address.")


class ChoiceUnknown(Refusal):
    """The installation does not offer this language, or nobody keeps this time zone."""

    code = "access.choice_unknown"
    sentence = _("“{choice}” is not offered.")


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


def read_email(typed: str) -> str:
    """Give the e-mail address that somebody typed, its domain in lower case; empty for none.

    :raises EmailUnfit: it is no address

    >>> read_email(" Ann@Example.ORG ")
    'Ann@example.org'
    """
    address = typed.strip()
    if not address:
        return ""
    if not _EMAIL.fullmatch(address) or len(address) > _LONGEST_EMAIL:
        raise EmailUnfit(email=address)
    name, domain = address.split("@")
    return f"{name}@{domain.lower()}"


def check_choices(*, language: str, time_zone: str, languages: Collection[str]) -> None:
    """Check the language and time zone that a person chose; empty leaves the choice to the browser and the installation.

    :raises ChoiceUnknown: one of them is not offered

    >>> check_choices(language="cy", time_zone="Europe/London", languages={"cy", "en-gb"})
    >>> check_choices(language="", time_zone="Europe/Atlantis", languages={"en-gb"})
    Traceback (most recent call last):
    ...
    tallystick.access.rules.people.ChoiceUnknown: “Europe/Atlantis” is not offered.
    """
    if language and language not in languages:
        raise ChoiceUnknown(choice=language)
    if time_zone and time_zone not in available_timezones():
        raise ChoiceUnknown(choice=time_zone)
