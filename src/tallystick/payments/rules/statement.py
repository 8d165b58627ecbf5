"""What a bank file says, in the house's words, whatever the format: openings, lines, closings and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tallystick.kernel.money import Money
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode


class Report(StrEnum):
    """What a file promises: only the lines of an end-of-day statement are money that counts."""

    STATEMENT = "statement"
    #: Camt.052, MT942: the same money comes again at the end of the day.
    INTRADAY = "intraday"
    #: Camt.054: details of money that stands on a statement.
    NOTICE = "notice"


class Status(StrEnum):
    """Whether the bank has booked an entry."""

    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"


class Kind(StrEnum):
    """What sort of money movement a line is, as far as the bank's codes say."""

    TRANSFER = "transfer"
    STANDING_ORDER = "standing_order"
    DIRECT_DEBIT = "direct_debit"
    RETURN = "return"
    CARD = "card"
    CHEQUE = "cheque"
    CASH = "cash"
    CHARGE = "charge"
    INTEREST = "interest"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Balance:
    """What stood on the account at the end of a day; credit in our favour is positive."""

    amount: Money
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """A declared count and unsigned sum of credits or debits; either may be missing."""

    count: int | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """The head of a statement, or of one page of it."""

    #: As the bank writes it: an IBAN, or sort code and account number; empty when the file does not say.
    account: str
    line_number: int
    report: Report = Report.STATEMENT
    currency: str | None = None
    #: The bank's number of the statement, and the page within it; both often constant.
    number: str = ""
    page: str = ""
    balance: Balance | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document a payer says the money is for; `amount` is what of it is paid, negative for a credit note."""

    number: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of money, or one share of a batch the bank booked as a sum.

    Money that arrives is positive. Shares of one entry have the same `entry` and count `share` from 1.
    """

    booked_on: date
    amount: Money
    #: First line of it in the file, from 1.
    line_number: int
    #: The entry's place within its statement, from 1, and the share of it; 0 where the entry is whole.
    entry: int
    share: int = 0
    value_on: date | None = None
    status: Status = Status.BOOKED
    kind: Kind = Kind.OTHER
    #: The bank's own code for the kind, as delivered.
    code: str = ""
    narrative: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    #: What the payer put as reference (end-to-end id, customer reference).
    reference: str = ""
    #: The mandate a direct debit was drawn on.
    mandate: str = ""
    #: Why money was sent back, as the bank codes it.
    return_reason: str = ""
    #: The bank's own reference, the same in every file that shows the entry.
    bank_reference: str = ""
    documents: tuple[Document, ...] = ()
    #: The line or element as delivered.
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """The foot of a statement, or of one page of it."""

    line_number: int
    balance: Balance | None = None
    credits: Total | None = None
    debits: Total | None = None


Part = Opening | StatementLine | Closing | ReadingWarning


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with all its lines, for files that are small enough to hold."""

    opening: Opening
    lines: tuple[StatementLine, ...]
    closing: Closing

    @property
    def booked(self) -> tuple[StatementLine, ...]:
        """The lines that count."""
        return tuple(line for line in self.lines if line.status == Status.BOOKED)

    @property
    def entries(self) -> int:
        """How many entries the bank shows; a batch that was split counts once."""
        return len({line.entry for line in self.lines})


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a file says."""

    statements: tuple[Statement, ...]
    warnings: tuple[ReadingWarning, ...]


def gather(parts: Iterable[Part]) -> Contents:
    """Gather the parts of a file into statements and warnings.

    :raises ValueError: a line stands outside a statement, or a statement is never closed: a defect of a reader
    """
    statements: list[Statement] = []
    warnings: list[ReadingWarning] = []
    opening: Opening | None = None
    lines: list[StatementLine] = []
    for part in parts:
        match part:
            case ReadingWarning():
                warnings.append(part)
            case Opening():
                if opening is not None:
                    raise ValueError("a statement opens within another")
                opening, lines = part, []
            case StatementLine():
                if opening is None:
                    raise ValueError("a line stands outside a statement")
                lines.append(part)
            case Closing():
                if opening is None:
                    raise ValueError("a statement closes that was not open")
                statements.append(Statement(opening, tuple(lines), part))
                opening = None
    if opening is not None:
        raise ValueError("a statement was never closed")
    return Contents(tuple(statements), tuple(warnings))


