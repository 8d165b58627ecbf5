"""Which order holds, and that the database shares out by it exactly as the rule does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries
from tallystick.accounts.actions import Credit
from tallystick.accounts.queries import allocations
from tallystick.accounts.queries import orders as order_queries
from tallystick.accounts.queries.orders import Remainder, share_out
from tallystick.accounts.rules import ItemKind
from tallystick.accounts.rules.orders import KIND_OF, OLDEST_FIRST, USUAL, AllocatedBy, NoSuchOrder
from tallystick.charges.rules.allocation import Part, allocate
from tallystick.config import invariants
from tallystick.jurisdictions.rules.orders import First, Order, Ties, read_order, written
from tallystick.jurisdictions.rules.orders import Head as Kind
from tallystick.jurisdictions.rules.reading import Node
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause, Head

KINDS = (ItemKind.INVOICE, ItemKind.INTEREST, ItemKind.FEE, ItemKind.COST)


def owe(account, *owed):
    """Charge pairs of a kind and pounds, the first the oldest due."""
    return [
        actions.add_item(
            account_id=account.pk,
            kind=kind,
            reference=f"{kind}-{number}",
            amount=Money.of(pounds, "GBP"),
            issued_on=TODAY - timedelta(days=90),
            due_on=TODAY - timedelta(days=60 - number),
            at=AT,
            by=TEST,
        )
        for number, (kind, pounds) in enumerate(owed)
    ]


def pay(account, pounds, *, cause_id=1, on=TODAY, **terms):
    credit = Credit(account.pk, cause_id, Money.of(pounds, "GBP"), on, **terms)
    return actions.apply_credits([credit], at=AT, by=TEST)


def left_open(account):
    return [item.open_minor // 100 for item in queries.items(account.pk)]


def decided(account, cause_id=1):
    found = allocations.decisions_of(account.pk, Cause.PAYMENT, cause_id, booked_on=TODAY, currency="GBP")
    return found[-1]


@pytest.fixture
def account():
    account = builders.account()
    owe(account, (ItemKind.INVOICE, 100), (ItemKind.FEE, 10), (ItemKind.INTEREST, 5), (ItemKind.INVOICE, 50))
    return account


@pytest.mark.django_db
def test_where_no_order_is_set_the_oldest_due_is_paid_and_nothing_is_written_down(account):
    pay(account, 105)

    assert left_open(account) == [0, 5, 5, 50]
    assert decided(account).by is AllocatedBy.OLDEST


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "left"),
    [
        pytest.param("costs_first", [95, 0, 0, 50], id="costs first"),
        pytest.param("principal_first", [80, 10, 5, 50], id="principal first"),
        pytest.param("newest_first", [100, 10, 5, 30], id="newest first"),
        pytest.param("smallest_first", [100, 0, 0, 45], id="smallest first"),
        pytest.param("largest_first", [80, 10, 5, 50], id="largest first"),
        pytest.param("allocation.order", [95, 0, 0, 50], id="the law of England and Wales"),
        pytest.param("allocation.order.running_account", [80, 10, 5, 50], id="its law of running accounts"),
    ],
)
def test_the_order_of_the_client_is_followed(account, order, left):
    actions.set_client_order(client_id=account.client_id, order=order, from_on=TODAY, at=AT, by=TEST)

    pay(account, 20)

    assert left_open(account) == left
    assert decided(account).by is AllocatedBy.CLIENT
    assert decided(account).order.set_by == TEST.label
    assert [finding.invariant.name for finding in invariants.check() if not finding.is_sound] == []


@pytest.mark.django_db
def test_in_proportion_everything_gets_its_share(account):
    actions.set_client_order(client_id=account.client_id, order="in_proportion", from_on=TODAY, at=AT, by=TEST)

    pay(account, 33)

    assert [item.open_minor for item in queries.items(account.pk)] == [80_00, 8_00, 4_00, 40_00]


@pytest.mark.django_db
def test_the_account_goes_before_its_client_from_its_day_until_it_has_none_of_its_own(account):
    def orders_on(*days):
        return [order_queries.order_on(account.pk, account.client_id, TODAY + timedelta(days=day)).by for day in days]

    def set_for_account(order, day):
        on = TODAY + timedelta(days=day)
        actions.set_account_order(account_id=account.pk, order=order, from_on=on, at=AT, by=TEST)

    actions.set_client_order(client_id=account.client_id, order="costs_first", from_on=TODAY, at=AT, by=TEST)
    set_for_account("newest_first", 10)
    set_for_account("", 20)

    client, of_account = AllocatedBy.CLIENT, AllocatedBy.ACCOUNT
    assert orders_on(-1, 0, 9, 10, 19, 20) == [AllocatedBy.OLDEST, client, client, of_account, of_account, client]


@pytest.mark.django_db
def test_a_payment_follows_the_order_of_its_own_day_whenever_it_is_booked(account):
    actions.set_client_order(client_id=account.client_id, order="newest_first", from_on=TODAY, at=AT, by=TEST)

    pay(account, 20, on=TODAY - timedelta(days=1))

    assert left_open(account) == [80, 10, 5, 50]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "left"),
    [
        pytest.param("costs_first", [100, 0, 0, 40], id="goes first where the order lets them choose"),
        pytest.param("costs_first_no_choice", [90, 0, 0, 50], id="counts for nothing where it does not"),
    ],
)
def test_what_the_payer_names(account, order, left):
    last = queries.items(account.pk).last()
    actions.set_client_order(client_id=account.client_id, order=order, from_on=TODAY, at=AT, by=TEST)

    pay(account, 25, items={last.pk: 10_00})

    assert left_open(account) == left
    assert decided(account).by is AllocatedBy.CLIENT


@pytest.mark.django_db
def test_an_order_without_choice_binds_payments_and_no_credit_of_our_own(account):
    last = queries.items(account.pk).last()
    actions.set_client_order(client_id=account.client_id, order="costs_first_no_choice", from_on=TODAY, at=AT, by=TEST)
    credit = Credit(account.pk, 1, Money.of(20, "GBP"), TODAY, debit=Head.CREDIT_NOTES, items={last.pk: 20_00})

    actions.apply_credits([credit], cause_kind=Cause.DISPUTE, at=AT, by=TEST)

    assert left_open(account) == [100, 10, 5, 30]


@pytest.mark.django_db
def test_what_is_disputed_is_paid_last_by_every_order(account):
    fee = queries.items(account.pk).get(kind=ItemKind.FEE)
    actions.set_client_order(client_id=account.client_id, order="costs_first", from_on=TODAY, at=AT, by=TEST)
    actions.dispute_items({(account.pk, fee.pk): 7_00}, by=TEST)

    pay(account, 10)

    assert left_open(account) == [98, 7, 0, 50]


@pytest.mark.django_db
def test_two_payments_of_one_set_follow_the_orders_of_their_days_one_after_the_other(account):
    actions.set_client_order(client_id=account.client_id, order="newest_first", from_on=TODAY, at=AT, by=TEST)
    before, today = TODAY - timedelta(days=1), TODAY
    credits = [Credit(account.pk, number, Money.of(60, "GBP"), on) for number, on in ((1, before), (2, today))]

    actions.apply_credits(credits, at=AT, by=TEST)

    assert left_open(account) == [40, 5, 0, 0]


@pytest.mark.django_db
def test_an_order_that_the_law_does_not_have_is_refused(account):
    with pytest.raises(NoSuchOrder):
        actions.set_client_order(
            client_id=account.client_id, order="allocation.order.consumer_loan", from_on=TODAY, at=AT, by=TEST
        )


@pytest.mark.parametrize("usual", USUAL.values(), ids=USUAL)
def test_an_order_is_read_as_it_was_written(usual):
    assert read_order(Node(written(usual.order))) == usual.order


_COMPARISONS = st.lists(
    st.sampled_from([First.DUE, First.HEAD, First.OLDEST, First.NEWEST, First.SMALLEST, First.LARGEST]),
    unique=True,
    max_size=4,
)
_HEADS = st.permutations(list(Kind)).flatmap(
    lambda kinds: st.integers(1, 3).map(lambda cut: (frozenset(kinds[:cut]), *map(frozenset, zip(kinds[cut:]))))
)
_ORDERS = st.builds(lambda by, heads, ties: Order(tuple(by), heads, ties), _COMPARISONS, _HEADS, st.sampled_from(Ties))
#: Kind, minor units, days until it is due, how much of it is disputed.
_OWED = st.tuples(st.sampled_from(KINDS), st.integers(1, 900), st.integers(-3, 3), st.none() | st.integers(1, 1000))
_PAID = st.tuples(st.integers(1, 1500), st.integers(-3, 3), _ORDERS)


class AnyOrder(TestCase):
    """Whatever is owed, paid and ordered, on several accounts at once: the statement is the rule, payment by payment."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.lists(_OWED, max_size=7), st.lists(_PAID, min_size=1, max_size=4)), min_size=1, max_size=3
        )
    )
    def test_the_statement_shares_out_as_the_rule_does(self, books):
        expected, remainders = [], []
        for owed, payments in books:
            account = builders.account()
            listed = self.charge(account, owed)
            for minor, day, order in payments:
                on = TODAY + timedelta(days=day)
                expected.append(self.by_the_rule(listed, minor, order, on))
                remainders.append(Remainder(account.pk, minor, on, order))

        rows = share_out(remainders, at=AT)

        found = {place: list(of_place) for place, of_place in groupby(rows, key=lambda row: row["place"])}
        assert [
            {row["item_id"]: row["amount_minor"] for row in found.get(place, [])} for place in range(len(remainders))
        ] == expected

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.lists(_OWED, max_size=7), st.lists(st.integers(1, 1500), min_size=1, max_size=4)),
            min_size=1,
            max_size=3,
        )
    )
    def test_the_statement_of_whoever_set_no_order_is_the_rule_of_the_oldest_due(self, books):
        expected, left = [], []
        for owed, payments in books:
            account = builders.account()
            listed = self.charge(account, owed)
            for minor in payments:
                expected.append(self.by_the_rule(listed, minor, OLDEST_FIRST, TODAY))
                left.append((account.pk, len(left), minor))

        names = ("left_account", "left_cause", "left_amount")
        asked = dict(zip(names, map(list, zip(*left, strict=True)), strict=True))
        rows = sql.rows(sql.load("tallystick.accounts", "credits.sql", "pay_oldest"), {**asked, "at": AT})

        found = [{} for _ in left]
        for row in rows:
            found[row["cause_id"]][row["item_id"]] = row["amount_minor"]
        assert found == expected

    def charge(self, account, owed):
        """Charge what is owed; give what is chased and what is disputed of it, as a creditor lists it: the oldest due first."""
        listed = []
        for number, (kind, minor, days, disputed) in enumerate(owed):
            item = actions.add_item(
                account_id=account.pk,
                kind=kind,
                reference=f"{number}",
                amount=Money(minor, "GBP"),
                issued_on=TODAY - timedelta(days=9),
                due_on=TODAY + timedelta(days=days),
                at=AT,
                by=TEST,
            )
            kept = min(disputed or 0, minor)
            if disputed:
                actions.dispute_items({(account.pk, item.pk): disputed}, by=TEST)
            for part_minor, is_held in ((minor - kept, False), (kept, True)):
                part = Part(str(item.pk), KIND_OF[Head(item.head)], part_minor, item.due_on, is_held=is_held)
                listed.append(part)
        return sorted(listed, key=lambda part: (part.due_on, int(part.reference)))

    def by_the_rule(self, listed, minor, order, on):
        """Give what the rule pays of which items, and lessen the list by it."""
        paid: dict[int, int] = {}
        for each in allocate(minor, listed, order, on=on).paid:
            place = listed.index(each.part)
            listed[place] = replace(each.part, minor=each.part.minor - each.minor)
            paid[int(each.part.reference)] = paid.get(int(each.part.reference), 0) + each.minor
        return paid
