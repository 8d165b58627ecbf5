"""Bring bank statements in: each line once, whatever file brings it, and its money onto the client's house account."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Outcome
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause, Head
from tallystick.payments import events, queries
from tallystick.payments.actions.matching import match_lines
from tallystick.payments.models import BankAccount, FileWarning, Statement, StatementFile
from tallystick.payments.rules import formats
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.line_keys import LineKeys
from tallystick.payments.rules.payers import payer_key
from tallystick.payments.rules.references import tokens
from tallystick.payments.rules.refusals import NoStatement
from tallystick.payments.rules.statement import Closing, Opening, Report, StatementLine, Status, gap
from tallystick.payments.rules.states import LineState
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode
from tallystick.timeline import actions as timeline

_BLOCK = 1 << 20
_ROWS = 5_000
#: A warning shows where it is; the whole of a damaged file is not repeated in each.
_LONGEST_TEXT = 2_000
_SPLIT_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: `queries.receipt` tells the rest."""

    file_id: int
    #: These very bytes had been brought in before, so nothing was done.
    is_repeat: bool = False
    new_lines: int = 0
    known_lines: int = 0
    warnings: int = 0
    matched: Outcome = field(default_factory=Outcome)


@transaction.atomic
def import_statement_file(
    *,
    file: BinaryIO,
    name: str,
    bank_account_id: int | None = None,
    order: DayOrder | None = None,
    columns: SavedColumns | None = None,
    at: datetime,
    by: Actor,
) -> Imported:
    """Bring a bank file in, post its money, and apply at once what matches exactly.

    The file says itself which bank account it is of; `bank_account_id` is for one that does not, and for what it leaves out
    (currency, day order). `order` and `columns` are what a person said of a CSV: they are kept for the next one of its bank
    accounts. The same file again, or another that overlaps it, adds nothing twice.

    :raises FormatUnknown, FileBroken, FileUnsafe, NoStatement, DayOrderUnknown, CurrencyNeeded: see `rules.refusals`
    :raises BankAccountUnknown, BankAccountDiffers, BankAccountNeeded: see `queries.account_of`
    """
    by.must_be_allowed_to("import statements")
    chosen = queries.lock_bank_account(bank_account_id, scope=by.scope) if bank_account_id is not None else None
    digest, size = _digest(file)
    # Whoever brings in the same bytes at the same time waits here until they are in, and then finds them.
    stored, is_new = StatementFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "name": name,
            "format": formats.recognize(file),
            "size": size,
            "imported_at": at,
            "imported_by": by.label,
        },
    )
    if not is_new:
        return Imported(stored.pk, is_repeat=True)
    intake = _Intake(stored, chosen, list(queries.bank_accounts(scope=by.scope)), at)
    for part in formats.read(file, queries.known_of(chosen, intake.ours, order=order, columns=columns)):
        intake.take(part)
    new = intake.finish()
    if stored.format == formats.Format.CSV:
        _remember(intake.accounts, order, columns)
    intake.tell(new, by=by)
    matched = match_lines(bank_account_ids=sorted(intake.accounts), at=at, by=system("exact reference and amount"))
    return Imported(
        stored.pk,
        new_lines=len(new),
        known_lines=intake.lines - len(new),
        warnings=stored.warnings.count(),
        matched=matched,
    )


def _remember(accounts: Iterable[int], order: DayOrder | None, columns: SavedColumns | None) -> None:
    """Keep with bank accounts what a person said of their CSV, so that it is asked once."""
    said: dict[str, Any] = {"day_order": order} if order else {}
    said |= {"csv_columns": columns.as_document()} if columns else {}
    if said:
        BankAccount.objects.filter(pk__in=accounts).update(**said)


