"""What stops interest, and on how much of a debt: holds, disputes, and what a promise does."""

from datetime import date

import pytest
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, accrue, at, charged, debt, is_sound, lines, told

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
