"""What stops interest, and on how much of a debt: holds, disputes, and what a promise does."""

from datetime import date, timedelta

import pytest
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, accrue, at, charged, debt, is_sound, lines, pay, told

from tallystick.accounts.models import Item
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions
from tallystick.charges.models import Line
from tallystick.config.working_off import work_off
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.disputes.rules import State
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Activity, Reason, stopping
from tallystick.kernel.money import Money
from tallystick.promises import actions as promise_actions

pytestmark = pytest.mark.django_db


def test_a_hold_stops_interest_from_the_day_it_was_placed_until_it_ends():
    account, item = debt()
    accrue(date(2026, 1, 31))
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.BREATHING_SPACE, from_on=date(2026, 1, 12), until_on=date(2026, 3, 13),
        at=at(date(2026, 2, 1)), by=TEST,
    )  # fmt: skip
    actions.prove_again(account_ids=[account.pk], by=TEST)

    accrue(date(2026, 3, 22))

    # Ten days before and ten days after sixty days of breathing space.
    assert charged(account) == 438
    stopped = Line.objects.get(item_id=item.pk, taken_back_at__isnull=True, stopped_by="breathing_space")
    assert (stopped.first_day, stopped.last_day, stopped.amount_minor) == (date(2026, 1, 12), date(2026, 3, 12), 0)
    assert told(account, "InterestCorrected")[0]["difference"]["minor"] == -439
    assert is_sound() == []


def test_a_hold_on_an_amount_stops_interest_on_that_amount():
    account, item = debt()
    hold_actions.hold_items(
        account_id=account.pk, item_ids=[item.pk], reason=Reason.DISPUTE, amount=Money.of("400", "GBP"),
        from_on=date(2026, 1, 12), at=at(date(2026, 1, 12)), by=TEST,
    )  # fmt: skip

    accrue(date(2026, 1, 21))

    assert lines(item) == [("2026-01-02", "2026-01-11", 1000_00, 219), ("2026-01-12", "2026-01-21", 600_00, 132)]


def test_what_is_disputed_of_an_item_bears_no_interest_until_it_is_decided():
    account, item = debt()
    dispute = dispute_actions.raise_dispute(
        account_id=account.pk, item_id=item.pk, amount=Money.of("400", "GBP"), reason=DisputeReason.PRICE,
        at=at(date(2026, 1, 12)), by=TEST,
    )  # fmt: skip
    accrue(date(2026, 1, 21))
    assert lines(item) == [("2026-01-02", "2026-01-11", 1000_00, 219), ("2026-01-12", "2026-01-21", 600_00, 132)]

    dispute_actions.resolve_dispute(
        account_id=account.pk, dispute_id=dispute.pk, outcome=State.REJECTED, at=at(date(2026, 1, 22)), by=TEST
    )
    actions.prove_again(account_ids=[account.pk], by=TEST)
    accrue(date(2026, 1, 31))

    assert lines(item)[-1] == ("2026-01-22", "2026-01-31", 1000_00, 219)
    assert is_sound() == []


@pytest.mark.parametrize("reason", list(Reason))
def test_every_hold_that_stops_charges_stops_interest_from_its_day(reason):
    account, _item = debt()
    hold_actions.place_hold(
        account_id=account.pk, reason=reason, from_on=date(2026, 1, 22), at=at(date(2026, 1, 22)), by=TEST
    )

    accrue(date(2026, 1, 31))

    assert charged(account) == (438 if reason in stopping(Activity.CHARGE) else 658)


@pytest.mark.django_db(transaction=True)
def test_a_hold_or_a_dispute_that_is_told_is_followed_by_the_next_accrual():
    held, _item = debt()
    disputed, item = debt()
    accrue(date(2026, 1, 31))
    hold_actions.place_hold(
        account_id=held.pk, reason=Reason.INSOLVENCY, from_on=date(2026, 1, 12), at=at(date(2026, 2, 1)), by=TEST
    )
    raised = dispute_actions.raise_dispute(
        account_id=disputed.pk, item_id=item.pk, amount=Money.of("400", "GBP"), reason=DisputeReason.PRICE,
        at=at(date(2026, 1, 12)), by=TEST,
    )  # fmt: skip
    work_off()
    accrue(date(2026, 1, 31))
    assert (charged(held), charged(disputed)) == (219, 482)

    dispute_actions.resolve_dispute(
        account_id=disputed.pk, dispute_id=raised.pk, outcome=State.REJECTED, at=at(date(2026, 1, 22)), by=TEST
    )
    work_off()
    accrue(date(2026, 1, 31))

    # Ten days on 1,000, ten on 600, ten on 1,000 again.
    assert charged(disputed) == 219 + 132 + 219
    assert is_sound() == []


def test_a_promise_does_not_stop_interest_unless_that_is_agreed():
    account, _item = debt()
    agreed, agreed_item = debt(document={**EIGHT, "freezes": ["promise"]})
    for each in (account, agreed):
        hold_actions.place_hold(account_id=each.pk, reason=Reason.PROMISE, from_on=DUE, at=at(DUE), by=TEST)

    accrue(date(2026, 1, 31))

    assert (charged(account), charged(agreed)) == (658, 0)
    assert not Item.objects.filter(account_id=agreed.pk, kind=ItemKind.INTEREST).exists()
    assert lines(agreed_item) == [("2026-01-02", "2026-01-31", 1000_00, 0)]