def checked(parts: Iterable[Part]) -> Iterator[Part]:
    """Pass the parts of a file on, and add a warning wherever its balances or declared totals do not add up.

    Opening balance plus booked lines must be the closing balance, and the next statement of the same account in the
    file must open where the last one closed. A gap is never mended here: many a file is fetched for part of a day.
    """
    opening: Opening | None = None
    tally = _Tally()
    closed: dict[str, Balance] = {}
    for part in parts:
        yield part
        match part:
            case Opening():
                opening, tally = part, _Tally()
                yield from _chain(closed.get(part.account), part)
            case StatementLine() if part.status == Status.BOOKED:
                tally.add(part.amount, is_entry=part.share <= 1)
            case Closing() if opening is not None:
                yield from _balance(opening, tally, part)
                yield from _totals(tally, part)
                if part.balance:
                    closed[opening.account] = part.balance


class _Tally:
    """Counts of booked entries (a batch that was split counts once) and sums, by direction."""

    def __init__(self) -> None:
        self.credits = self.debits = 0
        self.credited: Money | None = None
        self.debited: Money | None = None
        self.is_mixed = False

    def add(self, amount: Money, *, is_entry: bool) -> None:
        known = self.debited if self.credited is None else self.credited
        if known is not None and known.currency != amount.currency:
            self.is_mixed = True
            return
        if amount.minor >= 0:
            self.credits += is_entry
            self.credited = amount if self.credited is None else self.credited + amount
        else:
            self.debits += is_entry
            self.debited = -amount if self.debited is None else self.debited - amount

    def net(self, currency: str) -> Money:
        zero = Money.zero(currency)
        return (self.credited or zero) - (self.debited or zero)


def gap(opened: Money, movement: Money, closed: Money) -> Money:
    """Give what is missing between two balances: closing less opening less movement; nothing when they add up.

    >>> gap(Money(1000, "GBP"), Money(250, "GBP"), Money(1200, "GBP"))
    Money(-50, 'GBP')
    """
    return closed - opened - movement


def _chain(before: Balance | None, opening: Opening) -> Iterator[ReadingWarning]:
    if before and opening.balance and before.amount != opening.balance.amount:
        yield ReadingWarning(
            WarningCode.OPENS_ELSEWHERE,
            opening.line_number,
            opening.number,
            {"closed": str(before.amount), "opened": str(opening.balance.amount)},
        )


def _balance(opening: Opening, tally: _Tally, closing: Closing) -> Iterator[ReadingWarning]:
    if opening.balance is None or closing.balance is None:
        return
    opened, closed = opening.balance.amount, closing.balance.amount
    moved = {amount.currency for amount in (tally.credited, tally.debited) if amount is not None}
    if tally.is_mixed or {opened.currency, closed.currency} | moved != {opened.currency}:
        yield ReadingWarning(WarningCode.CURRENCIES_DIFFER, closing.line_number, opening.number)
        return
    missing = gap(opened, tally.net(opened.currency), closed)
    if missing:
        yield ReadingWarning(WarningCode.DOES_NOT_BALANCE, closing.line_number, opening.number, {"gap": str(missing)})


def _totals(tally: _Tally, closing: Closing) -> Iterator[ReadingWarning]:
    for declared, count, amount in (
        (closing.credits, tally.credits, tally.credited),
        (closing.debits, tally.debits, tally.debited),
    ):
        if declared is None:
            continue
        if declared.count is not None and declared.count != count:
            yield ReadingWarning(
                WarningCode.COUNT_DIFFERS, closing.line_number, "", {"declared": declared.count, "read": count}
            )
        if declared.amount is not None and declared.amount != (amount or Money.zero(declared.amount.currency)):
            yield ReadingWarning(
                WarningCode.SUM_DIFFERS,
                closing.line_number,
                "",
                {"declared": str(declared.amount), "read": str(amount or 0)},
            )
