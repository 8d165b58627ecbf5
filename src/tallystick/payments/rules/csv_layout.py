"""How a bank's CSV is laid out: separator, header row, columns, day order, decimal mark, and where signs come from."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import BinaryIO

from tallystick.kernel.currencies import is_currency
from tallystick.payments.rules import characters
from tallystick.payments.rules.amounts import DecimalMark, decimal_mark
from tallystick.payments.rules.csv_columns import Column, Places, read_headings
from tallystick.payments.rules.csv_profiles import GENERIC, Profile, find_profile, guess_headerless, refined
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder, day_order, is_ambiguous
from tallystick.payments.rules.refusals import CurrencyNeeded, DayOrderUnknown, FileBroken

_SEPARATORS = ",;\t|"
_HEADER_WITHIN = 40
_SAMPLE_ROWS = 60
_SYMBOLS = {"£": "GBP", "€": "EUR"}


class Signs(StrEnum):
    """Where in or out comes from."""

    #: A sign on the amount, or a column for each direction.
    SIGN = "sign"
    #: A card: what is spent stands without a sign.
    REVERSED = "reversed"
    DIRECTION = "direction column"
    BALANCE = "running balance"
    TYPE = "type column"


@dataclass(frozen=True, slots=True)
class Layout:
    """All that is needed to read each row by itself."""

    encoding: str
    separator: str
    #: Number of the header row's line in the file; 0 without one.
    header_line: int
    header: tuple[str, ...]
    profile: Profile
    places: Places
    order: DayOrder = DayOrder.DAY_FIRST
    mark: DecimalMark = DecimalMark.DOT
    signs: Signs = Signs.SIGN
    currency: str = ""
    account: str = ""

    def cell(self, row: Sequence[str], column: Column) -> str:
        """Give the first filled cell of a column, without the apostrophe that spreadsheets put before text."""
        for place in self.places.get(column, ()):
            if place < len(row) and (cell := row[place].strip().removeprefix("'").strip()):
                return cell
        return ""


def rows_of(file: BinaryIO, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a CSV with the number of the line each begins on.

    :raises FileBroken: a quoted cell never ends
    """
    file.seek(0)
    with characters.text_of(file, encoding) as text:
        reader = csv.reader(text, delimiter=separator, skipinitialspace=True)
        begins = 1
        try:
            for row in reader:
                yield begins, row
                begins = reader.line_num + 1
        except csv.Error as broken:
            raise FileBroken(line_number=begins, reason=str(broken)) from broken


def find_layout(file: BinaryIO, encoding: str, saved: Sequence[SavedColumns] = ()) -> Layout | None:
    """Find separator, header and columns; None when the file has no day and amount columns that can be told.

    What a person saved goes before what is guessed, as long as the file still has that header.
    """
    for columns in saved:
        if found := _layout_as_saved(file, encoding, columns):
            return found
    best: Layout | None = None
    for separator in _SEPARATORS:
        found = _layout_with(file, encoding, separator)
        if found and (best is None or len(found.places) > len(best.places)):
            best = found
    return best


def _head_of(file: BinaryIO, encoding: str, separator: str) -> list[tuple[int, list[str]]]:
    """Give the rows among which a header stands, and some below it; none where they cannot be read so."""
    try:
        return list(islice(rows_of(file, encoding, separator), _HEADER_WITHIN + _SAMPLE_ROWS))
    except (FileBroken, UnicodeDecodeError):
        return []


def _layout_as_saved(file: BinaryIO, encoding: str, saved: SavedColumns) -> Layout | None:
    head = _head_of(file, encoding, saved.separator)
    filled = [(number, row) for number, row in head[:_HEADER_WITHIN] if any(cell.strip() for cell in row)]
    if saved.header:
        filled = [(number, row) for number, row in filled if tuple(row) == saved.header]
    elif filled and not _has_day(filled[0][1], saved.places):
        return None
    if not filled:
        return None
    number, row = filled[0]
    profile = find_profile(row) if saved.header else GENERIC
    return Layout(
        encoding,
        saved.separator,
        header_line=number if saved.header else 0,
        header=saved.header,
        profile=replace(profile, spending_is_positive=saved.spending_is_positive),
        places=saved.places,
        currency=read_headings(saved.header).currency or "",
        account=_account_above(head, number),
    )


