"""Interest on the book: charged once for each day, shown by lines, and right after money that is booked late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests import builders
from tests.builders import TEST

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions
from tallystick.charges.models import Bearing, Line
from tallystick.charges.rules.accruing import DayNotOver
from tallystick.charges.rules.agreements import AgreementNotReadable, NotAScale
from tallystick.config import invariants
from tallystick.config.working_off import work_off
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.disputes.rules import State
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Activity, Reason, stopping
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause, Head
from tallystick.timeline import queries as timeline

pytestmark = pytest.mark.django_db

#: Of 1,000.00: 22 pence a day, 21.917… exactly.
EIGHT = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
LATE = {"rate": {"rule": "interest.late_payment"}, "charged": "daily"}
DUE = date(2026, 1, 1)


def at(day):
    return datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)


def agree(of, document=EIGHT, *, from_on=date(2020, 1, 1), **where):
    return actions.set_agreement(
        client_id=of.client_id, from_on=from_on, document=document, at=builders.AT, by=TEST, **where
    )


def debt(amount="1000.00", *, due_on=DUE, document=EIGHT):
    account = builders.account()
    if document:
        agree(account, document)
    return account, builders.invoice(account, amount, due_on=due_on)


def accrue(day, **how):
    return actions.accrue(day=day, at=at(day), by=TEST, **how)


_causes = iter(range(1, 10**9))


def pay(account, amount, *, on, known, items=None):
    cause = next(_causes)
    credit = account_actions.Credit(account.pk, cause, Money.of(amount, "GBP"), on, Head.BANK, items=items or {})
    account_actions.apply_credits([credit], cause_kind=Cause.PAYMENT, at=at(known), by=TEST)
    return cause


def charged(account):
    """Give the interest on the ledger, in pence."""
    entries = Entry.objects.filter(account_id=account.pk)
    charged = entries.filter(debit=Head.INTEREST, credit=Head.INTEREST_CHARGED)
    taken = entries.filter(debit=Head.INTEREST_CHARGED, credit=Head.INTEREST)
    return sum(entry.amount_minor for entry in charged) - sum(entry.amount_minor for entry in taken)


def lines(item):
    """Give the lines that stand of an item as its row has them: days, balance and amount."""
    found = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=True).order_by("first_day")
    return [(str(line.first_day), str(line.last_day), line.base_minor, line.amount_minor) for line in found]


def interest_item(account):
    return Item.objects.get(account_id=account.pk, kind=ItemKind.INTEREST)


def told(account, kind):
    return [event["data"] for event in timeline.of_account([account.pk]) if event["kind"] == f"charges.{kind}"]


def is_sound():
    """Give what breaks an invariant of the rooms that interest writes to."""
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "charges"}]
    return [name for finding in invariants.check(chosen, at=at(date(2027, 1, 1))) for name in finding.named]


def test_interest_is_charged_through_a_day_as_an_item_beside_the_debt():
    account, item = debt()

    outcome = accrue(date(2026, 2, 20))

    assert (outcome.done, outcome.refused) == (1, {})
    beside = interest_item(account)
    assert (beside.reference, beside.open_minor, beside.amount_minor) == (f"{item.reference}/interest", 1096, 1096)
    assert (beside.due_on, beside.settled_on) == (date(2026, 1, 2), None)
    assert charged(account) == 1096
    assert lines(item) == [("2026-01-02", "2026-02-20", 1000_00, 1096)]
    [line] = Line.objects.filter(item_id=item.pk)
    assert (line.rule, line.source, line.percent, line.days) == ("contract", f"{account.client.name}, terms 1", 8, 50)
    assert told(account, "InterestCharged") == [
        {"amount": {"minor": 1096, "currency": "GBP"}, "items": 1, "until_on": "2026-02-20"}
    ]
    assert is_sound() == []


def test_a_day_is_charged_once_however_often_it_is_asked_for():
    account, _item = debt()
    accrue(date(2026, 2, 20))

    again, before = accrue(date(2026, 2, 20)), accrue(date(2026, 2, 10))

    assert (again.done, before.done) == (0, 0)
    assert charged(account) == 1096


def test_day_after_day_comes_to_what_one_run_over_all_of_them_does():
    daily, daily_item = debt("1234.56")
    once, once_item = debt("1234.56")

    for day in range(40):
        actions.accrue(day=DUE + timedelta(days=1 + day), at=at(DUE + timedelta(days=1 + day)), by=TEST)

    assert charged(daily) == charged(once) == 1082
    assert Bearing.objects.get(item_id=daily_item.pk).charges > 30
    actions.prove_again(account_ids=[daily.pk, once.pk], by=TEST)
    accrue(DUE + timedelta(days=40))
    assert lines(daily_item) == lines(once_item) == [("2026-01-02", "2026-02-10", 1234_56, 1082)]
    assert is_sound() == []


def test_a_part_payment_bears_on_the_days_after_it():
    account, item = debt()
    accrue(date(2026, 1, 20))
    pay(account, "400.00", on=date(2026, 1, 21), known=date(2026, 1, 21), items={item.pk: 400_00})

    accrue(date(2026, 1, 31))

    # Twenty days on 1,000 (to the day of the payment), ten on 600.
    assert lines(item) == [("2026-01-02", "2026-01-21", 1000_00, 438), ("2026-01-22", "2026-01-31", 600_00, 132)]
    assert charged(account) == 570
    assert told(account, "InterestCorrected") == []
    assert is_sound() == []


def test_a_payment_that_is_booked_late_is_corrected_by_reversal_and_entry_anew():
    account, item = debt()
    for day in (10, 20, 31):
        accrue(date(2026, 1, day))
    assert charged(account) == 658
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 2, 1), items={item.pk: 400_00})

    accrue(date(2026, 2, 1))

    assert lines(item) == [("2026-01-02", "2026-01-12", 1000_00, 241), ("2026-01-13", "2026-02-01", 600_00, 263)]
    assert charged(account) == interest_item(account).open_minor == 504
    reversed_ = Entry.objects.filter(account_id=account.pk, cause_kind=Cause.REVERSAL)
    assert sorted(str(entry.booked_on) for entry in reversed_) == ["2026-01-20", "2026-01-31"]
    [corrected] = told(account, "InterestCorrected")
    assert (corrected["from_on"], corrected["until_on"]) == ("2026-01-13", "2026-01-31")
    assert [corrected[name]["minor"] for name in ("was_charged", "is_now", "difference")] == [658, 491, -167]
    kept = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=False)
    assert [(str(line.first_day), str(line.last_day), line.amount_minor) for line in kept] == [
        ("2026-01-02", "2026-01-31", 658)
    ]
    assert is_sound() == []


def test_interest_that_was_paid_and_is_owed_no_longer_becomes_money_on_account():
    account, item = debt()
    accrue(date(2026, 1, 31))
    cause = pay(account, "6.58", on=date(2026, 1, 31), known=date(2026, 1, 31), items={interest_item(account).pk: 658})
    pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 2, 2), items={item.pk: 1000_00})

    accrue(date(2026, 2, 2))

    beside = interest_item(account)
    assert (beside.amount_minor, beside.open_minor) == (219, 0)
    assert Account.objects.get(pk=account.pk).on_account_minor == 439
    assert is_sound() == []
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=cause,
        reason="Bounced",
        at=at(date(2026, 2, 3)),
        by=TEST,
    )
    assert interest_item(account).open_minor == 219
    assert Account.objects.get(pk=account.pk).on_account_minor == 0
    assert is_sound() == []


def test_a_payment_of_interest_on_two_items_is_released_of_both():
    account, first = debt()
    second = builders.invoice(account, "2000.00", due_on=DUE)
    accrue(date(2026, 1, 31))
    beside = Item.objects.filter(account_id=account.pk, kind=ItemKind.INTEREST)
    cause = pay(
        account,
        "19.73",
        on=date(2026, 1, 31),
        known=date(2026, 1, 31),
        items={each.pk: each.open_minor for each in beside},
    )
    for item in (first, second):
        pay(
            account,
            Money(item.amount_minor, "GBP").amount,
            on=date(2026, 1, 11),
            known=date(2026, 2, 2),
            items={item.pk: item.amount_minor},
        )

    accrue(date(2026, 2, 2))

    assert sorted((each.amount_minor, each.open_minor) for each in beside.all()) == [(219, 0), (438, 0)]
    assert Account.objects.get(pk=account.pk).on_account_minor == 1973 - 657
    assert is_sound() == []
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=cause,
        reason="Bounced",
        at=at(date(2026, 2, 3)),
        by=TEST,
    )
    assert is_sound() == []


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


def test_a_rate_of_the_law_names_its_row_and_source():
    _account, item = debt(document=LATE)

    accrue(date(2026, 1, 31))

    [line] = Line.objects.filter(item_id=item.pk)
    assert (line.rule, line.read_on) == ("interest.late_payment", date(2025, 12, 31))
    assert line.percent == line.index_percent + 8
    assert "Bank of England" in line.source or line.source


def test_monthly_interest_is_charged_at_the_end_of_a_month():
    account, _item = debt(document={**EIGHT, "charged": "monthly"})

    assert accrue(date(2026, 1, 30)).done == 0
    accrue(date(2026, 1, 31))
    assert charged(account) == 658
    accrue(date(2026, 2, 27))
    assert charged(account) == 658


def test_interest_that_is_compounded_is_proven_each_time():
    account, item = debt("10000.00", document={**EIGHT, "compounding": "monthly"})
    for day in (date(2026, 1, 15), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 31)):
        accrue(day)

    assert [base for _first, _last, base, _minor in lines(item)] == [10000_00, 10067_95, 10129_74]
    assert charged(account) == sum(minor for *_days, minor in lines(item))
    assert is_sound() == []


def test_a_cap_is_reached_and_nothing_is_charged_beyond_it():
    account, _item = debt(document={**EIGHT, "most": "5.00"})
    for day in range(2, 32):
        accrue(date(2026, 1, day))

    assert charged(account) == 500
    assert is_sound() == []


def test_items_bear_interest_by_what_was_agreed_when_it_began():
    account, first = debt()
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}}, from_on=date(2026, 1, 15))
    second = builders.invoice(account, "1000.00", due_on=date(2026, 1, 14))

    accrue(date(2026, 1, 31))

    assert [line.percent for item in (first, second) for line in Line.objects.filter(item_id=item.pk)] == [8, 4]


def test_what_is_agreed_anew_for_the_past_is_corrected():
    account, _item = debt()
    accrue(date(2026, 1, 31))
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}})

    accrue(date(2026, 1, 31))

    assert charged(account) == 329
    assert told(account, "InterestCorrected")[0]["difference"]["minor"] == -329
    assert is_sound() == []


def test_what_is_agreed_of_a_portfolio_goes_before_what_is_agreed_of_all():
    account, _item = debt()
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}}, portfolio_id=account.portfolio_id)

    accrue(date(2026, 1, 31))

    assert charged(account) == 329


def test_an_item_that_falls_due_later_than_was_said_is_corrected():
    account, item = debt()
    accrue(date(2026, 1, 31))
    Item.objects.filter(pk=item.pk).update(due_on=date(2026, 1, 11))
    actions.prove_again(account_ids=[account.pk], by=TEST)

    accrue(date(2026, 1, 31))

    assert charged(account) == 438
    assert is_sound() == []


def test_interest_that_was_let_off_is_not_given_back_twice():
    account, item = debt()
    accrue(date(2026, 1, 31))
    account_actions.adjust_item(
        account_id=account.pk, item_id=interest_item(account).pk, change=Money.of("-6.00", "GBP"), reason="Goodwill",
        at=at(date(2026, 1, 31)), by=TEST,
    )  # fmt: skip
    pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 2, 2), items={item.pk: 1000_00})

    accrue(date(2026, 2, 2))

    beside = interest_item(account)
    assert (beside.amount_minor, beside.open_minor) == (0, 0)
    assert Account.objects.get(pk=account.pk).on_account_minor == 0
    assert is_sound() == []


FIXED = {**LATE, "fixed_sum": {"rule": "late_payment.fixed_sum"}}


def fixed_sum(account):
    return Item.objects.get(account_id=account.pk, kind=ItemKind.FEE)


def test_a_fixed_sum_is_charged_once_because_an_item_is_late():
    account, item = debt(document=FIXED)
    for day in (5, 6, 7):
        accrue(date(2026, 1, day))

    beside = fixed_sum(account)
    assert (beside.reference, beside.open_minor, beside.due_on) == (
        f"{item.reference}/fixed sum",
        70_00,
        date(2026, 1, 2),
    )
    assert [event["amount"]["minor"] for event in told(account, "FixedSumCharged")] == [70_00]
    assert is_sound() == []


def test_a_fixed_sum_follows_what_was_owed_when_interest_began():
    account, item = debt(document=FIXED)
    accrue(date(2026, 1, 5))
    pay(account, "500.00", on=DUE, known=date(2026, 1, 6), items={item.pk: 500_00})
    accrue(date(2026, 1, 6))
    assert fixed_sum(account).open_minor == 40_00

    pay(account, "500.00", on=DUE, known=date(2026, 1, 7), items={item.pk: 500_00})
    accrue(date(2026, 1, 7))

    assert (fixed_sum(account).open_minor, charged(account)) == (0, 0)
    assert [event["amount"]["minor"] for event in told(account, "FixedSumTakenBack")] == [40_00, 70_00]
    assert is_sound() == []


def test_a_rule_that_is_no_scale_is_refused_as_a_fixed_sum():
    account = builders.account()

    with pytest.raises(NotAScale):
        agree(account, {**LATE, "fixed_sum": {"rule": "interest.late_payment"}})


def test_a_debt_that_was_paid_in_time_bears_nothing():
    account, item = debt()
    pay(account, "1000.00", on=DUE, known=DUE, items={item.pk: 1000_00})

    assert accrue(date(2026, 1, 31)).done in {0, 1}
    assert charged(account) == 0


def test_a_settled_debt_is_asked_no_more_until_something_is_booked():
    account, item = debt()
    cause = pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 1, 11), items={item.pk: 1000_00})
    accrue(date(2026, 1, 31))

    assert accrue(date(2026, 2, 1)).done == 0
    account_actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=cause, booked_on=date(2026, 1, 11), reason="Bounced",
        at=at(date(2026, 2, 2)), by=TEST,
    )  # fmt: skip
    accrue(date(2026, 2, 2))
    assert charged(account) == 701
    assert is_sound() == []


def test_a_day_to_come_is_refused():
    with pytest.raises(DayNotOver):
        actions.accrue(day=date(2026, 2, 2), at=at(date(2026, 2, 1)), by=TEST)


def test_terms_that_cannot_be_read_are_refused_with_where_and_what_to_do():
    account = builders.account()

    with pytest.raises(AgreementNotReadable, match=r"“compouding” is unknown: did you mean “compounding”"):
        agree(account, {**EIGHT, "compouding": "daily"})


def test_a_rule_that_there_is_not_is_refused():
    account = builders.account()

    with pytest.raises(NotFound):
        agree(account, {"rate": {"rule": "interest.of_the_moon"}})


def test_who_may_not_set_charges_sets_and_charges_nothing():
    account, _item = debt()
    nobody = builders.actor(builders.user(), "see accounts")

    with pytest.raises(NotPermitted):
        actions.accrue(day=date(2026, 1, 31), at=at(date(2026, 1, 31)), by=nobody)
    with pytest.raises(NotPermitted):
        actions.set_agreement(client_id=account.client_id, from_on=DUE, document=EIGHT, at=builders.AT, by=nobody)


def test_nobody_sets_or_charges_beyond_their_clients():
    account, _item = debt()
    stranger, _other = debt()
    manager = builders.actor(builders.user(), "set charges", clients=frozenset({account.client_id}))

    actions.accrue(day=date(2026, 1, 31), at=at(date(2026, 1, 31)), by=manager)

    assert (charged(account), charged(stranger)) == (658, 0)
    with pytest.raises(NotFound):
        actions.set_agreement(client_id=stranger.client_id, from_on=DUE, document=EIGHT, at=builders.AT, by=manager)