def _digest(file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return digest.hexdigest(), size


class _Intake:
    """Takes the parts of a file one by one, and keeps no more of them than a block of rows."""

    def __init__(
        self, stored: StatementFile, chosen: BankAccount | None, ours: Sequence[BankAccount], at: datetime
    ) -> None:
        self.stored = stored
        self.chosen = chosen
        self.ours = ours
        self.at = at
        self.accounts: set[int] = set()
        self.lines = 0
        self._houses: dict[int, int] = {}
        self._taken: Counter[int] = Counter()
        self._keys: dict[int, LineKeys] = {}
        self._statements: list[int] = []
        self._current: tuple[BankAccount, Statement, Opening] | None = None
        self._moved = 0
        self._rows: list[tuple[Any, ...]] = []
        self._warnings: list[FileWarning] = []
        with sql.cursor() as cursor:
            cursor.execute(sql.load("tallystick.payments", "lines.sql", "stage"))

    def take(self, part: object) -> None:
        """Take the next part."""
        match part:
            case ReadingWarning():
                self._warn(part)
            case Opening():
                self._open(part)
            case StatementLine():
                self._line(part)
            case Closing():
                self._close(part)

    def _open(self, opening: Opening) -> None:
        account = queries.account_of(opening, self.chosen, self.ours)
        if account.pk not in self._houses:
            house = account_actions.house_account(client=account.client, currency=account.currency, at=self.at)
            self._houses[account.pk] = house.pk
            self._keys[account.pk] = LineKeys()
            self.accounts.add(account.pk)
        self._keys[account.pk].open(opening)
        statement = Statement.objects.create(
            file=self.stored,
            bank_account=account,
            report=opening.report,
            number=opening.number,
            page=opening.page,
            currency=account.currency,
            opened_minor=opening.balance.amount.minor if opening.balance else None,
        )
        self._statements.append(statement.pk)
        self._current, self._moved = (account, statement, opening), 0

    def _line(self, line: StatementLine) -> None:
        assert self._current is not None  # noqa: S101
        account, statement, opening = self._current
        if line.amount.currency != account.currency:
            self._warn(ReadingWarning(WarningCode.OTHER_CURRENCY, line.line_number, line.raw))
            return
        is_booked = line.status is Status.BOOKED and opening.report is Report.STATEMENT
        if line.status is Status.INFORMATION:
            self._warn(ReadingWarning(WarningCode.FOR_INFORMATION, line.line_number, line.raw))
            return
        self.lines += 1
        self._taken[account.pk] += 1
        self._moved += line.amount.minor if is_booked else 0
        kind = "statement" if is_booked else f"{opening.report}:{line.status}"
        key = self._keys[account.pk].key(line, kind)
        state = LineState.WAITING if is_booked else LineState.ANNOUNCED
        self._rows.append(_row(line, account, statement, self._houses[account.pk], key, state))
        if len(self._rows) >= _ROWS:
            self._flush()

    def _close(self, closing: Closing) -> None:
        assert self._current is not None  # noqa: S101
        account, statement, opening = self._current
        if closing.balance and closing.balance.amount.currency == account.currency:
            statement.closed_minor = closing.balance.amount.minor
            statement.last_on = closing.balance.on
            if opening.balance and opening.balance.amount.currency == account.currency:
                moved = Money(self._moved, account.currency)
                statement.gap_minor = gap(opening.balance.amount, moved, closing.balance.amount).minor
        statement.save(update_fields=["closed_minor", "last_on", "gap_minor"])

    def _warn(self, warning: ReadingWarning) -> None:
        self._warnings.append(
            FileWarning(
                file=self.stored,
                line_number=warning.line_number,
                code=warning.code,
                text=_storable(warning.text[:_LONGEST_TEXT]),
                fields=dict(warning.fields),
            )
        )

    def _flush(self) -> None:
        with sql.cursor() as cursor, cursor.copy(sql.load("tallystick.payments", "lines.sql", "copy")) as copy:
            for row in self._rows:
                copy.write_row(row)
        self._rows = []

    def finish(self) -> list[dict[str, Any]]:
        """Keep what is new, post its money, and give the new lines."""
        if not self._statements:
            raise NoStatement
        self._flush()
        new = sql.rows(sql.load("tallystick.payments", "lines.sql", "keep"))
        sql.execute(sql.load("tallystick.payments", "lines.sql", "count"), {"statements": self._statements})
        sql.execute(sql.load("tallystick.payments", "lines.sql", "unstage"))
        ledger.post(list(_arrivals(new)), at=self.at)
        for row in sql.rows(sql.load("tallystick.payments", "lines.sql", "chain"), {"file": self.stored.pk}):
            closed, opened = (Money(row[name], row["currency"]) for name in ("closed_minor", "opened_minor"))
            said = {"closed": str(closed), "opened": str(opened)}
            self._warn(ReadingWarning(WarningCode.OPENS_ELSEWHERE, 0, row["number"], said))
        FileWarning.objects.bulk_create(self._warnings, batch_size=_ROWS)
        return new

    def tell(self, new: Sequence[dict[str, Any]], *, by: Actor) -> None:
        """Say on each house account that a file came."""
        kept = Counter(row["bank_account_id"] for row in new)
        for bank_account_id, house_id in self._houses.items():
            count = self._taken[bank_account_id]
            event = events.StatementImported(
                account_id=house_id,
                file_id=self.stored.pk,
                bank_account_id=bank_account_id,
                name=self.stored.name,
                new_lines=kept[bank_account_id],
                known_lines=count - kept[bank_account_id],
            )
            timeline.append(event, at=self.at, by=by)


def _arrivals(new: Sequence[dict[str, Any]]) -> Iterator[ledger.Posting]:
    """Money in waits in suspense until it is known whose it is; money out is taken from there."""
    for row in new:
        if row["state"] != LineState.WAITING or row["amount_minor"] == 0:
            continue
        is_in = row["amount_minor"] > 0
        yield ledger.Posting(
            account_id=row["account_id"],
            debit=Head.BANK if is_in else Head.SUSPENSE,
            credit=Head.SUSPENSE if is_in else Head.BANK,
            amount_minor=abs(row["amount_minor"]),
            currency=row["currency"],
            booked_on=row["booked_on"],
            cause_kind=Cause.STATEMENT_LINE,
            cause_id=row["id"],
        )


def _row(
    line: StatementLine, account: BankAccount, statement: Statement, house_id: int, key: str, state: LineState
) -> tuple[Any, ...]:
    """Give a line in the column order of the query `copy`."""
    named = [document.number for document in line.documents]
    return (
        house_id,
        account.pk,
        statement.pk,
        line.amount.minor,
        line.amount.minor,
        line.booked_on,
        line.value_on,
        line.line_number,
        line.amount.currency,
        key,
        line.kind.value,
        _storable(line.code),
        _storable(line.narrative),
        _storable(line.counterparty),
        _storable(line.counterparty_account),
        payer_key(counterparty=line.counterparty, counterparty_account=line.counterparty_account),
        _storable(line.reference),
        _storable(line.mandate),
        _storable(line.return_reason),
        _storable(line.bank_reference),
        tokens(*named, line.reference, line.mandate, line.narrative),
        _storable(line.raw[:_SPLIT_LONGEST]),
        state.value,
    )


def _storable(text: str) -> str:
    """PostgreSQL takes every character but the one that ends a string in C."""
    return text.replace("\x00", "\ufffd")
