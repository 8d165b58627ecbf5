"""Promises are taken, kept, broken, taken anew: stories by date."""

from datetime import UTC, date, datetime

import pytest
from tests import builders
from tests.builders import TEST
from tests.promises.story import judge, last_told, morning, owing, pay, promise, take_back, told

from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules import AccountIsClosed, CloseReason, CurrencyDiffers
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import AccountOnHold, Reason
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.promises import actions, queries, rules
from tallystick.promises.models import Promise
from tallystick.promises.rules import State

pytestmark = pytest.mark.django_db

MON, TUE, WED, THU, FRI = (date(2026, 3, day) for day in (2, 3, 4, 5, 6))
SAT, SUN, NEXT_MON, NEXT_TUE = (date(2026, 3, day) for day in (7, 8, 9, 10))


def test_a_promise_keeps_its_terms_and_stands_on_the_timeline():
    account = owing("500.00", promise_grace_days=2, promise_tolerance="0.1")

    made = promise(account, "50.00", on=MON, pay_on=THU)

    assert (made.state, made.made_on, made.pay_on, made.grace_until_on) == (State.OPEN, MON, THU, NEXT_TUE)
    assert (made.amount_minor, made.tolerance_minor, made.balance_minor) == (5000, 500, 50000)
    assert told(account) == [("PromiseMade", MON)]
    assert last_told(account)["amount"] == {"minor": 5000, "currency": "GBP"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param({"amount": Money(50001, "GBP")}, rules.PromiseAmountOutOfRange, id="more than is owed"),
        pytest.param({"amount": Money(0, "GBP")}, rules.PromiseAmountOutOfRange, id="nothing"),
        pytest.param({"amount": Money(5000, "EUR")}, CurrencyDiffers, id="another currency"),
        pytest.param({"pay_on": date(2026, 3, 1)}, rules.PromiseDayOutOfRange, id="yesterday"),
        pytest.param({"pay_on": date(2026, 4, 2)}, rules.PromiseDayOutOfRange, id="beyond the furthest day"),
    ],
)
def test_terms_out_of_range_are_refused_and_nothing_is_written(change, refusal):
    account = owing("500.00")
    terms = {"account_id": account.pk, "amount": Money(5000, "GBP"), "pay_on": THU, "at": morning(MON), "by": TEST}

    with pytest.raises(refusal):
        actions.record_promise(**{**terms, **change})

    assert not Promise.objects.exists()
    assert told(account) == []


def test_a_hold_that_forbids_agreements_refuses_a_promise():
    account = owing("500.00")
    hold_actions.place_hold(account_id=account.pk, reason=Reason.BREATHING_SPACE, at=morning(MON), by=TEST)

    with pytest.raises(AccountOnHold):
        promise(account, on=MON, pay_on=THU)

    assert not Promise.objects.exists()


def test_a_closed_account_takes_no_promise():
    account = owing("500.00")
    account_actions.close_account(account_id=account.pk, reason=CloseReason.RECALLED, at=morning(MON), by=TEST)

    with pytest.raises(AccountIsClosed):
        promise(account, on=MON, pay_on=THU)


def test_who_may_not_record_promises_records_none():
    account = owing("500.00")
    terms = {"account_id": account.pk, "amount": Money(5000, "GBP"), "pay_on": THU, "at": morning(MON)}
    person = builders.user()

    with pytest.raises(NotPermitted):
        actions.record_promise(**terms, by=builders.actor(person, "see accounts"))
    with pytest.raises(NotFound):
        actions.record_promise(**terms, by=builders.actor(person, "record promises", clients=frozenset()))

    assert not Promise.objects.exists()


def test_today_is_the_day_of_the_creditor():
    account = owing("500.00")

    made = actions.record_promise(
        account_id=account.pk,
        amount=Money(5000, "GBP"),
        pay_on=date(2026, 7, 1),
        at=datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
        by=TEST,
    )

    assert made.made_on == date(2026, 7, 1)


def test_a_new_promise_replaces_the_open_one():
    account = owing("500.00")
    first = promise(account, on=MON, pay_on=THU)

    promise(account, "60.00", on=TUE, pay_on=FRI)

    first.refresh_from_db()
    assert (first.state, first.ended_on) == (State.REPLACED, TUE)
    assert queries.find_open_promise(account.pk).amount_minor == 6000
    assert told(account) == [("PromiseMade", MON), ("PromiseReplaced", TUE), ("PromiseMade", TUE)]


def test_a_promise_whose_grace_has_run_out_is_broken_not_replaced():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)

    promise(account, on=FRI, pay_on=NEXT_MON)

    assert told(account) == [("PromiseMade", MON), ("PromiseBroken", THU), ("PromiseMade", FRI)]


