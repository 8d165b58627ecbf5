"""What else happens in days ahead: invoices, payments of their own accord, disputes, and calls made again, at planted rates."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests import builders
from tests.strategy import ahead
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts.models import Account, Item
from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Call
from tallystick.disputes.models import Dispute
from tallystick.payments.models import Payment
from tallystick.strategy.models import Foresight
from tallystick.strategy.queries import behaviour, foresights
from tallystick.strategy.rules.foresight import assumptions as rules
from tallystick.strategy.rules.foresight.assumptions import Source
from tallystick.strategy.rules.foresight.figures import Side
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind

pytestmark = pytest.mark.django_db

#: Weeks that are looked back at.
WEEKS = rules.LOOKED_BACK // rules.WEEK


def _book(accounts: int, *, due_in: int = 400) -> list[Account]:
    """Make accounts that owe £100 each and were opened a year ago, in a strategy that does nothing before they are late."""
    load_templates(at=at(DAY), by=BY)
    portfolio = builders.portfolio()
    made = [builders.account(portfolio, name=f"Debtor {number}") for number in range(accounts)]
    Account.objects.update(opened_on=DAY - timedelta(days=365))
    for account in made:
        builders.invoice(account, "100.00", due_on=DAY + timedelta(days=due_in))
    Item.objects.update(issued_on=DAY - timedelta(days=300))
    strategies.publish(ahead.DOCUMENT)
    strategies.refresh(*(account.pk for account in made))
    return made


def _paid(foresight: Foresight) -> tuple[int, int]:
    counts = foresight.counts.filter(side=Side.THEN, what="paid")
    return sum(count.number for count in counts), sum(count.minor for count in counts)


def _owed(foresight: Foresight, days: int) -> int:
    last = foresight.counts.filter(side=Side.THEN, what="owing", day=DAY + timedelta(days=days - 1))
    return sum(count.minor for count in last)


def test_invoices_come_as_each_account_had_them_on_the_same_terms(calendar):
    accounts = _book(16)
    # Each Wednesday for thirteen weeks half of them got one of £10, due in five days, and paid it; the others £30.
    for number, account in enumerate(accounts):
        for week in range(1, 14):
            issued_on = DAY + timedelta(days=2 - 7 * week)
            Item.objects.create(
                account=account,
                client_id=account.client_id,
                amount_minor=1_000 if number % 2 else 3_000,
                open_minor=0,
                settled_on=issued_on,
                issued_on=issued_on,
                due_on=issued_on + timedelta(days=5),
                head=1,
                currency="GBP",
                kind="invoice",
                reference=f"W{week}",
            )
    draft = ahead.draft()
    before = ahead.checksums()
    still = {name: 0 for name in ahead.STILL if name != "invoices"}

    assumed = foresights.assumed(today=DAY)["invoices"]
    once = ahead.foresee(draft, days=28, asked=still)
    twice = ahead.foresee(draft, days=28, asked=still | {"invoices": 2})

    assert (assumed.value, assumed.source, assumed.cases, assumed.happened) == (1, Source.HISTORY, 208, 208)
    # Four Wednesdays of 8 × £10 + 8 × £30, beside 16 × £100 that stand.
    assert _owed(once, 2) == 160_000
    assert _owed(once, 3) == 192_000
    assert _owed(once, 28) == 160_000 + 4 * 32_000
    assert _owed(twice, 28) == 160_000 + 8 * 32_000
    assert ahead.checksums() == before


def test_a_house_without_history_gets_no_invoices_but_those_it_asks_for():
    found = rules.defaults()

    assert (found["invoices"].value, rules.times_as_before(found)) == (0, 0)
    few = rules.with_history(found, {"invoices": (26, 13)})
    assert rules.times_as_before(few) == 0
    # Half an invoice a week were counted; one is asked for.
    assert rules.times_as_before(rules.what_if(few, {"invoices": 1})) == 2


def test_debtors_pay_of_their_own_accord_as_often_as_was_counted(calendar):
    accounts = _book(100)
    # Each week one in five paid a part, and nothing had reached any of them.
    Payment.objects.bulk_create(
        Payment(
            account_id=account.pk,
            client_id=account.client_id,
            amount_minor=100,
            currency="GBP",
            received_at=at(DAY),
            booked_on=DAY - timedelta(days=7 * week - 3),
            method="bank_transfer",
            source="test",
            source_key=str(week),
            recorded_by="test",
        )
        for number, account in enumerate(accounts)
        for week in range(1, WEEKS + 1)
        if (number + week) % 5 == 0
    )

    assumed = foresights.assumed(today=DAY)["pays.alone.0.part"]
    foresight = ahead.foresee(days=29, asked={"part": "0.01", "pays.alone.0.full": 0, "disputes.raised": 0})

    assert (assumed.value, assumed.source, assumed.cases) == (Decimal("0.2"), Source.HISTORY, 100 * WEEKS)
    number, minor = _paid(foresight)
    # About 20 a week mean to, and pay within the week: 4 weeks less the half of one, within four standard deviations.
    assert 40 <= number <= 105
    # A hundredth of what is owed each time, which is at most £1.
    assert 90 * number <= minor <= 100 * number


def test_who_was_written_to_or_called_is_not_alone(calendar):
    [quiet, called] = _book(2)
    Call.objects.create(
        account=called,
        party_id=called.party_id,
        called_at=at(DAY - timedelta(days=56)),
        outcome="informed",
        direction="out",
        caller="test",
        recorded_at=at(DAY),
    )

    found = behaviour.counted(today=DAY)

    # Of the called account the week that begins on the day of the call is none of these, nor the two after it.
    assert found["pays.alone.0.part"] == (2 * WEEKS - 3, 0)
    everybody = ahead.STILL | {"pays.alone.0.full": 1}
    Call.objects.update(called_at=at(DAY))
    assert _paid(ahead.foresee(days=14, asked=everybody)) == (1, 10_000)
    assert quiet.pk != called.pk


def test_disputes_are_raised_solved_and_credited_as_often_as_is_assumed(calendar):
    _book(8)
    still = {name: 0 for name in ahead.STILL if name != "disputes.raised"}
    all_of_them = {"disputes.raised": 1, "disputes.solved": 1, "disputes.upheld": 1}

    upheld = ahead.foresee(days=15, asked=still | all_of_them)
    rejected = ahead.foresee(upheld.version, days=15, asked=still | all_of_them | {"disputes.upheld": 0})

    # Within a week each disputes its only invoice, and within the next it is decided.
    assert (_owed(upheld, 15), _owed(rejected, 15)) == (0, 80_000)


def test_what_is_disputed_in_days_ahead_is_not_chased_there(calendar):
    _book(8, due_in=9)
    still = {name: 0 for name in ahead.STILL if name != "disputes.raised"}

    disputed = ahead.foresee(days=15, asked=still | {"disputes.raised": 1})
    nothing = ahead.foresee(disputed.version, days=15, asked=still)

    # Within a week each disputes its only invoice, before it is late; no dispute is decided.
    assert (sum(ahead.acts(disputed, Side.THEN).values()), _owed(disputed, 15)) == (0, 80_000)
    assert sum(ahead.acts(nothing, Side.THEN).values()) > 0


def test_disputes_of_the_past_are_counted():
    raised, solved, silent = _book(3)
    for account, ended in ((raised, None), (solved, DAY - timedelta(days=66))):
        Dispute.objects.create(
            account=account,
            amount_minor=100,
            currency="GBP",
            reason="price",
            raised_on=DAY - timedelta(days=80),
            raised_at=at(DAY),
            raised_by="test",
            state="upheld" if ended else "open",
            resolved_on=ended,
            resolved_at=at(DAY) if ended else None,
        )

    found = behaviour.counted(today=DAY)

    # Weeks begin 7, 14 … 175 days ago: 14 of them before the disputes; 11 with the one that is open, 2 with the solved one.
    assert found["disputes.raised"] == (14 + (14 + 9) + WEEKS, 2)
    assert found["disputes.solved"] == (11 + 2, 1)
    assert found["disputes.upheld"] == (1, 1)
    assert silent.pk


def test_a_call_that_reached_nobody_is_made_again_on_the_next_working_day(calendar):
    ahead.book()
    nobody = {"done.call": 1, "result.call.no_answer": 1, "result.call.promise": 0, "result.call.informed": 0}

    again = ahead.foresee(asked=ahead.STILL | nobody)
    once = ahead.foresee(again.version, asked=ahead.STILL | nobody | {"again": 0})

    def calls(foresight: Foresight) -> dict[int, int]:
        return {
            (day - DAY).days: number
            for (day, what), number in ahead.acts(foresight, Side.THEN).items()
            if what == "task.call"
        }

    first = min(calls(once))
    assert calls(again)[first] == calls(once)[first]
    assert sum(calls(again).values()) > sum(calls(once).values())
    # Never at a weekend: DAY is a Monday.
    assert not {day for day in calls(again) if day % 7 in (5, 6)}
    working = {day for day in range(first, ahead.DAYS) if day % 7 < 5}
    assert set(calls(again)) == working


def test_calls_made_again_are_counted_and_what_came_of_those_that_were_not_the_last():
    account = builders.account()
    WorkItem.objects.create(
        account=account,
        client_id=account.client_id,
        kind=Kind.CALL,
        title="Call",
        due_on=DAY,
        rank=1,
        priority=50,
        created_at=at(DAY - timedelta(days=30)),
        created_by="test",
    )
    for days_ago, outcome in ((40, "no_answer"), (38, "busy"), (20, "no_answer"), (3, "no_answer")):
        Call.objects.create(
            account=account,
            party_id=account.party_id,
            called_at=at(DAY - timedelta(days=days_ago)),
            outcome=outcome,
            direction="out",
            caller="test",
            recorded_at=at(DAY),
        )

    found = behaviour.counted(today=DAY)

    # Of the last one nobody knows yet whether another follows.
    assert found["again"] == (3, 1)
    # Two reached nobody since the task was opened, and it is open still.
    assert found["result.call.no_answer"] == (2, 2)
