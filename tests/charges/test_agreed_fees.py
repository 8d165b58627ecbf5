"""Fees of occasions on the book: charged in sets, once for each, by what is agreed, and taken back by an entry."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, agree, at, debt, is_sound, pay, told

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions
from tallystick.charges.models import Fee
from tallystick.charges.rules.accruing import DayNotOver
from tallystick.charges.rules.agreements import AgreementNotReadable, NotAScale
from tallystick.charges.rules.fees import FeeIsFree, FeeTakenBackAlready
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause

pytestmark = pytest.mark.django_db

LATE = {"code": "late", "for": "late", "amount": "12.00", "once": "item", "grace_days": 14}
BACK = {"code": "returned", "for": "returned", "amount": "8.00"}


def owing(*fees, amount="1000.00", due_on=DUE):
    return debt(amount, due_on=due_on, document={**EIGHT, "fees": list(fees)})


def charge(day, **how):
    return actions.charge_fees(day=day, at=at(day), by=TEST, **how)


def fees(account):
    """Give the items that hold fees: reference, amount and what is open."""
    found = Item.objects.filter(account_id=account.pk, kind=ItemKind.FEE).order_by("id")
    return [(item.reference, item.amount_minor, item.open_minor) for item in found]


def bounce(account, amount, *, on):
    cause = pay(account, amount, on=on, known=on)
    account_actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=cause, booked_on=on, reason="Bounced", at=at(on), by=TEST
    )  # fmt: skip


def test_a_late_fee_is_charged_once_when_the_days_of_grace_are_over():
    account, item = owing(LATE)

    # Due on the 1st, late on the 2nd, fourteen days of grace.
    assert [charge(date(2026, 1, day)).done for day in (15, 16, 17)] == [0, 1, 0]

    assert fees(account) == [(f"{item.reference}/late", 12_00, 12_00)]
    [fee] = Fee.objects.filter(account_id=account.pk)
    assert (fee.occasion_on, fee.due_on, fee.owed_minor) == (date(2026, 1, 2), date(2026, 1, 16), 1000_00)
    assert fee.source == f"{account.client.name}, terms 1"
    assert [(event["code"], event["amount"]["minor"]) for event in told(account, "FeeCharged")] == [("late", 12_00)]
    assert is_sound() == []


def test_who_pays_within_the_grace_bears_no_fee_and_who_pays_later_does_though_it_is_known_late():
    in_time, first = owing(LATE)
    too_late, second = owing(LATE)
    pay(in_time, "1000.00", on=date(2026, 1, 15), known=date(2026, 1, 15), items={first.pk: 1000_00})
    pay(too_late, "1000.00", on=date(2026, 1, 16), known=date(2026, 1, 16), items={second.pk: 1000_00})

    charge(date(2026, 1, 31))

    assert (fees(in_time), len(fees(too_late))) == ([], 1)


def test_a_late_fee_is_taken_back_when_money_is_known_that_paid_in_time():
    account, item = owing(LATE)
    charge(date(2026, 1, 16))
    pay(account, "1000.00", on=date(2026, 1, 10), known=date(2026, 1, 20), items={item.pk: 1000_00})

    charge(date(2026, 1, 20))
    charge(date(2026, 1, 21))

    assert fees(account) == [(f"{item.reference}/late", 0, 0)]
    assert [event["reason"] for event in told(account, "FeeTakenBack")] == ["Paid in time"]
    assert is_sound() == []


def test_each_payment_that_comes_back_bears_a_fee_and_the_first_are_free():
    account, _item = owing({**BACK, "free": 1, "most": "20.00"})
    for day in (5, 6, 7, 8, 9):
        bounce(account, "10.00", on=date(2026, 1, day))
        charge(date(2026, 1, day))

    # One is free; then eight, eight, what is left of twenty, nothing.
    assert [minor for _name, minor, _open in fees(account)] == [8_00, 8_00, 4_00]
    assert [name for name, *_ in fees(account)] == ["returned 2", "returned 3", "returned 4"]
    assert list(Fee.objects.order_by("id").values_list("is_free", "is_capped")) == [
        (True, False), (False, False), (False, False), (False, True)
    ]  # fmt: skip
    assert is_sound() == []


def test_a_fee_once_for_the_account_is_charged_for_the_first_item_only():
    account, first = owing({**LATE, "once": "account"})
    builders.invoice(account, "500.00", due_on=date(2026, 1, 5))

    charge(date(2026, 1, 31))
    charge(date(2026, 2, 28))

    assert fees(account) == [(f"{first.reference}/late", 12_00, 12_00)]


def test_costs_by_a_rule_of_the_law_go_by_what_is_owed():
    account, _item = owing({"code": "costs", "for": "late", "rule": "late_payment.fixed_sum"}, amount="640.00")
    small, _other = owing({**LATE, "smallest_balance": "50.00"}, amount="49.99")

    charge(date(2026, 1, 31))

    assert ([minor for _name, minor, _open in fees(account)], fees(small)) == ([40_00], [])


def test_what_is_held_bears_no_fee_and_what_is_disputed_counts_for_nothing():
    held, _item = owing(LATE)
    hold_actions.place_hold(
        account_id=held.pk, reason=Reason.BREATHING_SPACE, from_on=date(2026, 1, 10), at=at(date(2026, 1, 10)), by=TEST
    )
    disputed, item = owing({"code": "costs", "for": "late", "rule": "late_payment.fixed_sum"}, amount="1000.00")
    dispute_actions.raise_dispute(
        account_id=disputed.pk, item_id=item.pk, amount=Money.of("400", "GBP"), reason=DisputeReason.PRICE, at=at(DUE), by=TEST
    )  # fmt: skip

    charge(date(2026, 1, 31))

    # Forty pounds on less than a thousand: six hundred are not disputed.
    assert (fees(held), [minor for _name, minor, _open in fees(disputed)]) == ([], [40_00])


def test_a_fee_that_was_taken_back_is_not_charged_again_and_what_was_paid_on_it_is_on_account():
    account, item = owing(LATE)
    charge(date(2026, 1, 16))
    beside = Item.objects.get(account_id=account.pk, kind=ItemKind.FEE)
    pay(account, "5.00", on=date(2026, 1, 17), known=date(2026, 1, 17), items={beside.pk: 5_00})
    fee = Fee.objects.get(account_id=account.pk)
    how = {"account_id": account.pk, "fee_id": fee.pk, "at": at(date(2026, 1, 20)), "by": TEST}

    assert actions.take_back_fee(**how, reason="Goodwill") == Money.of("12", "GBP")

    assert charge(date(2026, 1, 31)).done == 0
    assert fees(account) == [(f"{item.reference}/late", 0, 0)]
    assert Account.objects.get(pk=account.pk).on_account_minor == 5_00
    [taken] = Entry.objects.filter(account_id=account.pk, cause_kind=Cause.REVERSAL, amount_minor=12_00)
    assert Entry.objects.get(pk=taken.reverses_id).cause_id == fee.pk
    assert [event["reason"] for event in told(account, "FeeTakenBack")] == ["Goodwill"]
    with pytest.raises(FeeTakenBackAlready):
        actions.take_back_fee(**how, reason="Again")
    assert is_sound() == []


def test_what_is_free_cannot_be_taken_back():
    account, _item = owing({**LATE, "free": 1})
    charge(date(2026, 1, 31))
    fee = Fee.objects.get(account_id=account.pk)

    assert (fee.is_free, fees(account)) == (True, [])
    with pytest.raises(FeeIsFree):
        actions.take_back_fee(account_id=account.pk, fee_id=fee.pk, reason="", at=at(DUE), by=TEST)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(
    due=st.lists(st.integers(0, 25), min_size=1, max_size=4),
    nights=st.sets(st.integers(1, 60), max_size=6),
    fee=st.fixed_dictionaries({}, optional={"free": st.integers(1, 2), "most": st.sampled_from(["20.00", "30.00"])}),
)
def test_however_the_nights_fall_what_is_charged_is_the_same(due, nights, fee):
    account, _item = owing({**LATE, **fee}, due_on=DUE)
    for days in due:
        builders.invoice(account, "100.00", due_on=DUE + timedelta(days=days))
    once = 1 + len(due) - fee.get("free", 0)

    for day in [*sorted(nights), 61]:
        charge(DUE + timedelta(days=day), chunk=1)

    most = {"20.00": 20_00, "30.00": 30_00}.get(fee.get("most"), 10**9)
    assert sum(minor for _name, minor, _open in fees(account)) == min(max(once, 0) * 12_00, most)
    assert is_sound() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**LATE, "rule": "late_payment.fixed_sum"}, "a fee is a sum, or by a rule of the law"),
        ({**BACK, "once": "item"}, "a payment that came back is of no item"),
        ({**LATE, "amount": "-1"}, "less than nothing"),
    ],
)
def test_a_fee_that_cannot_be_read_is_refused_with_what_to_do(wrong, said):
    account = builders.account()

    with pytest.raises(AgreementNotReadable, match=said):
        agree(account, {**EIGHT, "fees": [wrong]})
    with pytest.raises(AgreementNotReadable, match="is there twice"):
        agree(account, {**EIGHT, "fees": [LATE, LATE]})
    with pytest.raises(NotAScale):
        agree(account, {**EIGHT, "fees": [{"code": "x", "for": "late", "rule": "interest.late_payment"}]})


def test_fees_are_charged_for_days_that_are_over_by_who_may_and_within_their_clients():
    account, _item = owing(LATE)
    stranger, _other = owing(LATE)
    day = date(2026, 1, 31)
    manager = builders.actor(builders.user(), "set charges", clients=frozenset({account.client_id}))

    with pytest.raises(DayNotOver):
        actions.charge_fees(day=day + timedelta(days=1), at=at(day), by=TEST)
    with pytest.raises(NotPermitted):
        actions.charge_fees(day=day, at=at(day), by=builders.actor(builders.user(), "see accounts"))
    actions.charge_fees(day=day, at=at(day), by=manager)
    assert (len(fees(account)), fees(stranger)) == (1, [])
    charge(day)
    fee = Fee.objects.get(account_id=stranger.pk)
    with pytest.raises(NotFound):
        actions.take_back_fee(account_id=stranger.pk, fee_id=fee.pk, reason="", at=at(day), by=manager)
    with pytest.raises(NotFound):
        actions.take_back_fee(account_id=account.pk, fee_id=fee.pk, reason="", at=at(day), by=TEST)
