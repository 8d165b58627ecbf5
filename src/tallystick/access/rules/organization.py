"""Names of business units and teams."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class NameMissing(Refusal):
    """A business unit or team needs a name, and a unit a code."""

    code = "access.name_missing"
    sentence = _("Give it a name.")


class NameTaken(Refusal):
    """Another business unit or team is called so."""

    code = "access.name_taken"
    sentence = _("“{name}” exists already.")


def read_name(typed: str) -> str:
    """Give the name that somebody typed, without blanks around and doubled inside.

    :raises NameMissing: nothing is left

    >>> read_name("  North   West ")
    'North West'
    """
    name = " ".join(typed.split())
    if not name:
        raise NameMissing
    return name


def read_code(typed: str) -> str:
    """Give the code that somebody typed, in capitals.

    :raises NameMissing: nothing is left

    >>> read_code(" nw ")
    'NW'
    """
    return read_name(typed).upper()
