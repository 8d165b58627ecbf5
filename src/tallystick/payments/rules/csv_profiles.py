"""Banks whose CSV says something other than its headings do, or has no headings at all.

Most banks need no profile: their headings are in `csv_columns`. What a profile adds is how a bank uses its columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tallystick.payments.rules.amounts import read_amount
from tallystick.payments.rules.csv_columns import Column, Places, bare_word
from tallystick.payments.rules.days import DayOrder, read_day


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank, or several that share a system, export their accounts."""

    code: str
    banks: str
    #: Headings that together are found in no other bank's file; empty for files without a header.
    headings: frozenset[str] = frozenset()
    day_order: DayOrder | None = DayOrder.DAY_FIRST
    currency: str | None = "GBP"
    #: Columns to take other than those the headings say.
    columns: dict[Column, tuple[str, ...]] = field(default_factory=dict)
    #: A card: what is spent stands without a sign, what comes back has one or says CR.
    spending_is_positive: bool = False
    #: Payer and reference stand in one column, parted by a tab or several blanks.
    text_is_fused: bool = False


GENERIC = Profile("generic", "", day_order=None, currency=None)

PROFILES: tuple[Profile, ...] = (
    Profile(
        "barclays",
        "Barclays",
        frozenset({"number", "date", "account", "amount", "subcategory", "memo"}),
        text_is_fused=True,
    ),
    Profile(
        "lloyds",
        "Lloyds, Halifax, Bank of Scotland, TSB",
        frozenset({"transaction type", "sort code", "account number", "transaction description", "debit amount"}),
    ),
    Profile(
        "natwest",
        "NatWest, Royal Bank of Scotland, Ulster Bank",
        frozenset({"date", "type", "description", "value", "balance", "account name", "account number"}),
    ),
    # Headings this plain are found all over the world, so they prove no day order.
    Profile(
        "hsbc_business",
        "HSBC",
        frozenset({"date", "description", "reference", "debit", "credit", "balance"}),
        day_order=None,
    ),
    Profile(
        "nationwide", "Nationwide", frozenset({"transaction type", "description", "paid out", "paid in", "balance"})
    ),
    Profile(
        "monzo",
        "Monzo",
        frozenset({"transaction id", "emoji", "amount", "notes and #tags"}),
        currency=None,
        columns={Column.TEXT: ("notes and #tags", "description")},
    ),
    Profile(
        "monzo_2018",
        "Monzo",
        frozenset({"id", "created", "amount", "local_amount", "emoji"}),
        currency=None,
        columns={Column.NAME: ("description",), Column.TEXT: ("notes",)},
    ),
    Profile("starling", "Starling", frozenset({"counter party", "reference", "spending category"}), currency=None),
    Profile("revolut", "Revolut", frozenset({"product", "started date", "completed date", "state"}), currency=None),
    Profile(
        "john_lewis",
        "John Lewis Partnership Card",
        frozenset({"date processed", "description", "amount"}),
        spending_is_positive=True,
    ),
    Profile("first_direct", "first direct", frozenset({"date", "description", "amount", "balance"}), day_order=None),
    Profile("bank_of_ireland", "Bank of Ireland", frozenset({"date", "details", "debit", "credit"}), currency=None),
)


def find_profile(row: Sequence[str]) -> Profile:
    """Give the profile whose headings a header row has, the most particular one; the generic one where none fits.

    >>> find_profile(["Number", "Date", "Account", "Amount", "Subcategory", "Memo"]).code
    'barclays'
    """
    words = {bare_word(heading)[0] for heading in row}
    fitting = [profile for profile in PROFILES if profile.headings <= words]
    exact = [profile for profile in fitting if len(words - {""}) <= len(profile.headings) + 4]
    return max(exact or fitting or [GENERIC], key=lambda profile: len(profile.headings))


def refined(places: Places, profile: Profile, row: Sequence[str]) -> Places:
    """Give the places of the columns as a profile wants them."""
    words = [bare_word(heading)[0] for heading in row]
    wanted = {
        column: tuple(words.index(heading) for heading in headings if heading in words)
        for column, headings in profile.columns.items()
    }
    taken = {place for found in wanted.values() for place in found}
    kept = {
        column: tuple(place for place in found if place not in taken)
        for column, found in places.items()
        if column not in wanted
    }
    return {column: found for column, found in (kept | wanted).items() if found}


