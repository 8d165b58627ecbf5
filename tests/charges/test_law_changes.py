"""A change of law on the live book: what it would do is told to the penny, nothing is written, and then it is so."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests import builders
from tests.builders import TEST
from tests.jurisdictions.packs import bank_rate, shipped

from tallystick.accounts import actions as account_actions
from tallystick.accounts.queries import orders
from tallystick.charges import actions
from tallystick.charges.models import Bearing, Line
from tallystick.charges.queries import law_changes
from tallystick.charges.rules.law_changes import RuleIsAgreed
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.jurisdictions import actions as law_actions
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.models import PackChange
from tallystick.jurisdictions.queries import applied, packs
from tallystick.jurisdictions.rules.proposals import State
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted
from tallystick.ledger.models import Entry

pytestmark = pytest.mark.django_db

BANK_PLUS_4 = {
    "rate": {"index": {"rule": "bank_rate", "margin": "4", "reads": "daily"}, "day_count": "actual/365"},
    "charged": "daily",
}
LATE = {"rate": {"rule": "interest.late_payment"}, "fixed_sum": {"rule": "late_payment.fixed_sum"}, "charged": "daily"}
EIGHT = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
LAST_DAY = date(2027, 1, 31)


@pytest.fixture(autouse=True)
def packs_as_they_ship():
    yield
    packs.take_over({})
    applied._seen[0] = None


def at(day):
    return datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)


def debt(document, amount="1000.00", *, due_on, **client):
    account = builders.account(builders.portfolio(builders.client(**client)))
    actions.set_agreement(
        client_id=account.client_id, from_on=date(2020, 1, 1), document=document, at=builders.AT, by=TEST
    )
    return account, builders.invoice(account, amount, due_on=due_on)


def accrue(day):
    return actions.accrue(day=day, at=at(day), by=TEST)


def put_in_force(text, *, day=date(2027, 1, 2)):
    change = law_actions.propose(text=text, at=at(day), by=TEST)
    actions.put_law_in_force(change_id=change.pk, at=at(day), by=TEST)
    jurisdictions.refresh()


def effect(text, **how):
    return law_changes.effect_of(applied.difference(text), last_day=LAST_DAY, **how)


def gbp(amount):
    return Money.of(amount, "GBP")


def test_a_decision_of_the_bank_is_told_and_then_charged_from_its_day():
    _account, item = debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    accrue(date(2026, 12, 31))
    entries, lines = Entry.objects.count(), Line.objects.count()

    found = effect(bank_rate("3.50"))

    [interest] = found.interest
    assert (interest.accounts, interest.items) == (1, 1)
    # A quarter of a percent of 100,000.00: 15 days that were charged, and 31 that are still to come.
    assert (interest.gone_by, interest.ahead) == (gbp("-10.27"), gbp("-21.23"))
    assert not (found.without_rate or found.sums or found.periods or found.orders)
    assert (Entry.objects.count(), Line.objects.count(), PackChange.objects.count()) == (entries, lines, 0)

    was = Bearing.objects.get().charged_minor
    put_in_force(bank_rate("3.50"))
    accrue(date(2026, 12, 31))
    # Each line is rounded once: the difference of rounded figures is that of the exact ones, give or take a penny.
    assert abs(Bearing.objects.get().charged_minor - was - interest.gone_by.minor) <= 1
    accrue(LAST_DAY)

    kept = (
        Line.objects.filter(item_id=item.pk, taken_back_at=None)
        .order_by("first_day")
        .values_list("first_day", "percent", "row_from", "index_percent")
    )
    assert list(kept) == [
        (date(2026, 12, 1), Decimal("7.75"), date(2025, 12, 18), Decimal("3.75")),
        (date(2026, 12, 17), Decimal("7.50"), date(2026, 12, 17), Decimal("3.50")),
    ]


def test_the_reference_rate_of_the_next_half_year_binds_debts_whose_interest_starts_in_it():
    debt(LATE, due_on=date(2026, 11, 30))
    account, item = debt(LATE, "20000.00", due_on=date(2026, 12, 31))
    accrue(date(2026, 12, 31))

    found = effect(bank_rate("3.25"))

    # Half a percent of 20,000.00 over the 31 days of January; the other debt keeps the rate that it started with.
    [interest] = found.interest
    assert interest.agreement.client_id == account.client_id
    assert (interest.items, interest.gone_by, interest.ahead) == (1, gbp("0.00"), gbp("-8.49"))

    put_in_force(bank_rate("3.25"))
    accrue(LAST_DAY)

    line = Line.objects.get(item_id=item.pk, taken_back_at=None)
    assert (line.percent, line.row_from, line.read_on) == (Decimal("11.25"), date(2026, 12, 17), date(2026, 12, 31))
    assert line.amount_minor == round(20_000_00 * 31 * 0.1125 / 365)
    assert set(Line.objects.exclude(item_id=item.pk).values_list("percent", flat=True)) == {Decimal("11.75")}


def test_a_decision_after_the_day_on_which_the_rate_is_read_touches_nothing_of_the_half_year():
    debt(LATE, due_on=date(2026, 12, 31))
    assert effect(bank_rate("3.25", day="2027-01-04", reviewed="2026-12-31")).is_nothing


def test_fixed_sums_are_told_by_what_they_come_to():
    debt(LATE, "2000.00", due_on=date(2026, 12, 31))
    debt(LATE, "500.00", due_on=date(2026, 12, 31))
    debt(LATE, "3000.00", due_on=date(2026, 11, 30))
    text = shipped("gb", "late-payment.yaml", reviewed="2026-12-20")
    start = text.index("id: late_payment.fixed_sum")
    end = text.index("examples:", start)
    row = """
      - from: 2027-01-01
        value: {bands: [{below: "1000.00", amount: "50.00"}, {below: "10000.00", amount: "75.00"}, {amount: "100.00"}]}
        source: act
        confidence: known
    """
    found = effect(text[:end].rstrip() + row + text[end:])

    assert sorted((each.items, each.was, each.now) for each in found.sums) == [
        (1, gbp("40.00"), gbp("50.00")),
        (1, gbp("70.00"), gbp("75.00")),
    ]
    assert not found.interest


def test_a_rule_that_ends_leaves_debts_without_a_rate():
    debt(LATE, due_on=date(2026, 12, 31))
    text = shipped("gb", "late-payment.yaml", reviewed="2026-12-20")
    start = text.index("id: interest.late_payment")
    row = text.index("- from: 2002-08-07", start)
    end = text.index("\n", row)
    found = effect(text[:end] + "\n        until: 2027-01-01" + text[end:])

    assert [(each.items, each.accounts) for each in found.without_rate] == [(1, 1)]


def shorter_limitation():
    text = shipped("gb-eaw", "limitation.yaml", reviewed="2026-12-20")
    start = text.index("id: limitation.simple_contract")
    examples = text.index("examples:", start)
    end = text.index("\n\n", examples)
    rule = text[start:examples].replace("count: 6", "count: 5")
    given = "given: {accrual_or_breach: 2020-02-29}, gives: {last_day_to_issue: 2025-02-28}"
    example = f"examples:\n      - {{day: 2020-02-29, {given}}}"
    return text[:start] + rule + example + text[end:]


def test_periods_that_move_are_told_for_open_debts_of_the_place():
    debt(EIGHT, "700.00", due_on=date(2024, 3, 31))
    debt(EIGHT, "300.00", due_on=date(2022, 5, 1))
    debt(EIGHT, "99.00", due_on=date(2024, 3, 31), calendar="GB-SCT")

    [period] = effect(shorter_limitation()).periods

    assert (period.jurisdiction, period.items, period.owed) == ("GB-EAW", 2, gbp("1000.00"))
    assert (period.least, period.most) == (-366, -365)


def test_breathing_spaces_that_last_otherwise_are_told():
    account, _ = debt(EIGHT, "700.00", due_on=date(2026, 3, 31))
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.BREATHING_SPACE, from_on=date(2026, 11, 10), at=builders.AT, by=TEST
    )
    text = shipped("gb-eaw", "insolvency.yaml", reviewed="2026-12-20")
    text = text.replace("ends_end_of, from: starts, count: 60", "ends_end_of, from: starts, count: 90").replace(
        "          ends_end_of: 2026-04-03\n", ""
    )

    [period] = effect(text).periods

    assert (period.rule, period.accounts, period.owed, period.least, period.most) == (
        "breathing_space",
        1,
        gbp("700.00"),
        30,
        30,
    )


def test_an_order_of_the_law_is_told_by_whom_it_shares_out_money_for():
    account, _ = debt(EIGHT, due_on=date(2026, 3, 31))
    rule = "allocation.order.running_account"
    account_actions.set_client_order(
        client_id=account.client_id, order=rule, from_on=date(2026, 1, 1), at=builders.AT, by=TEST
    )
    text = shipped("gb", "allocation.yaml", reviewed="2026-12-20")
    start = text.index(f"id: {rule}")
    found = effect(text[:start] + text[start:].replace("by: [chosen, oldest]", "by: [oldest, chosen]"))

    assert [(each.rule, each.clients, each.accounts) for each in found.orders] == [(rule, 1, 1)]


def test_money_is_shared_out_by_the_order_that_came_into_force():
    account, _ = debt(EIGHT, due_on=date(2026, 3, 31))
    rule = "allocation.order.running_account"
    account_actions.set_client_order(
        client_id=account.client_id, order=rule, from_on=date(2026, 1, 1), at=builders.AT, by=TEST
    )
    before = orders.order_on(account.pk, account.client_id, date(2026, 6, 1)).order
    text = shipped("gb", "allocation.yaml", reviewed="2026-12-20")
    start = text.index(f"id: {rule}")
    put_in_force(text[:start] + text[start:].replace("by: [chosen, oldest]", "by: [oldest, chosen]"))
    packs.take_over({})
    applied._seen[0] = None  # another process, which has not looked yet

    after_it = orders.order_on(account.pk, account.client_id, date(2026, 6, 1)).order

    assert (after_it.by, before.by) == (before.by[::-1], after_it.by[::-1])


def test_an_agreement_may_name_a_rule_that_came_into_force():
    text = shipped("gb", "late-payment.yaml", reviewed="2026-12-20")
    rule = """
  - id: interest.house
    title: A rate of its own
    kind: rate
    unit: percent a year
    decided_on: the day on which interest starts
    rows:
      - {from: 2020-01-01, value: {percent: "5", day_count: actual/365}, source: act, confidence: known}
    examples:
      - {day: 2026-01-01, gives: {percent: "5"}}
