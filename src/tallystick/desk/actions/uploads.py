"""Take an upload back with everything that followed from it; and show beforehand what that is.

What a person can wait for is done in one step, and looked at by doing it. More is counted beforehand, and taken back in the
background, chunk by chunk: each with all that followed from it, in a transaction with its mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.charges import actions as charge_actions
from tallystick.charges.queries import shown as charge_queries
from tallystick.contact import actions as contact_actions
from tallystick.contact.queries import outbox
from tallystick.desk.queries import uploads as queries
from tallystick.desk.rules.undoing import ChainChanged
from tallystick.desk.rules.uploads import FIRST_LINES, MOST_AT_ONCE, Count, Line, UploadChain, What, added_up, written
from tallystick.disputes import actions as dispute_actions
from tallystick.holds import actions as hold_actions
from tallystick.intake import actions as intake_actions
from tallystick.intake import queries as intake_queries
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.promises import actions as promise_actions
from tallystick.strategy.queries.following import decisions_after_all
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists.rules import CHASING

#: Accounts whose interest is corrected by one set of statements.
_SOME = 5_000
#: Workers that take one upload back at most.
_WORKERS = 4


def look_at_upload(*, batch_id: int, at: datetime, by: Actor) -> UploadChain:
    """Give what follows if an upload is taken back now; nothing is changed.

    :raises NotFound, BatchStateUnfit: there is no such upload that is loaded
    """
    by.must_be_allowed_to("take uploads back")
    with transaction.atomic():
        chain = _look(batch_id, at=at, by=by)
        transaction.set_rollback(True)
    return chain


def _look(batch_id: int, *, at: datetime, by: Actor) -> UploadChain:
    counted = list(intake_actions.count_loaded(batch_id, first=FIRST_LINES, by=by))
    lines = tuple(_line(row) for each in counted for row in each.taken_back.first)
    if not _is_at_once(batch_id):
        counts = added_up(count for each in counted for count in (*_counts(each.taken_back), *_lasting(each)))
        return UploadChain(batch_id, False, counts, lines)
    # Whoever looks has nobody to wait for: what a second person is needed for is the deed.
    looking = replace(by, is_system=True)
    with transaction.atomic():
        intake_actions.start_undo(batch_id=batch_id, reason=_("Looked at"), at=at, by=looking)
        chain = _take_back_whole(batch_id, at=at, by=looking)
        transaction.set_rollback(True)
    return replace(chain, lines=lines)


def _is_at_once(batch_id: int) -> bool:
    return (intake_queries.get_batch(batch_id).lines or 0) <= MOST_AT_ONCE


@transaction.atomic
def take_upload_back(*, batch_id: int, reason: str, seen: str, at: datetime, by: Actor) -> UploadChain:
    """Take an upload back with everything that followed from it, once: exactly what was `seen`, or nothing.

    Where it takes two people the first one only asks for it. A large upload is taken back in the background: what its lines say
    by then decides. `intake.queries.get_batch` tells how far it is.

    :raises ChainChanged: something else follows now than was looked at
    :raises NotFound, BatchStateUnfit, WhyMissing, OwnUndo: see `intake.actions.start_undo`
    """
    chain = _look(batch_id, at=at, by=by)
    if chain.seen != seen:
        raise ChainChanged
    if not intake_actions.start_undo(batch_id=batch_id, reason=reason, at=at, by=by):
        return chain
    if chain.is_exact:
        done = _take_back_whole(batch_id, at=at, by=replace(by, is_system=True))
        if done.seen != seen:
            raise ChainChanged
    else:
        defer(batch_id, by=by)
    return chain


def defer(batch_id: int, *, by: Actor) -> None:
    """Have workers take an upload back that was begun, or go on with one that was left: a job too many finds nothing to do."""
    by.must_be_allowed_to("take uploads back")
    done, chunks = intake_queries.undo_progress(batch_id)
    asked: dict[str, Any] = {"batch_id": batch_id, "label": by.label, "user_id": by.user_id}
    jobs.configure_task("desk.take_upload_back").batch_defer(*[asked] * max(1, min(_WORKERS, chunks - done)))


def _take_back_whole(batch_id: int, *, at: datetime, by: Actor) -> UploadChain:
    """Take a batch back that was begun, in the transaction of the caller."""
    while take_next_chunk_back(batch_id=batch_id, at=at, by=by):
        pass
    finish_upload(batch_id=batch_id, at=at, by=by)
    return UploadChain(batch_id, True, queries.counts_of(batch_id))


@transaction.atomic
def take_next_chunk_back(*, batch_id: int, at: datetime, by: Actor) -> bool:
    """Take the next chunk of an upload back with everything that followed from it; False where none is left.

    :raises BatchStateUnfit: the upload is not being taken back
    """
    undone = intake_actions.undo_next_chunk(batch_id=batch_id, at=at, by=by)
    if undone is None:
        return False
    counts = [*_counts(undone.taken_back), *_lasting(undone)]
    counts += _follow(undone.taken_back, loaded_at=undone.loaded_at, at=at)
    intake_actions.note_undone(batch_id, undone.position, written(added_up(counts)))
    return True


@transaction.atomic
def finish_upload(*, batch_id: int, at: datetime, by: Actor) -> bool:
    """Close an upload of which all chunks are taken back; False while some are not.

    :raises BatchStateUnfit: the upload is not being taken back
    """
    opened = intake_actions.finish_undo(batch_id=batch_id, at=at, by=by)
    if opened is None:
        return False
    batch = intake_queries.get_batch(batch_id)
    if opened.account_ids and batch.committed_at is not None:
        counts = [replace(each, what=What.REOPENED) for each in _counts(opened) if each.what is What.CHANGED]
        counts += _follow(opened, loaded_at=batch.committed_at, at=at)
        intake_actions.note_undone(batch_id, None, written(added_up(counts)))
    return True


def _counts(taken_back: account_actions.TakenBack) -> list[Count]:
    return [
        Count(What(each.what), each.number, None if each.what == What.LOSES_DAYS else each.amount)
        for each in taken_back.counted
    ]


def _lasting(undone: intake_actions.Undone) -> list[Count]:
    return [Count(What.OPENED, undone.opened), Count(What.CORRECTED, undone.corrected)]


def _line(row: dict[str, Any]) -> Line:
    amount = Money(row["amount_minor"], row["currency"])
    what, stays = What(row["verdict"]), row["stays"] or ""
    return Line(row["key"], row["account_id"], row["item_id"], row["reference"], amount, what, stays)


def _follow(taken_back: account_actions.TakenBack, *, loaded_at: datetime, at: datetime) -> Iterator[Count]:
    """Do what follows in other rooms from what was taken back of some accounts, which are locked, and count it."""
    house, reason = system("an import taken back"), _("The import that it followed from was taken back.")
    account_ids = taken_back.account_ids
    yield Count(What.DISPUTES, dispute_actions.withdraw_of_items(taken_back.items, note=reason, at=at, by=house))
    yield Count(What.HOLDS, hold_actions.lift_of_items(taken_back.items, note=reason, at=at, by=house))
    yield from _interest(account_ids, at=at, by=house)
    yield Count(What.ALLOCATED, account_actions.allocate_on_account(account_ids, at=at, by=house))
    judged = promise_actions.judge_promises(account_ids=account_ids, at=at, by=house)
    paid = account_queries.owing_nothing(account_ids)
    withdrawn = promise_actions.withdraw_promises(account_ids=paid, reason=reason, at=at, by=house)
    yield Count(What.PROMISES, judged.done + withdrawn.done)
    events = queries.events_of_load(account_ids, loaded_at=loaded_at)
    decisions = decisions_after_all(events, paid, since=loaded_at)
    chosen = Chosen([each for each, _id in decisions], [decision_id for _account, decision_id in decisions], "decision")
    yield Count(What.LEFT, outbox.left_of_causes(chosen))
    yield Count(What.MESSAGES, contact_actions.cancel_messages(chosen, at=at, by=house).done)
    caused = worklist_actions.cancel_caused(chosen, reason=reason, at=at, by=house)
    chasing = worklist_actions.cancel_tasks(account_ids=paid, reason=reason, kinds=CHASING, at=at, by=house)
    yield Count(What.TASKS, caused.done + chasing.done)
    yield Count(What.HOLDS, hold_actions.lift_caused(chosen, note=reason, at=at, by=house).done)


def _interest(account_ids: Sequence[int], *, at: datetime, by: Actor) -> Iterator[Count]:
    before = charge_queries.charged_in_all(account_ids)
    for low in range(0, len(account_ids), _SOME):
        charge_actions.correct_interest(account_ids=account_ids[low : low + _SOME], at=at, by=by)
    after = charge_queries.charged_in_all(account_ids)
    for currency in sorted({*before, *after}):
        change = Money(after.get(currency, 0) - before.get(currency, 0), currency)
        if change:
            yield Count(What.INTEREST, 0, change)
