"""Follow differences up: explain them, give them to somebody; and notice a statement that did not come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import queries as accounts
from tallystick.kernel.actor import Actor
from tallystick.reconciliations import queries, rules
from tallystick.reconciliations.actions.comparing import ask
from tallystick.reconciliations.models import Arrangement, Difference
from tallystick.reconciliations.rules import Level, State


def _lock(reconciliation_id: int, difference_ids: Collection[int], by: Actor) -> list[Difference]:
    by.must_be_allowed_to("reconcile ledgers")
    queries.get_reconciliation(reconciliation_id, scope=by.scope)
    found = list(
        Difference.objects.select_for_update()
        .filter(reconciliation_id=reconciliation_id, pk__in=difference_ids)
        .order_by("pk")
    )
    if any(each.state == State.SOLVED for each in found):
        raise rules.AlreadySolved
    return found


def _change(found: list[Difference], *, at: datetime, by: Actor, **values: object) -> int:
    return Difference.objects.filter(pk__in=[each.pk for each in found]).update(
        **values, changed_at=at, changed_by=by.label
    )


@transaction.atomic
def explain_differences(
    *, reconciliation_id: int, difference_ids: Collection[int], note: str, at: datetime, by: Actor
) -> int:
    """Say why some differences of a reconciliation are right as they are, and give how many; runs to come carry it on.

    :raises NoteMissing: the explanation says nothing
    :raises AlreadySolved: one of them is no difference any more
    """
    found = _lock(reconciliation_id, difference_ids, by)
    said = " ".join(note.split())
    if not said:
        raise rules.NoteMissing
    return _change(found, state=State.EXPLAINED, note=said, at=at, by=by)


@transaction.atomic
def give_differences(
    *, reconciliation_id: int, difference_ids: Collection[int], owner_id: int | None, at: datetime, by: Actor
) -> int:
    """Give some differences to somebody to follow up, and open again those that were explained; give how many.

    :raises AlreadySolved: one of them is no difference any more
    """
    found = _lock(reconciliation_id, difference_ids, by)
    return _change(found, state=State.OPEN, owner_id=owner_id, at=at, by=by)


@transaction.atomic
def arrange(
    *, client_id: int, level: Level, is_daily: bool, owner_id: int | None, from_on: date, at: datetime, by: Actor
) -> None:
    """Say that a client sends a statement of a level for every business day, and who follows it up; or that it no longer does."""
    by.must_be_allowed_to("reconcile ledgers")
    accounts.lock_client(client_id, scope=by.scope)
    Arrangement.objects.filter(client_id=client_id, level=level).delete()
    if is_daily:
        Arrangement.objects.create(
            client_id=client_id, level=level, owner_id=owner_id, from_on=from_on, set_at=at, set_by=by.label
        )


@transaction.atomic
def note_missing(*, at: datetime, by: Actor) -> int:
    """Ask for every statement that was to come for the last business day and did not; give how many. Asked for once."""
    by.must_be_allowed_to("reconcile ledgers")
    missing = 0
    for arranged, day in queries.late(queries.arrangements(), at=at):
        ask(
            arranged.client,
            currency=queries.main_currency(arranged.client_id),
            cause_kind=f"no statement: {arranged.level}",
            cause_id=day.toordinal(),
            owner_id=arranged.owner_id,
            title=_("The finance ledger has not come for {day}").format(day=day.isoformat()),
            at=at,
        )
        missing += 1
    return missing
