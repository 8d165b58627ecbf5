"""Read the CSV exports of banks. The running balance, where there is one, proves signs, order and completeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from tallystick.kernel.money import Money
from tallystick.payments.rules import characters, csv_layout
from tallystick.payments.rules.amounts import read_amount
from tallystick.payments.rules.csv_columns import Column
from tallystick.payments.rules.csv_layout import Layout, Signs
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder, read_day
from tallystick.payments.rules.kinds import kind_of_code
from tallystick.payments.rules.refusals import FormatUnknown
from tallystick.payments.rules.running_balance import Chain
from tallystick.payments.rules.statement import Balance, Closing, Opening, Part, StatementLine, Status
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

_STATES = {
    "pending": Status.PENDING,
    "reverted": Status.INFORMATION,
    "declined": Status.INFORMATION,
    "failed": Status.INFORMATION,
    "cancelled": Status.INFORMATION,
}
_INCOMING = frozenset({"c", "cr", "credit", "in", "inflow", "bij", "h", "k", "haben", "+", "gutschrift"})
_OUTGOING = frozenset({"d", "dr", "debit", "out", "outflow", "af", "s", "soll", "-", "belastung"})

#: Account and currency: one file can hold several accounts, and each is a statement of its own.
_Group = tuple[str, str]


def recognizes(head: str) -> bool:
    """Test if a file that begins like this may be a CSV: several lines' worth of separated cells.

    >>> recognizes("Date,Description,Amount\\n01/03/2026,ACME,12.50\\n"), recognizes("<Document>")
    (True, False)
    """
    first_lines = [line for line in head.splitlines() if line.strip()]
    return bool(first_lines) and "<" not in first_lines[0][:1] and any(c in head for c in ",;\t|")


def read(
    file: BinaryIO,
    *,
    encoding: str | None = None,
    currency: str | None = None,
    order: DayOrder | None = None,
    saved: Sequence[SavedColumns] = (),
) -> Iterator[Part]:
    """Read a file part by part; it is passed over several times, so it must be seekable.

    `currency`, `order` and `saved` are what is known of the bank accounts it may be of.

    :raises FormatUnknown: no day and amount columns can be told
    :raises DayOrderUnknown, CurrencyNeeded: see `csv_layout.settle`
    """
    found = found_layout(file, encoding, saved)
    if found is None:
        raise FormatUnknown
    layout = csv_layout.settle(file, found, currency=currency, order=order)
    if layout.signs in (Signs.BALANCE, Signs.TYPE):
        yield ReadingWarning(WarningCode.SIGN_INFERRED, 0, "", {"source": layout.signs.value})
    for group, chain in _groups(file, layout).items():
        yield from _statement(file, layout, group, chain)
    yield from _rejects(file, layout)


def found_layout(file: BinaryIO, encoding: str | None, saved: Sequence[SavedColumns] = ()) -> Layout | None:
    """Find the layout, or None; headings that make no sense in Windows-1252 may do so in the sets of central Europe."""
    taken = characters.encoding_of(file, encoding)
    others = ("cp1250", "cp852") if taken in ("cp1252", "latin-1") else ()
    for candidate in (taken, *others):
        try:
            found = csv_layout.find_layout(file, candidate, saved)
        except UnicodeDecodeError:
            continue
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that is an entry."""

    line_number: int
    cells: Sequence[str]
    booked_on: date
    amount: Money
    balance: Money | None
    group: _Group


def _rows(file: BinaryIO, layout: Layout) -> Iterator[_Row | ReadingWarning | tuple[int, str]]:
    """Give every row below the header: as an entry, a warning, or text that continues the entry above."""
    has_entry = False
    for number, cells in csv_layout.rows_of(file, layout.encoding, layout.separator):
        if number <= layout.header_line or tuple(cells) == layout.header or not any(map(str.strip, cells)):
            continue
        amounts = any(layout.cell(cells, column) for column in (Column.AMOUNT, Column.IN, Column.OUT))
        if has_entry and not amounts and not layout.cell(cells, Column.DAY):
            yield number, " ".join(" ".join(cells).split())
            continue
        try:
            row = _entry(layout, number, cells)
        except ValueError as unreadable:
            text = layout.separator.join(cells)
            code = WarningCode.NOT_BOOKED_YET if "pending" in text.casefold() else WarningCode.LINE_UNREADABLE
            yield ReadingWarning(code, number, text, {"reason": str(unreadable)})
            has_entry = False
            continue
        has_entry = True
        yield row


def _entry(layout: Layout, number: int, cells: Sequence[str]) -> _Row:
    booked_on = read_day(layout.cell(cells, Column.DAY), layout.order)
    currency = (layout.cell(cells, Column.CURRENCY) or layout.currency).upper()
    amount = _amount(layout, cells)
    if fee := layout.cell(cells, Column.FEE):
        amount -= abs(read_amount(fee, layout.mark))
    balance = layout.cell(cells, Column.BALANCE)
    account = " ".join(filter(None, (layout.cell(cells, Column.SORT_CODE), layout.cell(cells, Column.ACCOUNT))))
    return _Row(
        number,
        cells,
        booked_on,
        Money.of(amount, currency),
        Money.of(read_amount(balance, layout.mark), currency) if balance else None,
        (account or layout.account, currency),
    )


