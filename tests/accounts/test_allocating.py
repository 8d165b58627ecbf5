"""What a credit pays is decided anew: later, otherwise, by a person or by the order. Both histories stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries, rules
from tallystick.accounts.actions import Credit
from tallystick.accounts.models import Client
from tallystick.accounts.queries import allocations
from tallystick.accounts.rules import orders as order_rules
from tallystick.accounts.rules.orders import AllocatedBy
from tallystick.config import invariants
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Cause
from tallystick.timeline import queries as timeline_queries

CAME = TODAY - timedelta(days=7)
WHY = "They meant the other one"


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def pay(account, minor, *, cause_id=1, on=CAME, **terms):
    credit = Credit(account.pk, cause_id, gbp(minor), on, **terms)
    return actions.apply_credits([credit], at=AT - timedelta(days=7), by=TEST)


def reallocate(account, items, *, cause_id=1, at=AT, by=TEST, **terms):
    actions.reallocate_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=cause_id,
        items={item.pk: gbp(minor) for item, minor in items.items()},
        at=at,
        by=by,
        **terms,
    )


def open_on(account, on=None):
    if on is not None:
        return [row["open_minor"] for row in queries.items_as_of(account.pk, on=on)]
    return [item.open_minor for item in queries.items(account.pk)]


def kinds_told(account):
    return [event["kind"] for event in timeline_queries.of_account([account.pk])]


def decisions(account, cause_id=1):
    return allocations.decisions_of(account.pk, Cause.PAYMENT, cause_id, booked_on=CAME, currency="GBP")


def on_account(account):
    account.refresh_from_db()
    return account.on_account_minor


def unsound() -> list[str]:
    return [finding.invariant.name for finding in invariants.check() if not finding.is_sound]


@pytest.fixture
def account():
    return builders.account()


@pytest.fixture
def items(account):
    return [builders.invoice(account, f"{month}0.00", due_on=date(2025, month, 1)) for month in (1, 2, 3)]


@pytest.mark.django_db
def test_what_a_payment_paid_is_taken_away_and_given_to_another(account, items):
    newest = items[2]
    pay(account, 1500)

    reallocate(account, {newest: 1500}, reason=WHY)

    assert open_on(account) == [1000, 2000, 1500]
    assert on_account(account) == 0
    assert ledger_queries.balance(account.pk, currency="GBP") == gbp(4500)
    assert unsound() == []


@pytest.mark.django_db
def test_both_histories_are_kept_with_who_when_and_why(account, items):
    oldest, second, newest = items
    pay(account, 1500)

    reallocate(account, {oldest: 1000, newest: 500}, reason=WHY)

    first, then = decisions(account)
    assert [(each.item_id, each.amount, each.back_on) for each in first.paid] == [
        (oldest.pk, gbp(1000), None),
        (second.pk, gbp(500), TODAY),
    ]
    assert [(each.item_id, each.amount, each.back_on) for each in then.paid] == [(newest.pk, gbp(500), None)]
    assert (first.by, then.by) == (AllocatedBy.OLDEST, AllocatedBy.PERSON)
    assert (then.decided_by, then.decided_at, then.reason, then.booked_on) == (TEST.label, AT, WHY, TODAY)
    assert kinds_told(account)[0] == "accounts.CreditReallocated"


@pytest.mark.django_db
def test_figures_of_a_day_that_is_over_stay_what_they_were(account, items):
    pay(account, 1500)
    before = open_on(account, on=TODAY - timedelta(days=1))

    reallocate(account, {items[2]: 1500}, reason=WHY)

    assert open_on(account, on=TODAY - timedelta(days=1)) == before == [0, 1500, 3000]


@pytest.mark.django_db
def test_a_day_that_is_given_counts_from_then(account, items):
    pay(account, 1500)

    reallocate(account, {items[2]: 1500}, reason=WHY, booked_on=CAME)

    assert open_on(account, on=CAME) == [1000, 2000, 1500]


@pytest.mark.django_db
def test_money_that_waited_on_account_pays_what_a_person_chooses(account, items):
    pay(account, 1500, keep_on_account=True)

    reallocate(account, {items[1]: 700})

    assert open_on(account) == [1000, 1300, 3000]
    assert on_account(account) == 800
    assert unsound() == []


@pytest.mark.django_db
def test_all_of_it_may_go_back_on_account_and_pay_again(account, items):
    pay(account, 1500)
    reallocate(account, {}, reason=WHY)
    assert (open_on(account), on_account(account)) == ([1000, 2000, 3000], 1500)

    reallocate(account, {items[0]: 1000, items[1]: 500}, at=AT + timedelta(hours=1))

    assert (open_on(account), on_account(account)) == ([0, 1500, 3000], 0)
    assert [decision.number for decision in decisions(account)] == [0, 1, 2]
    assert unsound() == []


@pytest.mark.django_db
def test_a_payment_that_was_allocated_anew_is_taken_back_whole(account, items):
    pay(account, 1500)
    reallocate(account, {items[2]: 1200}, reason=WHY)

    back = actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=1, reason="bounced", at=AT, by=TEST
    )

    assert back == gbp(1500)
    assert (open_on(account), on_account(account)) == ([1000, 2000, 3000], 0)
    assert unsound() == []
    with pytest.raises(order_rules.CreditGone):
        reallocate(account, {items[0]: 1000}, reason=WHY)


@pytest.mark.django_db
def test_whoever_owes_nothing_any_more_is_told_so(account, items):
    pay(account, 6000, keep_on_account=True)

    reallocate(account, dict(zip(items, (1000, 2000, 3000), strict=True)))

    assert kinds_told(account)[:2] == ["accounts.BalanceCleared", "accounts.CreditReallocated"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "terms", "refusal"),
    [
        pytest.param([0, 0, 1501], {"reason": WHY}, rules.MoreThanOpen, id="more than the money"),
        pytest.param([1001, 0, 0], {"reason": WHY}, rules.MoreThanOpen, id="more than is open on the item"),
        pytest.param([0, 0, -1], {"reason": WHY}, rules.AmountNotPositive, id="less than nothing"),
        pytest.param([1000, 500, 0], {"reason": WHY}, order_rules.AllocatedSo, id="what it pays already"),
        pytest.param([1000, 0, 500], {"reason": " "}, order_rules.WhyMissing, id="takes away and does not say why"),
        pytest.param([1000, 0, 0], {"reason": WHY, "seen": 1}, order_rules.AllocatedMeanwhile, id="looked at another"),
        pytest.param(
            [1000, 0, 0],
            {"reason": WHY, "booked_on": CAME - timedelta(days=1)},
            order_rules.DayOutside,
            id="before it came",
        ),
        pytest.param(
            [1000, 0, 0], {"reason": WHY, "booked_on": TODAY + timedelta(days=1)}, order_rules.DayOutside, id="ahead"
        ),
    ],
)
def test_what_is_refused_changes_nothing(account, items, asked, terms, refusal):
    pay(account, 1500)
    before = ledger_queries.entries(account.pk)

    with pytest.raises(refusal):
        reallocate(account, dict(zip(items, asked, strict=True)), **terms)

    assert ledger_queries.entries(account.pk) == before


@pytest.mark.django_db
def test_nobody_chooses_where_the_order_leaves_no_choice(account, items):
    actions.set_client_order(client_id=account.client_id, order="costs_first_no_choice", from_on=CAME, at=AT, by=TEST)
    pay(account, 1500, keep_on_account=True)

    with pytest.raises(order_rules.OrderIsFixed):
        reallocate(account, {items[2]: 100})


@pytest.mark.django_db
def test_who_may_not_or_does_not_reach_the_client_changes_nothing(account, items):
    pay(account, 1500)
    person = builders.user()

    with pytest.raises(NotPermitted):
        reallocate(account, {items[2]: 100}, reason=WHY, by=builders.actor(person, "see accounts"))
    with pytest.raises(NotFound):
        reallocate(
            account,
            {items[2]: 100},
            reason=WHY,
            by=builders.actor(person, "allocate money", clients=frozenset({account.client_id + 1})),
        )
    with pytest.raises(NotFound):
        reallocate(account, {builders.invoice(builders.account()): 100}, reason=WHY)


@pytest.mark.django_db
def test_what_is_left_of_one_payment_pays_by_the_order_when_asked_to(account):
    pay(account, 1500)
    pay(account, 400, cause_id=2)
    for pounds in ("18.00", "9.00"):
        builders.invoice(account, pounds)

    actions.allocate_credit_by_order(account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=2, at=AT, by=TEST)

    assert open_on(account) == [1400, 900]
    assert on_account(account) == 1500
    with pytest.raises(order_rules.NothingLeft):
        actions.allocate_credit_by_order(account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=2, at=AT, by=TEST)


@pytest.mark.django_db
@pytest.mark.parametrize("terms", [pytest.param(True, id="pays"), pytest.param(False, id="waits")])
def test_money_on_account_pays_new_items_as_the_terms_of_the_client_say(account, terms):
    Client.objects.filter(pk=account.client_id).update(on_account_pays=terms)
    pay(account, 700)
    pay(account, 800, cause_id=2)
    builders.invoice(account, "10.00")

    for _ in range(2):
        actions.allocate_on_account([account.pk], at=AT, by=TEST)

    assert (open_on(account), on_account(account)) == (([0], 500) if terms else ([1000], 1500))
    assert kinds_told(account).count("accounts.CreditReallocated") == (2 if terms else 0)
    assert unsound() == []


@pytest.mark.django_db
def test_a_set_of_accounts_costs_no_more_statements_than_one(account):
    Client.objects.filter(pk=account.client_id).update(on_account_pays=True)
    accounts = [account, *(builders.account(account.portfolio) for _ in range(5))]
    for each in accounts:
        for number in (1, 2, 3):
            pay(each, 500, cause_id=number)
        builders.invoice(each, "12.00")

    def statements(some):
        with CaptureQueriesContext(connection) as made:
            assert actions.allocate_on_account([each.pk for each in some], at=AT, by=TEST) == 3 * len(some)
        return len(made)

    assert statements(accounts[:1]) == statements(accounts[1:])
    assert {on_account(each) for each in accounts} == {300}


class AnyDecisions(TestCase):
    """Whatever is decided one after the other, what stands is what was decided last, and nothing is paid twice or lost."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.integers(1, 900),
        st.lists(st.tuples(*[st.integers(0, 400)] * 3), min_size=1, max_size=5),
        st.booleans(),
    )
    def test_the_last_decision_stands(self, minor, asked, is_taken_back):
        account = builders.account()
        items = [builders.invoice(account, "3.00", due_on=date(2025, month, 1)) for month in (1, 2, 3)]
        pay(account, minor)
        paid = [300 - left for left in open_on(account)]
        for number, amounts in enumerate(asked):
            try:
                reallocate(
                    account, dict(zip(items, amounts, strict=True)), reason=WHY, at=AT + timedelta(minutes=number)
                )
            except rules.MoreThanOpen:
                assert sum(amounts) > minor or max(amounts) > 300
            except order_rules.AllocatedSo:
                assert list(amounts) == paid
            else:
                paid = list(amounts)
        if is_taken_back:
            actions.take_back_credit(
                account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=1, reason="bounced", at=AT, by=TEST
            )
            paid, minor = [0, 0, 0], 0

        assert open_on(account) == [300 - each for each in paid]
        assert on_account(account) == minor - sum(paid)
        assert unsound() == []
