"""Records of a file for Bacs (Standard 18): fixed widths, capitals, and a narrow set of characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_NOT_ALLOWED = re.compile(r"[^A-Z0-9.&/ -]")
#: The most that one record may move, in pence.
MOST_MINOR = 2_000_000_000


class NotARecord(ValueError):
    """Something does not fit a record: the scheme would refuse the file."""


def label_day(day: date) -> str:
    """Give a day as labels have it: a blank, the year in two digits, the number of the day in it.

    >>> label_day(date(2028, 12, 31)), label_day(date(2027, 1, 1))
    (' 28366', ' 27001')
    """
    return f" {day:%y%j}"


def text(said: str, width: int) -> str:
    """Give a text in the characters of the scheme, cut or filled to a width: letters lose their accents, other signs are blanks.

    >>> text("Müller & Söhne, Bonn", 18)
    'MULLER & SOHNE  BO'
    """
    plain = "".join(each for each in unicodedata.normalize("NFKD", said.upper()) if not unicodedata.combining(each))
    return _NOT_ALLOWED.sub(" ", plain)[:width].ljust(width)


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account: a sort code of six digits, a number of eight."""

    sort_code: str
    number: str


@dataclass(frozen=True, slots=True)
class Record:
    """A movement of money, or an instruction about a Direct Debit (no money), between an account and that of the user."""

    destination: Account
    #: 01, 17, 18 and 19 collect, 99 pays, 0N, 0C and 0S set up, cancel and take over an instruction.
    code: str
    originator: Account
    minor: int
    user_name: str
    reference: str
    name: str
    #: When it is processed, in a file of several days.
    processed_on: date | None = None


def line(record: Record) -> str:
    """Give the line of a record: 100 characters, or 106 in a file of several days.

    :raises NotARecord: an account, the code or the amount does not fit
    """
    for account in (record.destination, record.originator):
        if not re.fullmatch(r"[0-9]{6}", account.sort_code) or not re.fullmatch(r"[0-9]{8}", account.number):
            raise NotARecord(
                f"{account.sort_code} {account.number} is not a sort code of six digits and a number of eight"
            )
    if not re.fullmatch(r"[0-9][0-9A-Z]", record.code):
        raise NotARecord(f"“{record.code}” is no transaction code")
    if not 0 <= record.minor <= MOST_MINOR:
        raise NotARecord(f"{record.minor} is less than nothing, or more than one record may move")
    return "".join(
        (
            record.destination.sort_code,
            record.destination.number,
            "0",
            record.code,
            record.originator.sort_code,
            record.originator.number,
            " " * 4,
            f"{record.minor:011}",
            text(record.user_name, 18),
            text(record.reference, 18),
            text(record.name, 18),
            label_day(record.processed_on) if record.processed_on else "",
        )
    )