def _has_day(row: Sequence[str], places: Places) -> bool:
    place = places[Column.DAY][0]
    return place < len(row) and row[place].strip()[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Sketch:
    """The columns of a file as they stand, for a person to say what they mean."""

    separator: str
    #: Empty for a file without a header.
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sketch(file: BinaryIO, encoding: str, layout: Layout | None, *, most: int = 5) -> Sketch | None:
    """Give the header of a file and the first rows below it; what a layout does not tell is told from the widths of the rows."""
    if layout is None:
        heads = {separator: _head_of(file, encoding, separator) for separator in _SEPARATORS}
        separator = max(_SEPARATORS, key=lambda each: sum(len(row) - 1 for _, row in heads[each]))
        head = heads[separator]
    else:
        separator = layout.separator
        head = _head_of(file, encoding, separator)
    filled = [(number, row) for number, row in head if any(cell.strip() for cell in row)]
    width = max((len(row) for _, row in filled), default=0)
    if width < 2:
        return None
    if layout is None:
        wide = [(number, row) for number, row in filled if len(row) == width]
        first_line, first_row = wide[0]
        is_header = not any(cell.strip()[:1].isdigit() for cell in first_row)
    else:
        first_line, is_header = layout.header_line, bool(layout.header)
        first_row = list(layout.header)
    below = [tuple(row) for number, row in filled if number > first_line or (not is_header and number == first_line)]
    return Sketch(separator, tuple(first_row) if is_header else (), tuple(below[:most]))


def _layout_with(file: BinaryIO, encoding: str, separator: str) -> Layout | None:
    head = _head_of(file, encoding, separator)
    for number, row in head[:_HEADER_WITHIN]:
        headings = read_headings(row)
        if headings.suffices:
            profile = find_profile(row)
            return Layout(
                encoding,
                separator,
                header_line=number,
                header=tuple(row),
                profile=profile,
                places=_settled(refined(headings.places, profile, row), row, head, number),
                currency=headings.currency or "",
                account=_account_above(head, number),
            )
    filled = [row for _, row in head if any(cell.strip() for cell in row)][:_SAMPLE_ROWS]
    guessed = guess_headerless(filled)
    if guessed is None:
        return None
    profile, places = guessed
    return Layout(encoding, separator, header_line=0, header=(), profile=profile, places=places)


def _settled(places: Places, header: Sequence[str], head: Sequence[tuple[int, list[str]]], header_line: int) -> Places:
    """Settle the headings that mean one thing in one bank and another elsewhere, by what stands below them."""
    settled = dict(places)
    below = [row for number, row in head if number > header_line and len(row) >= len(header) - 1]
    for place in settled.pop(Column.VALUE_DAY, ()):
        cells = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        holds_codes = bool(cells) and all(is_currency(cell) for cell in cells)
        settled.setdefault(Column.CURRENCY if holds_codes else Column.VALUE_DAY, (place,))
    if Column.IN in settled and Column.OUT in settled:
        settled.pop(Column.AMOUNT, None)
    elif Column.AMOUNT in settled:
        settled.pop(Column.IN, None)
        settled.pop(Column.OUT, None)
    return settled


def _account_above(head: Sequence[tuple[int, list[str]]], header_line: int) -> str:
    """Give the account that a preamble names: the cell after one that begins with "account"."""
    for number, row in head:
        if number >= header_line:
            break
        if len(row) > 1 and row[0].strip().casefold().startswith(("account name", "account number", "account details")):
            return row[1].strip()
    return ""


@dataclass(slots=True)
class _Evidence:
    """What the whole file shows about its columns."""

    order: DayOrder | None = None
    ambiguous: str = ""
    mark: DecimalMark | None = None
    symbol: str = ""
    has_minus: bool = False
    has_outgoing_type: bool = False
    rows: int = 0


def settle(file: BinaryIO, layout: Layout, *, currency: str | None, order: DayOrder | None) -> Layout:
    """Complete a layout from the whole file and from what is known of the bank account.

    :raises DayOrderUnknown: the days can be read both ways, and nobody has said which
    :raises CurrencyNeeded: neither the file nor the bank account says the currency
    """
    seen = _evidence(file, layout)
    known_order = seen.order or order or layout.profile.day_order
    if known_order is None and seen.ambiguous:
        raise DayOrderUnknown(example=seen.ambiguous)
    known_currency = layout.currency or currency or layout.profile.currency or _SYMBOLS.get(seen.symbol, "")
    if not known_currency and Column.CURRENCY not in layout.places:
        raise CurrencyNeeded
    mark = seen.mark or (DecimalMark.COMMA if layout.separator == ";" else DecimalMark.DOT)
    return replace(
        layout,
        order=known_order or DayOrder.DAY_FIRST,
        mark=mark,
        currency=known_currency,
        signs=_signs(layout, seen),
    )


def _signs(layout: Layout, seen: _Evidence) -> Signs:
    if layout.profile.spending_is_positive:
        return Signs.REVERSED
    if Column.AMOUNT not in layout.places:
        return Signs.SIGN
    if Column.DIRECTION in layout.places:
        return Signs.DIRECTION
    if seen.has_minus:
        return Signs.SIGN
    if Column.BALANCE in layout.places and seen.rows > 1:
        return Signs.BALANCE
    return Signs.TYPE if seen.has_outgoing_type else Signs.SIGN


def _evidence(file: BinaryIO, layout: Layout) -> _Evidence:
    seen = _Evidence()
    for number, row in rows_of(file, layout.encoding, layout.separator):
        if number <= layout.header_line:
            continue
        day = layout.cell(row, Column.DAY)
        if not day or not day[:1].isdigit():
            continue
        seen.rows += 1
        seen.order = seen.order or day_order([day])
        if not seen.ambiguous and is_ambiguous(day):
            seen.ambiguous = day
        for column in (Column.AMOUNT, Column.IN, Column.OUT, Column.BALANCE):
            cell = layout.cell(row, column)
            if not cell:
                continue
            seen.mark = seen.mark or decimal_mark([cell])
            seen.symbol = seen.symbol or next((symbol for symbol in _SYMBOLS if symbol in cell), "")
        amount = layout.cell(row, Column.AMOUNT).upper()
        seen.has_minus = seen.has_minus or any(sign in amount for sign in ("-", "−", "(", "DR"))
        seen.has_outgoing_type = seen.has_outgoing_type or is_outgoing(layout.cell(row, Column.TYPE))
    return seen


_OUTGOING = frozenset(
    {
        *("deb", "dd", "d/d", "so", "s/o", "fpo", "chg", "chq", "atm", "cpt", "pos", "direct debit", "card payment"),
        *("standing order", "debit", "withdrawal", "cash withdrawal", "fee", "charge", "purchase"),
    }
)


def is_outgoing(kind: str) -> bool:
    """Test if a type that a bank writes means money that leaves.

    >>> is_outgoing("Direct Debit"), is_outgoing("Faster payment")
    (True, False)
    """
    return kind.strip().casefold() in _OUTGOING