def _promised(document, *, paid):
    """Owe 1,000.00 from the 1st on, promise 1,000.00 on the 12th by the 21st, and pay it on the 21st or not at all."""
    account, item = debt(document=document)
    promise_actions.record_promise(
        account_id=account.pk, amount=Money.of("1000", "GBP"), pay_on=date(2026, 1, 21), at=at(date(2026, 1, 12)), by=TEST
    )  # fmt: skip
    accrue(date(2026, 1, 20))
    if paid:
        pay(account, "1000.00", on=date(2026, 1, 21), known=date(2026, 1, 21), items={item.pk: 1000_00})
        promise_actions.judge_promises(account_ids=[account.pk], at=at(date(2026, 1, 21)), by=TEST)
    else:
        promise_actions.break_overdue_promises(at=at(date(2026, 1, 26)), by=TEST)
    actions.prove_again(account_ids=[account.pk], by=TEST)
    accrue(date(2026, 1, 31))
    assert is_sound() == []
    return account, item


@pytest.mark.parametrize(
    ("what", "paid", "expected"),
    [
        # Twenty days of 21.917 pence on 1,000.00, to the day of the payment: 438.
        ("run_on", True, 438),
        # Ten days before it: 219; nothing from the 12th to the 21st.
        ("freeze", True, 219),
        ("waive_when_kept", True, 219),
        # Thirty days: 658.
        ("run_on", False, 658),
        ("waive_when_kept", False, 658),
    ],
)
def test_what_is_agreed_says_what_a_promise_does(what, paid, expected):
    account, item = _promised({**EIGHT, "promises": what}, paid=paid)

    assert charged(account) == expected
    stopped = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=True).exclude(stopped_by="")
    assert [(line.stopped_by, str(line.first_day), str(line.last_day)) for line in stopped] == (
        [("promised_and_kept", "2026-01-12", "2026-01-21")] if expected == 219 else []
    )


def test_the_days_of_a_promise_that_was_broken_stay_frozen_where_that_is_agreed():
    account, item = _promised({**EIGHT, "promises": "freeze"}, paid=False)

    [stopped] = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=True).exclude(stopped_by="")
    ended_on = account.promises.get().ended_on
    assert (stopped.stopped_by, stopped.first_day, stopped.last_day) == (
        "promised", date(2026, 1, 12), ended_on - timedelta(days=1)
    )  # fmt: skip
    # Ten days before it, and those from the day on which it was broken, as one stretch of one balance.
    days = 10 + (date(2026, 1, 31) - ended_on).days + 1
    assert charged(account) == (1000_00 * 8 * days * 2 + 36500) // 73000


def test_interest_that_a_kept_promise_waives_is_taken_back_with_the_difference():
    account, _item = _promised({**EIGHT, "promises": "waive_when_kept"}, paid=True)

    [corrected] = told(account, "InterestCorrected")
    # 19 days were charged: 416. Ten stand: 219.
    assert [corrected[name]["minor"] for name in ("was_charged", "is_now", "difference")] == [416, 219, -197]
    assert corrected["from_on"] == "2026-01-12"


def test_insolvency_stops_interest_on_its_day_and_the_line_says_why():
    account, item = debt()
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.INSOLVENCY, from_on=date(2026, 1, 12), at=at(date(2026, 1, 14)), by=TEST
    )

    accrue(date(2026, 2, 28))

    assert lines(item) == [("2026-01-02", "2026-01-11", 1000_00, 219), ("2026-01-12", "2026-02-28", 1000_00, 0)]
    assert [line.stopped_by for line in Line.objects.order_by("first_day")] == ["", "insolvency"]


def test_what_is_disputed_is_named_on_the_line_with_its_amount():
    account, item = debt()
    dispute_actions.raise_dispute(
        account_id=account.pk, item_id=item.pk, amount=Money.of("400", "GBP"), reason=DisputeReason.PRICE,
        at=at(date(2026, 1, 12)), by=TEST,
    )  # fmt: skip
    hold_actions.hold_items(
        account_id=account.pk, item_ids=[item.pk], reason=Reason.INSTRUCTION, amount=Money.of("100", "GBP"),
        from_on=date(2026, 1, 22), at=at(date(2026, 1, 22)), by=TEST,
    )  # fmt: skip

    accrue(date(2026, 1, 31))

    # 1,000 for ten days, 600 for ten, 500 for ten.
    assert lines(item) == [
        ("2026-01-02", "2026-01-11", 1000_00, 219),
        ("2026-01-12", "2026-01-21", 600_00, 132),
        ("2026-01-22", "2026-01-31", 500_00, 110),
    ]
    assert [(line.held_minor, line.held_by) for line in Line.objects.order_by("first_day")] == [
        (0, ""),
        (400_00, "dispute"),
        (500_00, "dispute, instruction"),
    ]
