"""What a bank file is, before anything of it is taken: whose, from when, how much, and what has to be said first."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.payments.models import BankAccount, StatementFile
from tallystick.payments.queries.banks import account_of, bank_accounts, known_of
from tallystick.payments.queries.files import files
from tallystick.payments.rules import bank_csv, characters, formats
from tallystick.payments.rules.csv_layout import Layout, Sketch, sketch
from tallystick.payments.rules.csv_profiles import guess_headerless
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.formats import Format
from tallystick.payments.rules.refusals import DayOrderUnknown, FormatUnknown, NoStatement
from tallystick.payments.rules.statement import Closing, Opening, Report, StatementLine, Status
from tallystick.payments.rules.warnings import ReadingWarning

_BLOCK = 1 << 20
_SAMPLE = 5
_WARNINGS = 20

EVERYTHING = Scope()


@dataclass(slots=True)
class SeenStatement:
    """One statement of a file."""

    opening: Opening
    account: BankAccount | None
    closing: Closing | None = None
    lines: int = 0
    into_minor: int = 0
    out_minor: int = 0
    sample: list[StatementLine] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """Its currency, as far as it is known."""
        return self.opening.currency or (self.account.currency if self.account else "")

    @property
    def into(self) -> Money | None:
        """What came in on it."""
        return Money(self.into_minor, self.currency) if self.currency else None

    @property
    def opens(self) -> Money | None:
        """What it opens at, where it says."""
        return self.opening.balance.amount if self.opening.balance else None

    @property
    def closes(self) -> Money | None:
        """What it closes at, where it says."""
        return self.closing.balance.amount if self.closing and self.closing.balance else None

    @property
    def out(self) -> Money | None:
        """What went out on it."""
        return Money(self.out_minor, self.currency) if self.currency else None


@dataclass(slots=True)
class Preview:
    """What a file is, and what stands in the way of bringing it in."""

    format: Format | None = None
    refusal: Refusal | None = None
    #: The file of these very bytes that was brought in before, if the reader may see it.
    known_as: StatementFile | None = None
    statements: list[SeenStatement] = field(default_factory=list)
    warnings: list[ReadingWarning] = field(default_factory=list)
    warning_count: int = 0
    #: The columns of a CSV, what they are taken for, and for the export of which bank.
    sketch: Sketch | None = None
    layout: Layout | None = None
    #: The columns were told from what stands in them: somebody has to look before the file is taken.
    is_guess: bool = False
    #: They are what somebody said of an earlier file.
    is_kept: bool = False
    asks_order: bool = False

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return sum(statement.lines for statement in self.statements)


def preview(
    file: BinaryIO,
    *,
    bank_account_id: int | None = None,
    order: DayOrder | None = None,
    columns: SavedColumns | None = None,
    scope: Scope = EVERYTHING,
) -> Preview:
    """Read a file through and take nothing of it."""
    ours = list(bank_accounts(scope=scope))
    chosen = next((account for account in ours if account.pk == bank_account_id), None)
    known = known_of(chosen, ours, order=order, columns=columns)
    seen = Preview(known_as=files(scope=scope).filter(sha256=_digest(file)).order_by("pk").first())
    try:
        seen.format = formats.recognize(file)
        if seen.format is Format.CSV:
            known = _told(file, known, seen, said=columns)
        _read(file, known, seen, chosen, ours)
        if not seen.statements:
            raise NoStatement
    except Refusal as refusal:
        # A CSV whose columns cannot be told is none the worse for it: somebody says what they mean.
        can_say = isinstance(refusal, FormatUnknown) and seen.sketch is not None
        seen.refusal = None if can_say else refusal
        seen.asks_order = isinstance(refusal, DayOrderUnknown)
    return seen


def _told(file: BinaryIO, known: formats.Known, seen: Preview, *, said: SavedColumns | None) -> formats.Known:
    """Tell the columns of a CSV: as somebody said, by their headings, or else by a guess that somebody has to look at."""
    seen.layout = bank_csv.found_layout(file, known.encoding, known.columns)
    encoding = seen.layout.encoding if seen.layout else characters.encoding_of(file, known.encoding)
    seen.sketch = sketch(file, encoding, seen.layout)
    if said is not None:
        return known
    if layout := seen.layout:
        seen.is_kept = any((kept.header, kept.places) == (layout.header, layout.places) for kept in known.columns)
        return known
    guess = _guess(seen.sketch)
    if guess is None:
        return known
    seen.layout = bank_csv.found_layout(file, known.encoding, (guess,))
    seen.is_guess = seen.layout is not None
    return replace(known, columns=(guess,))


def _guess(seen: Sketch | None) -> SavedColumns | None:
    """Tell the columns under headings that nobody knows from what stands in them."""
    guessed = guess_headerless(seen.rows) if seen else None
    if seen is None or guessed is None:
        return None
    _profile, places = guessed
    return SavedColumns(seen.separator, seen.header, places)


def _read(
    file: BinaryIO, known: formats.Known, seen: Preview, chosen: BankAccount | None, ours: Sequence[BankAccount]
) -> None:
    foreign: Refusal | None = None
    for part in formats.read(file, known):
        match part:
            case Opening():
                account = None
                try:
                    account = account_of(part, chosen, ours)
                except Refusal as refusal:
                    foreign = foreign or refusal
                seen.statements.append(SeenStatement(part, account))
            case StatementLine():
                _count(part, seen.statements[-1])
            case Closing():
                seen.statements[-1].closing = part
            case ReadingWarning():
                seen.warning_count += 1
                if len(seen.warnings) < _WARNINGS:
                    seen.warnings.append(part)
    if foreign is not None:
        raise foreign


def _count(line: StatementLine, statement: SeenStatement) -> None:
    if line.status is not Status.BOOKED or statement.opening.report is not Report.STATEMENT:
        return
    statement.lines += 1
    if line.amount.minor > 0:
        statement.into_minor += line.amount.minor
    else:
        statement.out_minor += line.amount.minor
    if len(statement.sample) < _SAMPLE:
        statement.sample.append(line)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()
