"""Read SWIFT MT940 statements and MT942 interim reports, as banks send them rather than as the standard draws them.

Source: SWIFT Standards MT940 and MT942; deviations are those of the fixtures in `tests/payments/fixtures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from tallystick.kernel.money import Money
from tallystick.payments.rules import characters, mt940_fields
from tallystick.payments.rules.mt940_fields import Entry
from tallystick.payments.rules.statement import Balance, Closing, Opening, Part, Report, Total
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

#: Only known tags start a field: a time such as ":26:37" that a bank wrapped to a new line is text.
_TAG = re.compile(r"^:(20|21|25P?|28C?|60[FM]|61|86|62[FM]|64|65F?|13[CD]?|34F|90[CD]|NS):(.*)$", re.DOTALL)
_TIME_CUT = re.compile(r"(?<!\d)\d\d$")
_TIME_REST = re.compile(r"^\d\d(?!\d)")
_BLOCKS = re.compile(r"\{[1-5]:[^{}]*(?:\{[^{}]*\}[^{}]*)*\}?")
_HEAD_NOISE = re.compile(r"^(:?94[02]:?|[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?|\{.*)$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")


def recognizes(head: str) -> bool:
    """Test if a file that begins like this is MT940 or MT942: it has tags at line starts.

    >>> recognizes(":20:STARTUMS\\r\\n:25:12345678\\r\\n"), recognizes("Date,Amount")
    (True, False)
    """
    lines = head.replace("@@", "\n").splitlines()
    tags = {found[1] for line in lines if (found := _TAG.match(_CONTROLS.sub("", line)))}
    return "25" in tags or "61" in tags or any(tag.startswith(("60", "62")) for tag in tags)


def read(file: BinaryIO, *, encoding: str | None = None, currency: str | None = None) -> Iterator[Part]:
    """Read a file part by part.

    `encoding` is what the bank declares, if anything; `currency` that of the bank account, for files that have
    lost their balances.
    """
    taken = characters.encoding_of(file, encoding)
    if taken not in ("utf-8", "utf-8-sig", encoding):
        yield ReadingWarning(WarningCode.ENCODING_GUESSED, 0, "", {"encoding": taken})
    reader = _Reader(currency)
    for piece in _fields(characters.lines_of(file, taken)):
        if isinstance(piece, ReadingWarning):
            yield piece
        else:
            yield from reader.take(piece)
    yield from reader.end()


@dataclass(slots=True)
class _Field:
    """A tag with its physical lines; the tag "-" ends a message."""

    tag: str
    line_number: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.lines).strip()

    @property
    def raw(self) -> str:
        return f":{self.tag}:" + "\n".join(self.lines)


def _fields(lines: Iterator[tuple[int, str]]) -> Iterator[_Field | ReadingWarning]:
    current: _Field | None = None
    broken_tag = ""
    for number, line in lines:
        line = broken_tag + _CONTROLS.sub("", line)
        broken_tag = ""
        if line == ":":
            broken_tag = line
            continue
        is_end = line.rstrip() == "-" or line.startswith("-}")
        if is_end or (current is None and line.startswith("{")) or (current and line.startswith("{1:")):
            if current:
                yield current
                yield _Field("-", number)
            current = None
            line = _BLOCKS.sub("", line.removeprefix("-}")) if "{" in line else ""
            line = line.removeprefix("{4:")
        found = _TAG.match(line)
        if found and not (current and _is_wrapped_time(current, found[2])):
            if current:
                yield current
            current = _Field(found[1], number, [found[2]])
        elif current:
            current.lines.append(line)
        elif line.strip() and not _HEAD_NOISE.match(line.strip()):
            yield ReadingWarning(WarningCode.LINE_OUTSIDE, number, line)
    if current:
        yield current


def _is_wrapped_time(current: _Field, rest: str) -> bool:
    return current.tag == "86" and bool(_TIME_CUT.search(current.lines[-1]) and _TIME_REST.match(rest))


class _Reader:
    """Follows the fields of a file and gives the parts they make."""

    def __init__(self, currency: str | None) -> None:
        self.default_currency = currency
        self.currency = currency
        self.opening = Opening(account="", line_number=1)
        self.is_open = False
        self.entries = 0
        self.entry: tuple[_Field, Entry] | None = None
        #: An entry that could not be read waits for its narrative, so that the warning shows both.
        self.unread: tuple[_Field, str] | None = None
        self.closing: Closing | None = None
        self.last_line = 1

    def take(self, piece: _Field) -> Iterator[Part]:
        self.last_line = piece.line_number
        match piece.tag:
            case "20":
                yield from self.end()
                self.opening = Opening(account="", line_number=piece.line_number)
                self.currency = self.default_currency
            case "25" | "25P":
                account, currency = mt940_fields.account(piece.text)
                self.opening = replace(self.opening, account=account)
                self.currency = currency or self.currency
            case "28" | "28C":
                number, _, page = piece.text.partition("/")
                self.opening = replace(self.opening, number=number.strip(), page=page.strip())
            case "34F":
                self.currency = piece.text[:3]
                self.opening = replace(self.opening, report=Report.INTRADAY)
            case "13" | "13C" | "13D":
                self.opening = replace(self.opening, report=Report.INTRADAY)
            case "60F" | "60M":
                yield from self._open_with_balance(piece)
            case "61":
                yield from self._take_entry(piece)
            case "86":
                yield from self._flush(piece)
            case "62F" | "62M":
                yield from self._take_closing(piece)
            case "90C" | "90D":
                yield from self._take_total(piece)
            case "64" | "65" | "65F":
                yield from self._flush()
                if mt940_fields.balance(piece.text) is None:
                    yield ReadingWarning(WarningCode.BALANCE_UNREADABLE, piece.line_number, piece.raw)
            case "-":
                yield from self.end()

    def end(self) -> Iterator[Part]:
        """Close what is open."""
        yield from self._flush()
        if self.is_open:
            if self.closing is None and self.opening.report is Report.STATEMENT:
                yield ReadingWarning(WarningCode.NOT_CLOSED, self.last_line, self.opening.number)
            yield self.closing or Closing(self.last_line)
        self.is_open, self.closing, self.entries = False, None, 0
        self.opening = Opening(account="", line_number=self.last_line)

    def _open(self, line_number: int, balance: Balance | None = None) -> Iterator[Part]:
        if not self.is_open:
            if not self.opening.account:
                self.opening = replace(self.opening, line_number=min(self.opening.line_number, line_number))
            self.opening = replace(self.opening, balance=balance, currency=self.currency)
            self.is_open = True
            yield self.opening

    def _open_with_balance(self, piece: _Field) -> Iterator[Part]:
        if self.is_open:
            head = replace(self.opening, balance=None, line_number=piece.line_number)
            yield from self.end()
            self.opening = head
        balance = mt940_fields.balance(piece.text)
        if balance is None:
            yield ReadingWarning(WarningCode.BALANCE_UNREADABLE, piece.line_number, piece.raw)
        else:
            self.currency = balance.amount.currency
        yield from self._open(piece.line_number, balance)

    def _take_entry(self, piece: _Field) -> Iterator[Part]:
        yield from self._flush()
        yield from self._open(piece.line_number)
        self.entries += 1
        if self.currency is None:
            self.unread = piece, ""
            return
        try:
            self.entry = piece, mt940_fields.entry(piece.lines, self.currency)
        except ValueError as unreadable:
            self.unread = piece, str(unreadable)

    def _flush(self, narrative: _Field | None = None) -> Iterator[Part]:
        """Give the entry that waits, with its narrative if it has one."""
        raw_narrative = "\n" + narrative.raw if narrative else ""
        if self.unread is not None:
            piece, reason = self.unread
            code = WarningCode.LINE_UNREADABLE if reason else WarningCode.CURRENCY_UNKNOWN
            yield ReadingWarning(code, piece.line_number, piece.raw + raw_narrative, {"reason": reason})
        if self.entry is not None:
            piece, entry = self.entry
            if entry.adjusted:
                taken = {"delivered": entry.adjusted, "taken": entry.booked_on.isoformat()}
                yield ReadingWarning(WarningCode.DAY_ADJUSTED, piece.line_number, piece.raw, taken)
            yield mt940_fields.line(
                entry,
                narrative.lines if narrative else [],
                line_number=piece.line_number,
                entry_number=self.entries,
                raw=piece.raw + raw_narrative,
            )
        self.entry = self.unread = None

    def _take_closing(self, piece: _Field) -> Iterator[Part]:
        yield from self._flush()
        yield from self._open(piece.line_number)
        balance = mt940_fields.balance(piece.text)
        if balance is None:
            yield ReadingWarning(WarningCode.BALANCE_UNREADABLE, piece.line_number, piece.raw)
        self.closing = replace(self.closing or Closing(piece.line_number), balance=balance)

    def _take_total(self, piece: _Field) -> Iterator[Part]:
        yield from self._flush()
        yield from self._open(piece.line_number)
        self.closing = self.closing or Closing(piece.line_number)
        total = _total(piece.text)
        if total is None:
            yield ReadingWarning(WarningCode.BALANCE_UNREADABLE, piece.line_number, piece.raw)
        elif piece.tag == "90C":
            self.closing = replace(self.closing, credits=total)
        else:
            self.closing = replace(self.closing, debits=total)


def _total(text: str) -> Total | None:
    found = re.match(r"^(\d+)([A-Z]{3})([\d,]+)$", text)
    if found is None:
        return None
    try:
        return Total(int(found[1]), Money.of(mt940_fields.amount(found[3]), found[2]))
    except ValueError:
        return None
