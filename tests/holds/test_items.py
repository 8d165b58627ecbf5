"""One item is held while the others are chased: placed, moved, lifted, and ended by itself on its day."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Item
from tallystick.accounts.rules import CurrencyDiffers
from tallystick.config.working_off import work_off
from tallystick.holds import actions, queries, rules
from tallystick.holds.models import Hold
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db
MAY = TODAY + timedelta(days=7)


@pytest.fixture
def later():
    """Let the day come on which the holds of these tests have run out, and have them ended."""

    def pass_days(days=7):
        clock.travel_to(AT + timedelta(days=days))
        ended = actions.end_holds(at=AT + timedelta(days=days), by=system("holds"))
        work_off()
        return ended

    yield pass_days
    clock.travel_to(None)


def hold(account, *items, **terms):
    terms = {"reason": rules.Reason.MANUAL, "until_on": MAY, "at": AT, "by": TEST, **terms}
    return actions.hold_items(account_id=account.pk, item_ids=[item.pk for item in items], **terms)


def told(account):
    return [
        (event["kind"].partition(".")[2], event["data"])
        for event in timeline_queries.of_account([account.pk])
        if event["kind"].startswith("holds.")
    ]


def chased(account, on=TODAY):
    return [item.chased_minor(on) for item in Item.objects.filter(account=account).order_by("pk")]


def agree():
    [rule] = [each for each in queries.INVARIANTS if each.name == "items are held as their holds say"]
    return sql.rows(rule.breaches) == []


def test_one_of_five_is_held_and_four_are_chased():
    account = builders.account()
    first, *_others = [builders.invoice(account) for _number in range(5)]

    [placed] = hold(account, first, note=" query about delivery ")

    assert chased(account) == [0, 10_000, 10_000, 10_000, 10_000]
    assert chased(account, MAY - timedelta(days=1))[0] == 0
    assert chased(account, MAY)[0] == 10_000
    assert told(account) == [
        (
            "ItemHeld",
            {
                "hold_id": placed.pk,
                "item_id": first.pk,
                "item": first.reference,
                "amount": None,
                "reason": "manual",
                "from_on": "2026-03-02",
                "until_on": "2026-03-09",
                "note": "query about delivery",
            },
        )
    ]
    assert agree()


def test_several_items_are_held_at_once_and_a_part_of_one():
    account = builders.account()
    first, second, third = [builders.invoice(account) for _number in range(3)]

    hold(account, second, first)
    hold(account, third, amount=Money(4_000, "GBP"), until_on=None)

    assert chased(account) == [0, 0, 6_000]
    assert chased(account, TODAY + timedelta(days=3000)) == [10_000, 10_000, 6_000]
    assert [kind for kind, _data in told(account)] == ["ItemHeld"] * 3
    assert agree()


def test_a_hold_that_begins_later_holds_from_its_day():
    account = builders.account()
    item = builders.invoice(account)

    hold(account, item, from_on=TODAY + timedelta(days=2))

    assert [chased(account, TODAY + timedelta(days=day))[0] for day in (0, 1, 2, 6, 7)] == [
        10_000,
        10_000,
        0,
        0,
        10_000,
    ]


def test_what_is_paid_of_an_item_is_paid_off_what_is_not_held():
    account = builders.account()
    item = builders.invoice(account)
    hold(account, item, amount=Money(4_000, "GBP"))

    Item.objects.filter(pk=item.pk).update(open_minor=5_000)
    assert chased(account) == [1_000]
    Item.objects.filter(pk=item.pk).update(open_minor=3_000)
    assert chased(account) == [0]


def test_a_hold_on_an_item_is_moved_and_lifted():
    account = builders.account()
    item = builders.invoice(account)
    [placed] = hold(account, item)

    actions.move_hold(account_id=account.pk, hold_id=placed.pk, until_on=None, at=AT, by=TEST)
    assert chased(account, TODAY + timedelta(days=3000)) == [0]
    assert agree()
    actions.lift_hold(account_id=account.pk, hold_id=placed.pk, note="Answered.", at=AT, by=TEST)

    assert chased(account) == [10_000]
    assert [kind for kind, _data in told(account)] == ["ItemHoldLifted", "ItemHoldMoved", "ItemHeld"]
    assert agree()
    hold(account, item)
    assert chased(account) == [0]


def test_it_returns_by_itself_with_an_entry_in_the_diary_of_the_owner(later):
    account, owner, collector = builders.account(), builders.user("ola"), builders.user("jo")
    account.owner_id = owner.pk
    account.save()
    first, second = builders.invoice(account, reference="INV-A"), builders.invoice(account, reference="INV-B")
    by = builders.actor(collector, "place holds")
    hold(account, first, note="Query about delivery", by=by)
    hold(account, second, until_on=MAY + timedelta(days=1), by=by)

    assert (later(6), later(7), later(7)) == (0, 1, 0)

    assert told(account)[0][0] == "ItemHoldEnded"
    assert Item.objects.get(pk=first.pk).held_until_on is None
    assert agree()
    [task] = WorkItem.objects.all()
    assert (task.title, task.note) == ("INV-A is no longer on hold: look again", "Query about delivery")
    assert (task.assignee_id, task.due_on, task.kind) == (owner.pk, MAY, "follow_up")
    assert [
        event["data"]["title"] for event in timeline_queries.of_account([account.pk], kinds=["worklists.TaskOpened"])
    ] == [task.title]


def test_without_an_owner_whoever_placed_it_is_reminded_and_nobody_of_what_is_paid(later):
    account, collector = builders.account(), builders.user("jo")
    paid, whole = builders.invoice(account), builders.account()
    builders.invoice(whole)
    by = builders.actor(collector, "place holds")
    hold(account, paid, by=by)
    Item.objects.filter(pk=paid.pk).update(open_minor=0, settled_on=TODAY)
    actions.place_hold(account_id=whole.pk, reason=rules.Reason.MANUAL, until_on=MAY, at=AT, by=by)
    actions.place_hold(account_id=whole.pk, reason=rules.Reason.PROMISE, until_on=MAY, at=AT, by=TEST)

    assert later() == 3

    [task] = WorkItem.objects.all()
    assert (task.account_id, task.assignee_id, task.title) == (whole.pk, collector.pk, "The hold ran out: look again")


def test_a_held_item_does_not_hold_the_account():
    account = builders.account()
    item = builders.invoice(account)
    [placed] = hold(account, item, reason=rules.Reason.DISPUTE)

    assert queries.in_force([account.pk], on=TODAY) == []
    queries.refuse_if_held(account.pk, rules.Activity.CONTACT, on=TODAY)
    lifted = actions.lift_holds(Chosen([account.pk], [1], "decision"), reasons=frozenset(rules.Reason), at=AT, by=TEST)
    assert lifted.done == 0
    assert Hold.objects.get(pk=placed.pk).ended_at is None


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        pytest.param({"reason": rules.Reason.BREATHING_SPACE}, rules.HoldNotOfItem, id="reason of the account"),
        pytest.param({"until_on": TODAY}, rules.HoldEndsTooSoon, id="ends today"),
        pytest.param({"amount": Money(0, "GBP")}, rules.HeldAmountOutOfRange, id="nothing"),
        pytest.param({"amount": Money(10_001, "GBP")}, rules.HeldAmountOutOfRange, id="more than is open"),
        pytest.param({"amount": Money(100, "EUR")}, CurrencyDiffers, id="other currency"),
        pytest.param({"by": Actor("Jo")}, NotPermitted, id="may not"),
    ],
)
def test_what_cannot_be_held_is_refused(terms, refusal):
    account = builders.account()
    item = builders.invoice(account)

    with pytest.raises(refusal):
        hold(account, item, **terms)

    assert not Hold.objects.exists()
    assert chased(account) == [10_000]


def test_an_item_is_held_once_and_only_with_its_account():
    account, other = builders.account(), builders.account()
    item, paid = builders.invoice(account), builders.invoice(account)
    hold(account, item)
    Item.objects.filter(pk=paid.pk).update(open_minor=0)

    with pytest.raises(rules.ItemOnHold):
        hold(account, item)
    with pytest.raises(rules.HeldAmountOutOfRange):
        hold(account, paid)
    with pytest.raises(NotFound):
        hold(other, item)
    with pytest.raises(ValueError, match="of one item"):
        hold(account, item, paid, amount=Money(1, "GBP"))
    assert Hold.objects.count() == 1


def test_who_may_not_place_holds_writes_nothing_on_items():
    account = builders.account()
    item = builders.invoice(account)
    nobody = builders.actor(builders.user())

    with pytest.raises(NotPermitted):
        account_actions.hold_items([account_actions.Held(account.pk, item.pk, TODAY, MAY)], by=nobody)
