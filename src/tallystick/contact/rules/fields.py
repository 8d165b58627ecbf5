"""Merge fields: the words a template may use, each with its type and meaning. A template reaches nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.money import Money, written


class FieldType(StrEnum):
    """What a field holds, and so what a template may do with it."""

    TEXT = "text"
    MONEY = "money"
    DAY = "day"
    NUMBER = "number"
    PERCENT = "percent"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One word: its type and its meaning, as the editor's list shows it, and a sample for previews."""

    type: FieldType
    meaning: str | Promise
    sample: object


Record = Mapping[str, "Shape"]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of records, for loops."""

    of: Record
    meaning: Promise


Shape = Field | ListOf | Record


def _text(meaning: Promise, sample: str) -> Field:
    return Field(FieldType.TEXT, meaning, sample)


def _money(meaning: Promise, minor: int) -> Field:
    return Field(FieldType.MONEY, meaning, Money(minor, "GBP"))


def _day(meaning: Promise, sample: date) -> Field:
    return Field(FieldType.DAY, meaning, sample)


def _number(meaning: Promise, sample: int) -> Field:
    return Field(FieldType.NUMBER, meaning, sample)


def _flag(meaning: Promise, sample: bool) -> Field:
    return Field(FieldType.FLAG, meaning, sample)


_ITEM: Record = {
    "reference": _text(_("Number of the invoice"), "INV-1041"),
    "description": _text(_("What it was for"), "April supplies"),
    "kind": _text(_("What it is, such as invoice or fee"), "Invoice"),
    "issued_on": _day(_("Day it was issued"), date(2026, 4, 30)),
    "due_on": _day(_("Day it fell due"), date(2026, 5, 30)),
    "remaining": _money(_("What is still open on it"), 45_000),
    "original": _money(_("What it amounted to at first"), 60_000),
    "days_past_due": _number(_("Days since it fell due; 0 while it has not"), 32),
    "is_overdue": _flag(_("It fell due before today"), True),
    "is_held": _flag(_("It is on hold, or a part of it: what asks for payment leaves that out"), False),
    "level": _number(_("Its level by the strategy's table of days past due; 0 where there is none"), 2),
    "account": _text(_("Reference of the account it is on"), "NG-20418"),
}

_INTEREST: Record = {
    "reference": _text(_("Number of the invoice that bears it"), "INV-1041"),
    "first_day": _day(_("First of the days that it is charged for"), date(2026, 5, 31)),
    "last_day": _day(_("Last of these days"), date(2026, 6, 30)),
    "days": _number(_("How many days they count"), 31),
    "balance": _money(_("What bore interest on these days"), 60_000),
    "rate": Field(FieldType.PERCENT, _("Percent a year"), Decimal("11.75")),
    "amount": _money(_("What it comes to"), 599),
    "source": _text(_("Where the rate stands"), "Bank of England, Official Bank Rate history"),
}

#: Every word that a template may use.
FIELDS: Record = {
    "today": _day(_("The day the message is written"), date(2026, 7, 1)),
    "creditor": {
        "name": _text(_("Name of the creditor"), "Northgate Supplies Ltd"),
        "phone": _text(_("Telephone number for questions"), "0113 496 0000"),
        "email": _text(_("E-mail address for questions"), "accounts@northgate.example"),
        "hours": _text(_("When somebody answers"), "Monday to Friday, 9am to 5pm"),
        "website": _text(_("Web site"), "https://www.northgate.example"),
        "payment_link": _text(_("Page for paying"), "https://pay.northgate.example"),
        "bank_account_name": _text(_("Name of the bank account"), "Northgate Supplies Ltd"),
        "sort_code": _text(_("Sort code"), "00-00-00"),
        "account_number": _text(_("Bank account number"), "00000000"),
        "iban": _text(_("International bank account number"), ""),
    },
    "party": {
        "name": _text(_("Name of the debtor"), "A. Lee Trading"),
        "is_company": _flag(_("The debtor is a company"), True),
    },
    "account": {
        "reference": _text(_("Reference to quote"), "NG-20418"),
        "remaining": _money(_("Everything that is open"), 125_000),
        "overdue": _money(_("What is open and past its due day, less what is on hold"), 95_000),
        "held": _money(_("What is on hold; what asks for payment leaves it out, and this is then nothing"), 0),
        "is_overdue": _flag(_("Something is past its due day"), True),
        "oldest_due_on": _day(_("Oldest due day among what is open"), date(2026, 5, 30)),
        "days_past_due": _number(_("Days since the oldest due day; 0 while nothing is overdue"), 32),
        "level": _number(_("The highest level of an open item; 0 where the strategy has none"), 2),
        "open_items": _number(_("How many items are open"), 3),
        "link": _text(_("Address of the account's page, for colleagues"), "https://tallystick.example/accounts/1"),
    },
    "items": ListOf(_ITEM, _("The items that are open, oldest due first")),
    "overdue_items": ListOf(_ITEM, _("The items that are past their due day, oldest first")),
    "interest": ListOf(
        _INTEREST, _("How interest that is still to pay on this account was worked out, a line for some days")
    ),
}

#: Tables that `{% table … %}` places, with what they hold.
TABLES: dict[str, Promise] = {
    "items": _("Everything that is open, a table and a total for each currency"),
    "overdue_items": _("What is past its due day, a table and a total for each currency"),
    "interest": _("How interest that is still to pay on this account was worked out; nothing where there is none"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """How a language writes amounts, days and numbers.

    >>> Speech("en").money(Money(125050, "GBP")), Speech("en").day(date(2026, 7, 1))
    ('£1,250.50', '1 July 2026')
    >>> Speech("de").money(Money(125050, "EUR")).replace(chr(160), " ")
    '1.250,50 €'
    """

    language: str

    @property
    def locale(self) -> Locale:
        """The locale of the language; British for English without a country."""
        return Locale.parse("en_GB" if self.language == "en" else self.language.replace("-", "_"))

    def money(self, amount: Money) -> str:
        """Write an amount with its currency, exactly."""
        return written(amount, self.locale)

    def day(self, day: date) -> str:
        """Write a day in full, with the name of the month."""
        return str(format_date(day, "long", locale=self.locale))

    def number(self, number: int) -> str:
        """Write a whole number."""
        return str(format_decimal(number, locale=self.locale))

    def percent(self, percent: Decimal) -> str:
        """Write a percentage, exactly.

        >>> Speech("de").percent(Decimal("11.75")).replace(chr(160), " "), Speech("en").percent(Decimal("1E+1"))[:2]
        ('11,75 %', '10')
        """
        return f"{format_decimal(percent, locale=self.locale, decimal_quantization=False)}\N{NO-BREAK SPACE}%"


def spoken(shape: Shape, value: Any, speech: Speech) -> Any:
    """Turn values into what templates see: amounts and days as text of a language, the rest as it is.

    :raises KeyError: a field has no value; nothing that is missing becomes empty by itself
    """
    if isinstance(shape, Field):
        match shape.type:
            case FieldType.MONEY:
                return speech.money(value)
            case FieldType.PERCENT:
                return speech.percent(value)
            case FieldType.DAY:
                return None if value is None else speech.day(value)
            case FieldType.TEXT:
                # An empty text is nothing, or Liquid would take it for true.
                return value or None
            case _:
                return value
    if isinstance(shape, ListOf):
        return [spoken(shape.of, each, speech) for each in value]
    return {name: spoken(inner, value[name], speech) for name, inner in shape.items()}


def sample(shape: Shape = FIELDS) -> Any:
    """Give a sample of all fields, for a preview before any account is chosen."""
    if isinstance(shape, Field):
        return shape.sample
    if isinstance(shape, ListOf):
        return [sample(shape.of)]
    return {name: sample(inner) for name, inner in shape.items()}


def words(shape: Record = FIELDS, *, prefix: str = "") -> list[tuple[str, Field]]:
    """List every word that can be written out, in order, lists under the name of their loop."""
    listed: list[tuple[str, Field]] = []
    for name, inner in shape.items():
        if isinstance(inner, Field):
            listed.append((prefix + name, inner))
        elif isinstance(inner, ListOf):
            listed += words(inner.of, prefix=f"{prefix}{name}[].")
        else:
            listed += words(inner, prefix=f"{prefix}{name}.")
    return listed
