"""Exactly once: workers die at one statement after another of an accrual, two at a time, and no day is missing or charged twice.

What comes of it is compared, entry by entry, line by line and event by event, with what comes of nights in which nobody died.
"""

from __future__ import annotations

import os
import signal
from datetime import date

import pytest
from django.db import transaction
from tests.charges.book import FIXED, accrue, agree, at, debt, is_sound, pay
from tests.strategy.nursery import nursery

from tallystick.accounts.models import Account, Item
from tallystick.charges.models import Line
from tallystick.ledger.models import Entry
from tallystick.timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS = 6
#: A worker dies at every so manieth of its statements and commits; STRIDE in the environment asks for more deaths.
STRIDE = int(os.environ.get("STRIDE", "5"))
#: Proven by the rules, with a fixed sum; extended in the database; proven afresh after payments that were booked late.
NIGHTS = (date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 4))


def _day(debts, night):
    """Have a day's news come in: before the last night, that three of the accounts paid on the twelfth."""
    if night == NIGHTS[-1]:
        for account, item in debts[::2]:
            pay(account, "400.00", on=date(2026, 1, 12), known=night, items={item.pk: 400_00})


def _what_came_of(debts):
    """Give entries, lines, events and items, without numbers of rows."""
    ids = [account.pk for account, _item in debts]
    items = dict(Item.objects.filter(account_id__in=ids).values_list("pk", "reference"))
    entries = Entry.objects.filter(account_id__in=ids)
    lines = Line.objects.filter(account_id__in=ids)
    events = Event.objects.filter(account_id__in=ids, kind__startswith="charges.")
    return {
        "entries": sorted(
            (each.account_id, str(each.booked_on), each.debit, each.credit, each.amount_minor, items[each.item_id])
            for each in entries
            if each.item_id is not None
        ),
        "lines": sorted(
            (each.account_id, str(each.first_day), str(each.last_day), each.amount_minor, each.taken_back_at is None)
            for each in lines
        ),
        "events": sorted((each.account_id, each.kind, str(each.happened_on)) for each in events),
        "items": sorted(Item.objects.filter(account_id__in=ids).values_list("account_id", "kind", "open_minor")),
    }


def _undisturbed(debts):
    with transaction.atomic():
        for night in NIGHTS:
            _day(debts, night)
            accrue(night)
        came = _what_came_of(debts)
        transaction.set_rollback(True)
    return came


def test_whoever_dies_in_an_accrual_no_day_is_missing_or_charged_twice():
    debts = [debt(document=None) for _number in range(ACCOUNTS)]
    for account, _item in debts:
        agree(account, FIXED)
    expected = _undisturbed(debts)
    assert len(expected["events"]) >= 3 * ACCOUNTS
    deaths = 0

    with nursery(in_a_chunk=2) as workers:
        for night in NIGHTS:
            _day(debts, night)
            order = {"what": "accrue", "at": at(night).isoformat(), "before": False}
            for dies_at in range(1, 1_000, STRIDE):
                # One dies before a statement or commit is done, one just after a later one.
                ended = workers([{**order, "dies_at": dies_at, "before": True}, {**order, "dies_at": dies_at + 1}])
                assert set(ended) <= {0, -signal.SIGKILL}
                deaths += sum(each != 0 for each in ended)
                if 0 in ended:
                    break
            assert workers([{**order, "dies_at": None}] * 2) == [0, 0]

    assert deaths > 2 * len(NIGHTS)
    assert _what_came_of(debts) == expected
    assert Account.objects.filter(on_account_minor__gt=0).count() == 0
    assert is_sound() == []
