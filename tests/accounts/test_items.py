"""What is owed is added once and corrected by entries of its own."""

from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries, rules
from tallystick.accounts.models import Item
from tallystick.accounts.rules import CloseReason, ItemKind
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Head
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db


def add(account, minor=10_000, *, kind=ItemKind.INVOICE, reference="INV-1", **terms):
    return actions.add_item(
        account_id=account.pk,
        kind=kind,
        reference=reference,
        amount=Money(minor, "GBP"),
        issued_on=TODAY - timedelta(days=30),
        due_on=TODAY,
        **{"at": AT, "by": TEST, **terms},
    )


def adjust(item, minor, **terms):
    actions.adjust_item(
        account_id=item.account_id,
        item_id=item.pk,
        change=Money(minor, "GBP"),
        reason="price",
        **{"at": AT, "by": TEST, **terms},
    )
    item.refresh_from_db()


def told(account, kind):
    return [event for event in timeline_queries.of_account([account.pk]) if event["kind"] == f"accounts.{kind}"]


def owed(account, **as_of):
    return ledger_queries.balance(account.pk, currency="GBP", **as_of)


@pytest.mark.parametrize("kind", list(ItemKind))
def test_every_kind_of_item_is_owed_under_its_head(kind):
    account = builders.account()

    item = add(account, kind=kind)

    heads = {row["head"]: row["balance_minor"] for row in ledger_queries.balances_by_head([account.pk])}
    assert heads[rules.HEAD_OF[kind]] == 10_000
    assert item.head == rules.HEAD_OF[kind]
    assert owed(account) == Money(10_000, "GBP")
    assert owed(account, on=TODAY - timedelta(days=31)) == Money(0, "GBP")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param({"minor": 0}, rules.AmountNotPositive, id="nothing"),
        pytest.param({"minor": -1}, rules.AmountNotPositive, id="less than nothing"),
        pytest.param({}, rules.ItemExists, id="twice"),
    ],
)
def test_what_is_no_new_debt_is_refused_and_nothing_is_written(change, refusal):
    account = builders.account()
    add(account)

    with pytest.raises(refusal):
        add(account, **{"reference": "INV-1" if not change else "INV-2", **change})

    assert Item.objects.count() == 1
    assert owed(account) == Money(10_000, "GBP")
    assert len(told(account, "ItemAdded")) == 1


def test_an_item_of_another_kind_may_bear_the_same_reference():
    account = builders.account()

    add(account)
    add(account, kind=ItemKind.FEE)

    assert Item.objects.count() == 2


def test_a_closed_account_and_another_currency_take_no_item():
    account, closed = builders.account(currency="EUR"), builders.account()
    actions.close_account(account_id=closed.pk, reason=CloseReason.PAID, at=AT, by=TEST)

    with pytest.raises(rules.CurrencyDiffers):
        add(account)
    with pytest.raises(rules.AccountIsClosed):
        add(closed)
    with pytest.raises(NotPermitted):
        add(builders.account(), by=builders.actor(builders.user(), "see accounts"))

    assert not Item.objects.exists()


def test_a_correction_is_an_entry_of_its_own_each_time():
    account = builders.account()
    item = add(account)

    for minor in (500, 500, -2000):
        adjust(item, minor)

    assert (item.amount_minor, item.open_minor) == (9000, 9000)
    assert owed(account) == Money(9000, "GBP")
    assert [event["data"]["change"]["minor"] for event in told(account, "ItemAdjusted")] == [-2000, 500, 500]


def test_an_item_is_corrected_down_to_nothing_and_that_clears_the_account():
    account = builders.account()
    item = add(account)
    day = TODAY - timedelta(days=3)

    adjust(item, -10_000, booked_on=day)

    assert (item.amount_minor, item.open_minor, item.settled_on) == (0, 0, day)
    assert not owed(account)
    (cleared,) = told(account, "BalanceCleared")
    assert cleared["happened_on"] == day


def test_a_correction_takes_no_more_than_is_open():
    account = builders.account()
    item = add(account)
    actions.apply_credits([actions.Credit(account.pk, 1, Money(4000, "GBP"), TODAY)], at=AT, by=TEST)

    with pytest.raises(rules.MoreThanOpen):
        adjust(item, -6001)
    adjust(item, -6000)

    assert (item.amount_minor, item.open_minor) == (4000, 0)
    assert len(told(account, "BalanceCleared")) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param(Money(0, "GBP"), rules.NothingChanges, id="nothing"),
        pytest.param(Money(5, "EUR"), rules.CurrencyDiffers, id="another currency"),
    ],
)
def test_a_correction_corrects_something_in_the_currency_of_the_item(change, refusal):
    account = builders.account()
    item = add(account)

    with pytest.raises(refusal):
        actions.adjust_item(account_id=account.pk, item_id=item.pk, change=change, reason="price", at=AT, by=TEST)

    assert not told(account, "ItemAdjusted")


def test_an_item_of_another_account_is_not_corrected_through_this_one():
    item = add(builders.account())

    with pytest.raises(NotFound):
        actions.adjust_item(
            account_id=builders.account().pk, item_id=item.pk, change=Money(1, "GBP"), reason="", at=AT, by=TEST
        )


def test_a_correction_raises_a_settled_item_again():
    account = builders.account()
    item = add(account)
    actions.apply_credits([actions.Credit(account.pk, 1, Money(10_000, "GBP"), TODAY)], at=AT, by=TEST)

    adjust(item, 1)

    assert (item.open_minor, item.settled_on) == (1, None)


def test_items_and_open_items_come_oldest_due_first():
    account = builders.account()
    younger = builders.invoice(account, due_on=date(2026, 2, 1))
    older = builders.invoice(account, due_on=date(2025, 2, 1))
    actions.apply_credits(
        [actions.Credit(account.pk, 1, Money(10_000, "GBP"), TODAY, items={older.pk: 10_000})], at=AT, by=TEST
    )

    assert list(queries.items(account.pk)) == [older, younger]
    assert list(queries.open_items([account.pk])) == [younger]
    assert Head(younger.head) is Head.PRINCIPAL