def test_a_payment_on_the_last_day_of_grace_keeps_a_promise():
    account = owing("500.00")
    promise(account, on=MON, pay_on=FRI)
    pay(account, "20.00", on=WED)
    assert judge(account, on=WED).paid_minor == 2000

    pay(account, "30.00", on=NEXT_MON)
    kept = judge(account, on=NEXT_MON)

    assert (kept.state, kept.paid_minor, kept.ended_on) == (State.KEPT, 5000, NEXT_MON)
    assert told(account) == [("PromiseMade", MON), ("PromiseKept", NEXT_MON)]


def test_a_promise_is_broken_the_day_after_its_grace_and_not_before():
    account = owing("500.00")
    promise(account, on=MON, pay_on=FRI)
    pay(account, "49.99", on=FRI)

    assert actions.break_overdue_promises(at=morning(NEXT_MON), by=TEST).done == 0
    assert actions.break_overdue_promises(at=datetime(2026, 3, 10, 0, 0, tzinfo=UTC), by=TEST).done == 1
    assert actions.break_overdue_promises(at=morning(NEXT_TUE), by=TEST).done == 0

    broken = Promise.objects.get()
    assert (broken.state, broken.ended_on, broken.paid_minor) == (State.BROKEN, NEXT_TUE, 4999)
    assert told(account) == [("PromiseMade", MON), ("PromiseBroken", NEXT_TUE)]


def test_the_second_broken_promise_in_a_row_tells_how_the_debt_grew():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)
    actions.break_overdue_promises(at=morning(THU), by=TEST)
    builders.invoice(account, "1000.00", due_on=date(2026, 3, 1))
    promise(account, "100.00", on=FRI, pay_on=FRI)

    actions.break_overdue_promises(at=morning(NEXT_TUE), by=TEST)

    broken = last_told(account)
    assert broken["in_a_row"] == 2
    assert broken["balance_when_made"] == {"minor": 150_000, "currency": "GBP"}
    assert broken["balance"] == {"minor": 150_000, "currency": "GBP"}
    assert broken["was"] == "open"


def test_a_kept_promise_begins_the_count_anew():
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    promise(account, "10.00", on=THU, pay_on=THU)
    pay(account, "10.00", on=THU)
    judge(account, on=THU)

    promise(account, on=FRI, pay_on=FRI)
    actions.break_overdue_promises(at=morning(NEXT_TUE), by=TEST)

    assert list(Promise.objects.order_by("pk").values_list("state", "broken_in_a_row")) == [
        ("broken", 1),
        ("kept", 0),
        ("broken", 1),
    ]


def test_money_that_had_come_before_the_promise_does_not_keep_it():
    account = owing("500.00")
    pay(account, "50.00", on=date(2026, 2, 27), known_on=date(2026, 2, 27))
    actions.record_promise(
        account_id=account.pk, amount=Money(5000, "GBP"), pay_on=FRI, at=morning(MON).replace(hour=15), by=TEST
    )
    assert judge(account, on=MON).state == State.OPEN

    account_actions.apply_credits(
        [account_actions.Credit(account.pk, 990_001, Money(5000, "GBP"), MON)], at=morning(MON), by=TEST
    )

    assert judge(account, on=TUE).state == State.OPEN


def test_a_payment_that_becomes_known_late_mends_a_promise_that_was_broken():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)
    actions.break_overdue_promises(at=morning(THU), by=TEST)

    pay(account, "50.00", on=WED, known_on=FRI)
    kept = judge(account, on=FRI)

    assert (kept.state, kept.ended_on, kept.broken_in_a_row) == (State.KEPT, WED, 0)
    assert told(account) == [("PromiseMade", MON), ("PromiseBroken", THU), ("PromiseKept", WED)]
    assert last_told(account)["was"] == "broken"


def test_mending_a_promise_counts_the_later_ones_anew():
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    promise(account, on=THU, pay_on=THU)
    actions.break_overdue_promises(at=morning(NEXT_TUE), by=TEST)
    assert list(Promise.objects.order_by("pk").values_list("broken_in_a_row", flat=True)) == [1, 2]

    pay(account, "50.00", on=TUE, known_on=NEXT_TUE)
    judge(account, on=NEXT_TUE)

    assert list(Promise.objects.order_by("pk").values_list("broken_in_a_row", flat=True)) == [0, 1]


def test_a_payment_taken_back_after_grace_breaks_the_promise_it_had_kept():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)
    payment = pay(account, "50.00", on=TUE)
    assert judge(account, on=TUE).state == State.KEPT

    take_back(account, payment, on=NEXT_MON)
    broken = judge(account, on=NEXT_MON)

    assert (broken.state, broken.paid_minor, broken.ended_on) == (State.BROKEN, 0, THU)
    assert told(account) == [("PromiseMade", MON), ("PromiseKept", TUE), ("PromiseBroken", THU)]
    assert last_told(account)["was"] == "kept"