@dataclass(frozen=True, slots=True)
class Headerless:
    """A bank that exports no header: a test of the first row, and where its columns are."""

    profile: Profile
    width: tuple[int, int]
    cells: dict[int, re.Pattern[str]]
    places: Places

    def fits(self, row: Sequence[str]) -> bool:
        """Test if a row is one of this bank's."""
        return self.width[0] <= len(row) <= self.width[1] and all(
            pattern.match(row[place].strip()) for place, pattern in self.cells.items()
        )


_MONEY = re.compile(r"^[+-]? ?£?-?[\d,]+\.\d\d$")
_OPTIONAL_MONEY = re.compile(r"^([\d,]+\.\d\d)?$")
_DAY_MONTH_YEAR = re.compile(r"^\d\d/\d\d/\d{4}$")
_NAMED_DAY = re.compile(r"^\d\d? [A-Z][a-z]{2} \d\d(\d\d)?$")

HEADERLESS: tuple[Headerless, ...] = (
    Headerless(
        Profile("hsbc", "HSBC"),
        (3, 4),
        {0: _DAY_MONTH_YEAR, 2: _MONEY},
        {Column.DAY: (0,), Column.TEXT: (1,), Column.AMOUNT: (2,), Column.BALANCE: (3,)},
    ),
    Headerless(
        Profile("barclaycard", "Barclaycard"),
        (7, 8),
        {0: _NAMED_DAY, 2: re.compile(r"^(Visa|Mastercard|Amex|American Express)$", re.IGNORECASE)},
        {Column.DAY: (0,), Column.TEXT: (1,), Column.TYPE: (2,), Column.IN: (5,), Column.OUT: (6,)},
    ),
    Headerless(
        Profile("posb", "POSB, DBS", currency="SGD"),
        (7, 8),
        {0: _NAMED_DAY, 1: re.compile(r"^[A-Z]{2,5}-?$"), 2: _OPTIONAL_MONEY, 3: _OPTIONAL_MONEY},
        {Column.DAY: (0,), Column.TYPE: (1,), Column.OUT: (2,), Column.IN: (3,), Column.TEXT: (4, 5, 6)},
    ),
)


def guess_headerless(rows: Sequence[Sequence[str]]) -> tuple[Profile, Places] | None:
    """Give the columns of a file without a header, by what stands in its first rows; None where they do not tell.

    >>> guess_headerless([["01/03/2026", "ACME LTD", "-£10.99"]])[1][Column.AMOUNT]
    (2,)
    """
    if not rows:
        return None
    for known in HEADERLESS:
        if all(known.fits(row) for row in rows):
            width = min(len(row) for row in rows)
            return known.profile, {column: places for column, places in known.places.items() if max(places) < width}
    width = min(len(row) for row in rows)
    days = [place for place in range(width) if all(_is_day(row[place]) for row in rows)]
    amounts = [
        place
        for place in range(width)
        if place not in days
        and any(row[place].strip() for row in rows)
        and all(not row[place].strip() or _is_amount(row[place]) for row in rows)
    ]
    texts = [
        place
        for place in range(width)
        if place not in days and place not in amounts and any(c.isalpha() for row in rows for c in row[place])
    ]
    if not days or not amounts or not texts:
        return None
    places: dict[Column, tuple[int, ...]] = {Column.DAY: (days[0],), Column.TEXT: tuple(texts)}
    return GENERIC, places | _amount_places(amounts, rows)


def _amount_places(amounts: list[int], rows: Sequence[Sequence[str]]) -> dict[Column, tuple[int, ...]]:
    """Two amount columns that are never both filled are out and in; one more, or a second always filled, is a balance."""
    if len(amounts) == 1:
        return {Column.AMOUNT: (amounts[0],)}
    one, other = amounts[:2]
    if any(row[one].strip() and row[other].strip() for row in rows):
        return {Column.AMOUNT: (one,), Column.BALANCE: (other,)}
    found: dict[Column, tuple[int, ...]] = {Column.OUT: (one,), Column.IN: (other,)}
    return found | ({Column.BALANCE: (amounts[2],)} if len(amounts) > 2 else {})


def _is_day(cell: str) -> bool:
    try:
        read_day(cell)
    except ValueError:
        try:
            read_day(cell, DayOrder.MONTH_FIRST)
        except ValueError:
            return False
    return True


def _is_amount(cell: str) -> bool:
    if not any(mark in cell for mark in ".,£€$"):
        return False
    try:
        read_amount(cell)
    except ValueError:
        return False
    return True
