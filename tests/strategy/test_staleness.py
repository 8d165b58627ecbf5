"""No decision of a night is stale: it went by what was known when the run looked, and the check finds where it did not."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened
from tests.strategy.test_actions import STEPS

from tallystick.config import invariants
from tallystick.contact import actions as contact
from tallystick.contact.rules.words import CallOutcome
from tallystick.disputes import actions as disputes
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as holds
from tallystick.holds.rules import Reason
from tallystick.kernel import months, sql
from tallystick.kernel.money import Money
from tallystick.payments import actions as payments
from tallystick.payments.rules.states import Method
from tallystick.promises import actions as promises
from tallystick.strategy import actions
from tallystick.strategy.models import Run, RunChunk, Touched
from tallystick.strategy.queries import staleness

# Who saw what is a question of transactions: each thing that happens here is one.
pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = DAY - timedelta(days=5)


@pytest.fixture
def debtor():
    """A debtor a month late, of whom the strategy has something to say today."""
    # A row that moves into its month when the run begins is written anew, as if it had been told only then.
    months.open_months(first=BEFORE, last=DAY + timedelta(days=31))
    account = builders.account()
    builders.invoice(account, "100.00")
    strategies.publish(STEPS, day=BEFORE)
    strategies.refresh(account.pk, day=BEFORE)
    return account.pk


def pay(account_id, amount="10.00", key="1"):
    payments.record_payment(
        account_id=account_id,
        amount=Money.of(amount, "GBP"),
        booked_on=DAY,
        method=Method.CARD,
        source="card",
        source_key=key,
        at=at(DAY),
        by=BY,
    )


def promise(account_id):
    pay_on = DAY + timedelta(days=3)
    promises.record_promise(account_id=account_id, amount=Money.of("50.00", "GBP"), pay_on=pay_on, at=at(DAY), by=BY)


def hold(account_id):
    holds.place_hold(account_id=account_id, reason=Reason.MANUAL, until_on=None, at=at(DAY), by=BY)


def dispute(account_id):
    disputes.raise_dispute(account_id=account_id, reason=DisputeReason.PRICE, at=at(DAY), by=BY)


def call(account_id):
    contact.log_call(account_id=account_id, outcome=CallOutcome.NO_ANSWER, number="07700 900123", at=at(DAY), by=BY)


HAPPENINGS = {
    "counts 0 payments, and there were 1": pay,
    "does not know of promises.PromiseMade": promise,
    "does not know of holds.HoldPlaced": hold,
    "does not know of disputes.DisputeRaised": dispute,
    "does not know of contact.CallLogged": call,
}


def wait_for_others(seconds=600):
    """Wait until nothing is in flight on the server that began before now: what is told by then is surely known from then on."""
    upto = sql.value("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    deadline = time.monotonic() + seconds
    while sql.value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") < upto:
        assert time.monotonic() < deadline, "another test keeps a transaction open"
        time.sleep(0.05)


def run():
    started = actions.start_run(day=DAY, at=at(DAY), by=BY)
    actions.work_run(run_id=started.pk, at=at(DAY), by=BY)
    actions.finish_run(run_id=started.pk, at=at(DAY), by=BY)
    return started


def found():
    """Give what the invariant finds, as `tallystick check` does."""
    finding = next(iter(invariants.check(staleness.INVARIANTS, at=at(DAY))))
    return finding.named


def lose_what_waits():
    """The defect: something is told, and nobody will ever bring the facts up to date."""
    Touched.objects.all().delete()
    wait_for_others()


@pytest.mark.parametrize(("said", "happens"), HAPPENINGS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_decision_on_what_was_no_longer_true_is_found(debtor, said, happens):
    happens(debtor)
    lose_what_waits()

    started = run()

    assert happened(debtor) == [(DAY, "First")]
    [stale] = found()
    assert stale.startswith(f"account {debtor}: decision ")
    assert stale.endswith(said)
    assert staleness.count_met(started) == 1


@pytest.mark.parametrize("happens", HAPPENINGS.values(), ids=lambda each: each.__name__)
def test_a_decision_that_knew_is_right(debtor, happens):
    happens(debtor)
    # The facts are brought up to date, and the step of the day is left to the run.
    strategies.refresh(debtor)

    run()

    assert found() == ()


def test_what_happened_after_the_run_makes_no_decision_stale(debtor):
    run()

    for happens in HAPPENINGS.values():
        happens(debtor)
    strategies.answer()

    assert happened(debtor)[0] == (DAY, "First")
    assert found() == ()


def test_what_was_not_over_when_the_run_looked_makes_no_decision_stale(debtor):
    has_paid, may_end = threading.Event(), threading.Event()

    def pay_slowly():
        with transaction.atomic():
            pay(debtor)
            has_paid.set()
            may_end.wait(120)
        connection.close()

    slow = threading.Thread(target=pay_slowly)
    slow.start()
    assert has_paid.wait(120)
    started = run()
    [mark] = RunChunk.objects.filter(run=started)
    may_end.set()
    slow.join()
    strategies.answer()

    assert mark.looks[0][1], "the payment was in flight"
    assert happened(debtor)[0] == (DAY, "First")
    assert found() == ()


@pytest.mark.parametrize("happens", HAPPENINGS.values(), ids=lambda each: each.__name__)
def test_what_is_told_while_the_night_goes_on_is_left_to_its_answer(debtor, happens):
    """Nobody has answered yet when the run comes to the account: it would go by what was true before."""
    happens(debtor)
    wait_for_others()

    run()

    assert happened(debtor) == []
    assert found() == ()

    strategies.answer()
    # Whoever answers does what is due; the hold forbids it, and the run would not have known.
    assert happened(debtor) == ([] if happens is hold else [(DAY, "First")])
    assert found() == ()


def test_two_payments_of_which_one_was_known(debtor):
    pay(debtor, key="1")
    strategies.refresh(debtor)
    pay(debtor, key="2")
    lose_what_waits()

    run()

    [stale] = found()
    assert stale.endswith("counts 1 payments, and there were 2")


def test_a_book_that_was_never_run_has_no_stale_decision(debtor):
    assert not Run.objects.exists()
    assert found() == ()
