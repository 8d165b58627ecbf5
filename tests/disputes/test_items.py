"""What is disputed of an item is not chased while the dispute is open, whatever else holds the item, and no pound twice."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Item
from tallystick.disputes import actions, queries
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason, State
from tallystick.holds import actions as hold_actions
from tallystick.holds.models import Hold
from tallystick.holds.rules import Reason as HoldReason
from tallystick.kernel import sql
from tallystick.kernel.money import Money

pytestmark = pytest.mark.django_db

UNTIL = TODAY + timedelta(days=7)
#: The day before the hold by hand ends, and that day.
BOTH, AFTER = UNTIL - timedelta(days=1), UNTIL


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


@pytest.fixture
def item():
    return builders.invoice(builders.account(), "100.00", reference="INV-1")


def dispute(item, amount=None, **terms):
    terms = {"reason": Reason.PRICE, "at": AT, "by": TEST, **terms}
    return actions.raise_dispute(account_id=item.account_id, item_id=item.pk, amount=amount and gbp(amount), **terms)


def decide(raised, outcome=State.REJECTED, **terms):
    terms = {"outcome": outcome, "at": AT, "by": TEST, **terms}
    return actions.resolve_dispute(account_id=raised.account_id, dispute_id=raised.pk, **terms)


def hold(item, amount=None):
    [held] = hold_actions.hold_items(
        account_id=item.account_id,
        item_ids=[item.pk],
        amount=amount and gbp(amount),
        reason=HoldReason.MANUAL,
        until_on=UNTIL,
        at=AT,
        by=TEST,
    )
    return held


def chased(item, on=TODAY) -> int:
    return Item.objects.get(pk=item.pk).chased_minor(on)


def breaches() -> list[str]:
    return [row["what"] for each in queries.INVARIANTS for row in sql.rows(each.breaches)]


def test_what_is_disputed_is_not_chased_and_the_rest_is(item):
    other = builders.invoice(item.account, "50.00")

    dispute(item, "30.00")

    assert (chased(item), chased(other)) == (7_000, 5_000)
    assert chased(item, TODAY + timedelta(days=3000)) == 7_000
    assert breaches() == []


@pytest.mark.parametrize(
    ("outcome", "left"), [(State.REJECTED, 10_000), (State.WITHDRAWN, 10_000), (State.UPHELD, 7_000)]
)
def test_however_it_ends_what_is_left_is_chased_again(item, outcome, left):
    raised = dispute(item, "30.00")

    decide(raised, outcome)

    assert chased(item) == left
    assert breaches() == []


def test_several_disputes_of_an_item_add_up_and_each_ends_by_itself(item):
    first, second = dispute(item, "30.00"), dispute(item, "50.00")
    assert chased(item) == 2_000

    decide(first)
    assert chased(item) == 5_000

    decide(second)
    assert chased(item) == 10_000
    assert Item.objects.get().disputed_minor is None


@pytest.mark.parametrize("held_first", [True, False])
@pytest.mark.parametrize(
    ("held", "disputed", "both", "after"),
    [
        pytest.param(None, "30.00", 0, 7_000, id="all of it is held: what is disputed stays when the hold ends"),
        pytest.param("20.00", "30.00", 7_000, 7_000, id="less is held than disputed: no pound twice"),
        pytest.param("60.00", "30.00", 4_000, 7_000, id="more is held than disputed"),
        pytest.param("60.00", None, 0, 0, id="all of it is disputed"),
    ],
)
def test_a_hold_by_hand_is_neither_doubled_nor_lost(item, held_first, held, disputed, both, after):
    if held_first:
        hold(item, held)
    raised = dispute(item, disputed)
    if not held_first:
        hold(item, held)

    assert (chased(item, BOTH), chased(item, AFTER)) == (both, after)

    decide(raised)
    assert chased(item, BOTH) == (0 if held is None else 10_000 - gbp(held).minor)
    assert chased(item, AFTER) == 10_000
    assert Hold.objects.get().ended_at is None


def test_a_hold_that_is_lifted_leaves_what_is_disputed(item):
    held = hold(item)
    dispute(item, "30.00")

    hold_actions.lift_hold(account_id=item.account_id, hold_id=held.pk, at=AT, by=TEST)

    assert chased(item) == 7_000


def test_what_is_paid_meanwhile_is_disputed_no_longer(item):
    dispute(item, "30.00")
    account_actions.apply_credits(
        [account_actions.Credit(item.account_id, 1, gbp("90.00"), TODAY, items={item.pk: 9_000})], at=AT, by=TEST
    )

    assert chased(item) == 0
    assert breaches() == []


def test_a_dispute_of_the_account_as_a_whole_leaves_its_items_chased(item):
    actions.raise_dispute(account_id=item.account_id, reason=Reason.OTHER, at=AT, by=TEST)

    assert chased(item) == 10_000


def test_who_decides_disputes_need_not_be_who_raises_them(item):
    raised = dispute(item)

    decide(raised, by=builders.actor(builders.user(), "resolve disputes"))

    assert chased(item) == 10_000


def test_marking_twice_changes_nothing(item):
    dispute(item, "30.00")
    where = (item.account_id, item.pk)

    actions.mark_items([where], by=TEST)
    actions.mark_items([where], by=TEST)

    assert queries.disputed_of_items([where]) == {where: 3_000}
    assert chased(item) == 7_000


def test_an_item_that_says_otherwise_than_its_disputes_is_named(item):
    raised = dispute(item, "30.00")

    Item.objects.update(disputed_minor=2_000)
    assert breaches() == ["item INV-1 says 2000 is disputed, its disputes 3000"]
    Item.objects.update(disputed_minor=None)
    assert breaches() == [f"item {item.pk} says 0 is disputed, its disputes 3000"]
    Item.objects.update(disputed_minor=3_000)
    Dispute.objects.filter(pk=raised.pk).update(state="rejected", resolved_on=TODAY, resolved_at=AT)
    assert breaches() == ["item INV-1 says 3000 is disputed, its disputes 0"]
