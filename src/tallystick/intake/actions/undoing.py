"""Take a loaded batch back, chunk by chunk: restartable, and each line exactly once. The file says again what it had brought.

Here is what concerns items and credits; what followed from them in other rooms follows at the desk, in the same transactions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import actions as account_actions
from tallystick.intake import queries, rules
from tallystick.intake.actions.checking import stage
from tallystick.intake.actions.uploading import drop_lines
from tallystick.intake.models import Batch, Chunk
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day

#: What may be done by whoever may take an upload back, which is made of it.
RIGHT = "take uploads back"


@dataclass(frozen=True, slots=True)
class Undone:
    """A chunk that was taken back, or would be: when it was loaded, what of it was, and what lasts."""

    position: int
    loaded_at: datetime
    taken_back: account_actions.TakenBack
    #: How many accounts the load had opened, and of how many debtors it had told something else: both stay.
    opened: int = 0
    corrected: int = 0


def _taking_back(by: Actor) -> Actor:
    """Give the actor for what taking back does: who may take uploads back may do what that is made of."""
    by.must_be_allowed_to(RIGHT)
    return replace(by, is_system=True)


def _query(name: str, batch: Batch) -> str:
    text = sql.load("tallystick.intake", "undo.sql", name)
    _staged, ready = queries.line_tables(batch.pk)
    return sql.fill(text, ready=queries.quoted(ready)) if "{ready}" in text else text


def get_loaded(batch_id: int, *, by: Actor) -> Batch:
    """Lock a batch that is loaded and can be taken back, with its lines as they were read.

    :raises BatchStateUnfit: it is not loaded, or is being taken back
    :raises LinesReadOtherwise: its lines cannot be told apart as they were when they were loaded
    """
    by.must_be_allowed_to(RIGHT)
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state != rules.BatchState.COMMITTED:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    if not queries.holds_lines(batch.pk):
        stage(batch)
    _must_be_read_alike(batch)
    return batch


def _must_be_read_alike(batch: Batch) -> None:
    """Refuse a file whose lines are parted otherwise than when they were loaded: their instants would not be theirs.

    :raises LinesReadOtherwise: they are
    """
    chunks = sql.value(_query("chunks", batch))
    if chunks != Chunk.objects.filter(batch=batch).count():
        raise rules.LinesReadOtherwise


def count_loaded(batch_id: int, *, first: int, by: Actor) -> Iterator[Undone]:
    """Say chunk by chunk what could be taken back of a batch; nothing is changed.

    :raises BatchStateUnfit: see `get_loaded`
    """
    batch = get_loaded(batch_id, by=by)
    for chunk in Chunk.objects.filter(batch=batch).order_by("position"):
        if chunk.done_at is not None:
            yield _Undoing(batch, chunk.position, chunk.done_at, by=_taking_back(by)).count(first=first)
        first = 0


@transaction.atomic
def start_undo(*, batch_id: int, reason: str, at: datetime, by: Actor) -> bool:
    """Begin to take a batch back: from here on it can only be finished. False where a second person has to begin it.

    Where the house asks for two, the first one only asks for it, and whoever begins it is somebody else.

    :raises BatchStateUnfit: it is not loaded, or is being taken back
    :raises WhyMissing: nobody says why
    :raises OwnUndo: the same person asked for it
    """
    batch = get_loaded(batch_id, by=by)
    reason = reason.strip() or batch.undo_reason
    if not reason:
        raise rules.WhyMissing
    is_begun = not settings.INTAKE_TWO_TAKE_BACK or by.is_system
    if not is_begun and batch.undo_asked_at is not None:
        if batch.undo_asked_by_id == by.user_id:
            raise rules.OwnUndo
        is_begun = True
    batch.undo_reason = reason
    if batch.undo_asked_at is None:
        batch.undo_asked_at, batch.undo_asked_by, batch.undo_asked_by_id = at, by.label, by.user_id
    if is_begun:
        batch.state, batch.undone_by, batch.began_at = rules.BatchState.UNDOING, by.label, at
    else:
        # Nobody knows when the other comes: the lines are read again then.
        drop_lines(batch.pk)
    batch.save()
    return is_begun


@transaction.atomic
def undo_next_chunk(*, batch_id: int, at: datetime, by: Actor) -> Undone | None:
    """Take the next chunk of a batch back, with its mark; None where no chunk is left to take.

    Several workers may call this at once, each takes a chunk of its own. A chunk is taken back whole or not at all, and once.

    :raises BatchStateUnfit: the batch is not being taken back
    """
    taking_back = _taking_back(by)
    batch = queries.get_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.UNDONE:
        return None
    if batch.state != rules.BatchState.UNDOING:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    if not queries.holds_lines(batch.pk):
        locked = queries.lock_batch(batch_id, scope=by.scope)
        if not queries.holds_lines(batch.pk):
            stage(locked)
            _must_be_read_alike(locked)
    found = sql.rows(_query("take_chunk", batch), {"batch": batch.pk})
    if not found:
        return None
    undoing = _Undoing(batch, found[0]["position"], found[0]["done_at"], by=taking_back)
    undone = undoing.take_back(at=at)
    sql.execute(_query("mark_chunk", batch), {"batch": batch.pk, "chunk": undone.position, "at": at})
    return undone


class _Undoing:
    """One chunk on its way out of the book."""

    def __init__(self, batch: Batch, chunk: int, loaded_at: datetime, *, by: Actor) -> None:
        self.batch = batch
        self.kind = rules.FileKind(batch.source.kind)
        self.position = chunk
        self.loaded_at = loaded_at
        self.by = by
        self.params: Mapping[str, Any] = {"chunk": chunk, "client": batch.source.client_id}
        found = {
            "bound": "AND ready.chunk = %(chunk)s",
            "accounts": "JOIN intake_account AS mine ON mine.account_key = ready.account_key",
            "account_id": "mine.account_id",
        }
        self.items = self._bind(queries.item_rows(batch, kind=self.kind, **found), rules.BRINGS_ITEMS)
        self.credits = self._bind(queries.credit_rows(batch, **found), rules.BRINGS_CREDITS)

    def _bind(self, rows: sql.Rows, kinds: frozenset[rules.FileKind]) -> sql.Rows | None:
        return sql.Rows(rows.select, {**rows.params, **self.params}) if self.kind in kinds else None

    def find(self) -> None:
        sql.execute("DROP TABLE IF EXISTS intake_account")
        sql.execute(_query("find_accounts", self.batch), self.params)
        sql.execute(_query("analyze_accounts", self.batch))

    def count(self, *, first: int) -> Undone:
        """Say what could be taken back."""
        self.find()
        return self._undone(
            account_actions.judge_loaded(self.items, self.credits, loaded_at=self.loaded_at, first=first, by=self.by)
        )

    def take_back(self, *, at: datetime) -> Undone:
        """Take it back, and write down which lines stay."""
        self.find()
        account_actions.lock_accounts(sql.Rows(_query("accounts", self.batch)))
        taken_back = account_actions.take_back_loaded(
            self.items,
            self.credits,
            loaded_at=self.loaded_at,
            keep_on_account=self.kind == rules.FileKind.INVOICES,
            today=local_day(at, self.batch.source.client.time_zone),
            origin=origin_of(self.batch),
            reason=self.batch.undo_reason,
            at=at,
            by=self.by,
        )
        if taken_back.stays:
            lines, codes = zip(*taken_back.stays, strict=True)
            noted = {"batch": self.batch.pk, "phase": rules.Phase.UNDONE, "lines": list(lines), "codes": list(codes)}
            sql.execute(_query("note_stays", self.batch), noted)
        if taken_back.items:
            accounts, items = zip(*taken_back.items, strict=True)
            gone = {"source": self.batch.source_id, "accounts": list(accounts), "items": list(items)}
            sql.execute(_query("forget_listed", self.batch), gone)
        return self._undone(taken_back)

    def _undone(self, taken_back: account_actions.TakenBack) -> Undone:
        lasting = sql.rows(_query("lasting", self.batch), {"loaded_at": self.loaded_at})
        numbers = {row["kind"]: row["number"] for row in lasting}
        opened, corrected = numbers.get("accounts.AccountOpened", 0), numbers.get("intake.DebtorCorrected", 0)
        return Undone(self.position, self.loaded_at, taken_back, opened, corrected)


def origin_of(batch: Batch) -> str:
    """Say on timelines which file is taken back."""
    return _("import {id} taken back: {file}").format(id=batch.pk, file=batch.file_name)


def note_undone(batch_id: int, position: int | None, counts: Sequence[Mapping[str, Any]]) -> None:
    """Write down what taking a chunk back came to, or opening again what silence had settled, in the transaction that did it."""
    name = "note_silence" if position is None else "note_chunk"
    asked = {"batch": batch_id, "counts": json.dumps(counts), **({} if position is None else {"chunk": position})}
    sql.execute(sql.load("tallystick.intake", "undo.sql", name), asked)


@transaction.atomic
def finish_undo(*, batch_id: int, at: datetime, by: Actor) -> account_actions.TakenBack | None:
    """Close a batch of which all chunks are taken back, and open again what it had settled by silence. None while some are not.

    :raises BatchStateUnfit: the batch is not being taken back
    """
    taking_back = _taking_back(by)
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.UNDONE:
        return account_actions.TakenBack()
    if batch.state != rules.BatchState.UNDOING:
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    if Chunk.objects.filter(batch=batch, done_at__isnull=False, undone_at__isnull=True).exists():
        return None
    opened = _unsettle(batch, at=at, by=taking_back)
    batch.state, batch.undone_at = rules.BatchState.UNDONE, at
    batch.save(update_fields=["state", "undone_at"])
    drop_lines(batch.pk)
    return opened


def _unsettle(batch: Batch, *, at: datetime, by: Actor) -> account_actions.TakenBack:
    """Open again what a batch had settled because it left it out."""
    loaded_at, time_zone = batch.committed_at, batch.source.client.time_zone
    if loaded_at is None or batch.mapping is None or not rules.mapping_of(batch.mapping.document).settles_by_silence:
        return account_actions.TakenBack()
    asked = {"loaded_at": loaded_at, "day": local_day(loaded_at, time_zone), "client": batch.source.client_id}
    silenced = _query("silenced", batch)
    account_actions.lock_accounts(sql.Rows(sql.fill(_query("silenced_accounts", batch), silenced=silenced), asked))
    sql.execute(sql.fill(_query("list_again", batch), silenced=silenced), {**asked, "source": batch.source_id})
    return account_actions.take_back_loaded(
        sql.Rows(silenced, asked),
        None,
        loaded_at=loaded_at,
        keep_on_account=False,
        today=local_day(at, time_zone),
        origin=origin_of(batch),
        reason=batch.undo_reason,
        at=at,
        by=by,
    )