def test_a_payment_taken_back_in_time_opens_the_promise_again():
    account = owing("500.00")
    promise(account, on=MON, pay_on=FRI)
    payment = pay(account, "50.00", on=TUE)
    judge(account, on=TUE)

    take_back(account, payment, on=WED)
    open_again = judge(account, on=WED)

    assert (open_again.state, open_again.ended_on, open_again.ended_at) == (State.OPEN, None, None)
    assert told(account)[-1] == ("PromiseReopened", WED)


def test_a_promise_is_not_opened_again_beside_a_newer_one():
    account = owing("500.00")
    kept = promise(account, on=MON, pay_on=FRI)
    payment = pay(account, "50.00", on=TUE)
    judge(account, on=TUE)
    promise(account, "60.00", on=WED, pay_on=FRI)

    take_back(account, payment, on=THU)
    judge(account, on=THU)

    kept.refresh_from_db()
    assert kept.state == State.REPLACED
    assert Promise.objects.filter(state=State.OPEN).count() == 1


def test_money_counts_for_the_later_of_two_promises_only():
    account = owing("500.00")
    promise(account, "10.00", on=MON, pay_on=FRI)
    pay(account, "10.00", on=MON)
    judge(account, on=MON)
    promise(account, "20.00", on=TUE, pay_on=FRI)

    pay(account, "20.00", on=WED)
    judge(account, on=WED)

    assert list(Promise.objects.order_by("pk").values_list("state", "paid_minor")) == [("kept", 1000), ("kept", 2000)]


def test_little_enough_missing_is_kept_in_part():
    account = owing("500.00", promise_tolerance="0.1")
    promise(account, "50.00", on=MON, pay_on=TUE)
    pay(account, "45.00", on=TUE)

    actions.break_overdue_promises(at=morning(THU), by=TEST)

    assert Promise.objects.get().state == State.PARTLY_KEPT
    assert told(account)[-1] == ("PromisePartlyKept", THU)


def test_judging_twice_tells_once():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)
    pay(account, "50.00", on=TUE)

    judge(account, on=TUE)
    judge(account, on=WED)

    assert told(account) == [("PromiseMade", MON), ("PromiseKept", TUE)]


def test_a_credit_note_is_no_money_and_keeps_nothing():
    account = owing("500.00")
    promise(account, on=MON, pay_on=TUE)
    account_actions.adjust_item(
        account_id=account.pk,
        item_id=account.items.get().pk,
        change=Money(-5000, "GBP"),
        reason="price",
        at=morning(TUE),
        by=TEST,
    )

    assert judge(account, on=TUE).state == State.OPEN


def test_withdrawing_ends_the_open_promise_with_a_reason():
    account = owing("500.00")
    made = promise(account, on=MON, pay_on=FRI)

    actions.withdraw_promise(
        account_id=account.pk, promise_id=made.pk, reason="wrong account", at=morning(TUE), by=TEST
    )

    with pytest.raises(rules.PromiseEnded):
        actions.withdraw_promise(account_id=account.pk, promise_id=made.pk, reason="again", at=morning(WED), by=TEST)
    assert told(account) == [("PromiseMade", MON), ("PromiseWithdrawn", TUE)]
    assert last_told(account)["reason"] == "wrong account"


def test_who_may_not_cancel_promises_withdraws_none():
    account = owing("500.00")
    made = promise(account, on=MON, pay_on=FRI)
    collector = builders.actor(builders.user(), "record promises")

    with pytest.raises(NotPermitted):
        actions.withdraw_promise(account_id=account.pk, promise_id=made.pk, reason="", at=morning(TUE), by=collector)

    assert queries.find_open_promise(account.pk) == made


def test_a_set_is_withdrawn_after_it_was_judged_by_its_money():
    paid, unpaid = owing("50.00"), owing("500.00")
    promise(paid, "50.00", on=MON, pay_on=FRI)
    promise(unpaid, "50.00", on=MON, pay_on=FRI)
    pay(paid, "50.00", on=TUE)

    outcome = actions.withdraw_promises(account_ids=[paid.pk, unpaid.pk], reason="closed", at=morning(WED), by=TEST)

    assert outcome.done == 1
    assert told(paid)[-1] == ("PromiseKept", TUE)
    assert told(unpaid)[-1] == ("PromiseWithdrawn", WED)


def test_overdue_promises_are_judged_in_bounded_batches():
    for _ in range(3):
        promise(owing("500.00"), on=MON, pay_on=MON)

    assert [actions.break_overdue_promises(limit=2, at=morning(FRI), by=TEST).done for _ in range(3)] == [2, 1, 0]


def test_weekends_and_holidays_lengthen_grace():
    account = owing("500.00")
    promise(account, on=date(2026, 4, 1), pay_on=date(2026, 4, 2))

    assert actions.break_overdue_promises(at=morning(date(2026, 4, 7)), by=TEST).done == 0
    assert actions.break_overdue_promises(at=morning(date(2026, 4, 8)), by=TEST).done == 1
