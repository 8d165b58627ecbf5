"""Ask the table of the scheme whether a UK bank account is possible."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from tallystick.jurisdictions.queries.packs import DATA
from tallystick.jurisdictions.rules import modulus
from tallystick.jurisdictions.rules.refusals import NoSuchBankAccount

#: The files as Pay.UK publishes them: weights, and sort codes that are checked as another.
_PUBLISHED = ("valacdos.txt", "scsubtab.txt")
_SHIPPED = ("modulus-weights.txt", "modulus-substitutions.txt")


@cache
def _table(folder: Path | None) -> modulus.Table:
    files = (
        [DATA.joinpath("gb", name) for name in _SHIPPED]
        if folder is None
        else [folder.joinpath(name) for name in _PUBLISHED]
    )
    weights, substitutions = (file.read_text("utf-8").splitlines() for file in files)
    return modulus.read_table(weights, substitutions, name="/".join(file.name for file in files))


def is_possible_account(sort_code: str, number: str) -> bool:
    """Test if there can be an account of a number at a sort code: one that the table does not list may have any.

    >>> is_possible_account("08-99-99", "66374958"), is_possible_account("08-99-99", "66374959"), is_possible_account("1", "2")
    (True, False, False)
    """
    standard = modulus.standardise(sort_code, number)
    return standard is not None and modulus.is_possible(*standard, _table(settings.JURISDICTIONS_MODULUS_FOLDER))


def must_be_possible_account(sort_code: str, number: str) -> None:
    """Refuse an account that there cannot be. Without a sort code, or without a number, nothing is said of it.

    :raises NoSuchBankAccount: a digit is wrong
    """
    if sort_code and number and not is_possible_account(sort_code, number):
        raise NoSuchBankAccount(sort_code=sort_code, number=number)