def _amount(layout: Layout, cells: Sequence[str]) -> Decimal:
    if Column.AMOUNT not in layout.places:
        return _amount_of_two(layout, cells)
    text = layout.cell(cells, Column.AMOUNT)
    amount = read_amount(text, layout.mark)
    match layout.signs:
        case Signs.REVERSED:
            is_credit = text.upper().endswith("CR") or text.startswith("+")
            return amount if is_credit else -amount
        case Signs.DIRECTION:
            direction = layout.cell(cells, Column.DIRECTION).casefold()
            if direction not in _INCOMING | _OUTGOING:
                raise ValueError(f"{direction!r} is neither in nor out")
            return abs(amount) if direction in _INCOMING else -abs(amount)
        case Signs.TYPE:
            return -amount if csv_layout.is_outgoing(layout.cell(cells, Column.TYPE)) else amount
        case _:
            return amount


def _amount_of_two(layout: Layout, cells: Sequence[str]) -> Decimal:
    """Read an amount from the columns for out and in; some banks put a minus in the first as well."""
    out_text, in_text = layout.cell(cells, Column.OUT), layout.cell(cells, Column.IN)
    out = abs(read_amount(out_text, layout.mark)) if out_text else Decimal(0)
    into = read_amount(in_text, layout.mark) if in_text else Decimal(0)
    if not out_text and not in_text:
        raise ValueError("there is no amount")
    if out and into:
        raise ValueError("there is an amount both in and out")
    return into - out


def _groups(file: BinaryIO, layout: Layout) -> dict[_Group, Chain]:
    chains: dict[_Group, Chain] = {}
    for row in _rows(file, layout):
        if isinstance(row, _Row) and _status(layout, row) is Status.BOOKED:
            chain = chains.setdefault(row.group, Chain(is_signed=layout.signs is not Signs.BALANCE))
            chain.add(row.line_number, row.booked_on, row.amount, row.balance)
        elif isinstance(row, _Row):
            chains.setdefault(row.group, Chain(is_signed=layout.signs is not Signs.BALANCE))
    for chain in chains.values():
        chain.settle()
    return chains


def _statement(file: BinaryIO, layout: Layout, group: _Group, chain: Chain) -> Iterator[Part]:
    account, currency = group
    opened = Balance(chain.opening) if chain.opening is not None else None
    yield Opening(account=account, line_number=layout.header_line or 1, currency=currency, balance=opened)
    waiting: StatementLine | None = None
    entries, last_line = 0, layout.header_line
    for row in _rows(file, layout):
        if isinstance(row, tuple):
            if waiting is not None:
                number, text = row
                said = f"{waiting.narrative} {text}".strip()
                waiting = replace(waiting, narrative=said, raw=f"{waiting.raw}\n{text}")
                last_line = number
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if isinstance(row, _Row) and row.group == group:
            entries, last_line = entries + 1, row.line_number
            waiting = _line(layout, row, chain.signed(row.line_number, row.amount), entries)
            if broken := chain.breaks.get(row.line_number):
                expected, delivered = broken
                yield ReadingWarning(
                    WarningCode.BALANCE_BREAKS,
                    row.line_number,
                    layout.separator.join(row.cells),
                    {"expected": str(expected), "delivered": str(delivered)},
                )
    if waiting is not None:
        yield waiting
    closed = Balance(chain.closing, chain.closed_on) if chain.closing is not None else None
    yield Closing(line_number=last_line, balance=closed)


def _rejects(file: BinaryIO, layout: Layout) -> Iterator[ReadingWarning]:
    for row in _rows(file, layout):
        if isinstance(row, ReadingWarning):
            yield row


def _status(layout: Layout, row: _Row) -> Status:
    return _STATES.get(layout.cell(row.cells, Column.STATE).casefold(), Status.BOOKED)


def _line(layout: Layout, row: _Row, amount: Money, entry: int) -> StatementLine:
    texts = [
        " ".join(row.cells[place].split()) if not layout.profile.text_is_fused else row.cells[place].strip()
        for place in layout.places.get(Column.TEXT, ())
        if place < len(row.cells) and row.cells[place].strip()
    ]
    counterparty, reference = layout.cell(row.cells, Column.NAME), layout.cell(row.cells, Column.REFERENCE)
    if layout.profile.text_is_fused and texts:
        payer, _, rest = texts[0].replace("\t", "  ").partition("  ")
        counterparty, reference = counterparty or payer.strip(), reference or " ".join(rest.split())
    kind = layout.cell(row.cells, Column.TYPE)
    return StatementLine(
        booked_on=row.booked_on,
        value_on=_value_day(layout, row),
        amount=amount,
        line_number=row.line_number,
        entry=entry,
        status=_status(layout, row),
        kind=kind_of_code(kind),
        code=kind,
        narrative=" ".join(" ".join(dict.fromkeys(texts)).split()).removeprefix("'"),
        counterparty=" ".join(counterparty.split()),
        counterparty_account=layout.cell(row.cells, Column.COUNTERPARTY_ACCOUNT),
        reference=reference,
        bank_reference=layout.cell(row.cells, Column.BANK_REFERENCE),
        raw=layout.separator.join(row.cells),
    )


def _value_day(layout: Layout, row: _Row) -> date | None:
    try:
        return read_day(layout.cell(row.cells, Column.VALUE_DAY), layout.order)
    except ValueError:
        return None
