"""What the engine is compared with: one account after the other, through the ORM, as a program grows up that nobody measured."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from tallystick.accounts.models import Account, Item
from tallystick.holds.models import Hold
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.strategy.models import Book
from tallystick.timeline import actions as timeline
from tallystick.worklists.events import TaskOpened
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind

_BENCH = system("bench")
#: Accounts that are enough to know what one costs.
ACCOUNTS = 2_000


def decide_one_by_one(account_ids: list[int], *, day: date) -> None:
    """Look at each account, decide, and write the task, the event and the state, each by itself. All is taken back in the end."""
    with transaction.atomic():
        for account_id in account_ids:
            with transaction.atomic():
                _decide(account_id, day=day)
        transaction.set_rollback(True)


def _decide(account_id: int, *, day: date) -> None:
    account = Account.objects.select_related("client", "party").get(pk=account_id)
    place = Book.objects.get(pk=account_id)
    if place.next_review_on is None or place.next_review_on > day:
        return
    if Hold.objects.filter(account_id=account_id, ended_at=None).exists():
        return
    owed = Item.objects.filter(account_id=account_id, open_minor__gt=0).aggregate(minor=Sum("open_minor"))["minor"] or 0
    if owed < 500:
        return
    now = clock.now()
    work = WorkItem.objects.create(
        account_id=account_id,
        client_id=account.client_id,
        team_id=account.client.team_id,
        kind=Kind.CALL,
        title="Call about the balance",
        due_on=day,
        priority=0,
        rank=0,
        created_at=now,
        created_by=_BENCH.label,
    )
    opened = TaskOpened(account_id, work.pk, Kind.CALL, work.title, day)
    timeline.append(opened, happened_on=day, at=now, by=_BENCH)
    place.state_entered_on = day
    place.next_review_on = day + timedelta(days=10)
    place.save(update_fields=["state_entered_on", "next_review_on"])