"""
    put_in_force(text + rule)
    packs.take_over({})
    applied._seen[0] = None
    debt({"rate": {"rule": "interest.house"}, "charged": "daily"}, due_on=date(2026, 1, 1))
    accrue(date(2026, 1, 31))

    assert Line.objects.get().percent == 5


def test_a_debt_that_is_paid_differs_for_the_days_on_which_it_was_owed_and_for_none_to_come():
    account, item = debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    accrue(date(2026, 12, 21))
    account_actions.adjust_item(
        account_id=account.pk,
        item_id=item.pk,
        change=gbp("-100000.00"),
        reason="paid",
        booked_on=date(2026, 12, 21),
        at=at(date(2026, 12, 22)),
        by=TEST,
    )
    accrue(date(2026, 12, 31))

    [interest] = effect(bank_rate("3.50")).interest

    # 17 to 21 December: the day on which it is paid bears interest on what was owed in the morning.
    assert (interest.items, interest.gone_by, interest.ahead) == (1, gbp("-3.42"), gbp("0.00"))


def test_who_sees_some_clients_is_told_of_those():
    near, _ = debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))

    assert len(effect(bank_rate()).interest) == 2
    [seen] = effect(bank_rate(), scope=Scope(frozenset({near.client_id}))).interest
    assert seen.agreement.client_id == near.client_id


def test_a_rate_of_the_contract_itself_is_not_touched():
    debt(EIGHT, due_on=date(2026, 11, 30))
    assert effect(bank_rate()).is_nothing


def test_interest_that_is_settled_is_proven_again_where_a_rate_of_days_gone_by_differs():
    _account, item = debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    accrue(date(2026, 12, 31))
    Bearing.objects.update(is_settled=True)

    put_in_force(bank_rate("3.50"))

    assert Bearing.objects.get(item_id=item.pk).law is None


def test_a_pack_that_leaves_out_what_is_agreed_is_not_put_in_force():
    debt({**LATE, "rate": {"percent": 8, "day_count": "actual/365"}}, due_on=date(2026, 11, 30))
    text = bank_rate().replace("id: late_payment.fixed_sum", "id: late_payment.fixed_sums")

    with pytest.raises(RuleIsAgreed, match=r"late_payment\.fixed_sum"):
        put_in_force(text)

    assert PackChange.objects.get().state == State.PROPOSED
    assert accrue(date(2026, 12, 31)).done == 1


def test_only_who_may_puts_law_in_force():
    change = law_actions.propose(text=bank_rate(), at=builders.AT, by=TEST)
    with pytest.raises(NotPermitted):
        actions.put_law_in_force(
            change_id=change.pk, at=builders.AT, by=Actor("carl", rights=frozenset({"set charges"}))
        )
