"""What is proven in the database, in sets, is what the rules prove: to the penny, to the line, to the entry, to the event."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.charges.book import DUE, EIGHT, FIXED, accrue, charged, debt, is_sound, lines, pay, told
from tests.charges.test_extending import NIGHTS, Debt

from tallystick.accounts.models import Item
from tallystick.charges.actions import proving
from tallystick.charges.models import Bearing, Line
from tallystick.kernel.outcome import Outcome
from tallystick.ledger.models import Entry

pytestmark = pytest.mark.django_db

_TERMS = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(
            [
                {"percent": "8", "day_count": "actual/365"},
                {"percent": "0", "day_count": "actual/365"},
                {"percent": "7.25", "day_count": "30/360"},
                {"rule": "interest.late_payment"},
                {"index": {"rule": "bank_rate", "margin": "4", "reads": "daily"}, "day_count": "actual/360"},
                {"index": {"rule": "bank_rate", "margin": "1", "reads": "at_start"}, "day_count": "30/360"},
            ]
        ),
        "charged": st.sampled_from(["daily", "monthly"]),
    },
    optional={
        "most_percent": st.sampled_from(["4.4"]),
        "after_days": st.integers(1, 9),
        "fixed_sum": st.just({"rule": "late_payment.fixed_sum"}),
    },
)


@pytest.fixture
def no_rules(monkeypatch):
    """Let nothing be proven by the rules."""

    def prove(rows, **how):
        assert not rows, "it was left to the rules"
        return Outcome()

    monkeypatch.setattr(proving, "prove", prove)


def _stands(account):
    """Give what stands of a debt, but for ids and what names its client."""
    kept = Line.objects.filter(account_id=account.pk).order_by("first_day", "kept_at", "id")
    entries = Entry.objects.filter(account_id=account.pk).order_by("id")
    items = Item.objects.filter(account_id=account.pk).order_by("id")
    columns = [
        "first_day", "last_day", "days", "base_minor", "percent", "rule", "row_from", "read_on", "index_percent", "amount_minor",
        "stopped_by", "is_capped", "kept_at", "taken_back_at",
    ]  # fmt: skip
    noted = [
        "first_day", "through_on", "steady_until_on", "is_settled", "charged_minor", "lifted_minor", "charges", "fixed_minor",
        "base_minor", "percent", "year_days", "is_thirty", "stretch_days", "stretch_minor", "since_days", "since_minor",
        "entries_seen", "fixed_charges",
    ]  # fmt: skip
    return {
        "lines": list(kept.values_list(*columns)),
        "entries": sorted(
            entries.values_list("debit", "credit", "amount_minor", "booked_on", "cause_kind", "posted_at"), key=str
        ),
        "items": list(items.values_list("kind", "amount_minor", "open_minor", "due_on", "settled_on")),
        "noted": list(Bearing.objects.filter(account_id=account.pk).values_list(*noted)),
        "charged": told(account, "InterestCharged"),
        "corrected": [
            {name: each[name] for name in ("from_on", "until_on", "was_charged", "is_now", "difference")}
            for each in told(account, "InterestCorrected")
        ],
    }


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(document=_TERMS, nights=NIGHTS)
def test_whatever_happens_the_database_proves_what_the_rules_prove(document, nights):
    # A cap that is never reached leaves a debt to the rules.
    in_sets, by_rules = Debt(document), Debt({**document, "most": "1000000.00"})
    day = DUE

    for days, happenings in nights:
        day += timedelta(days=days)
        for what, back, size in happenings:
            for owed in (in_sets, by_rules):
                owed.happens(what, day + timedelta(days=back), day, size)
        accrue(day)

    assert _stands(in_sets.account) == _stands(by_rules.account)
    assert is_sound() == []


def test_a_night_of_new_debts_payments_and_a_change_of_the_law_needs_no_rules(no_rules):
    account, item = debt(
        document={"rate": {"rule": "interest.late_payment"}, "charged": "daily"}, due_on=date(2025, 6, 1)
    )
    new = builders.invoice(account, "500.00", due_on=date(2026, 1, 20))
    accrue(date(2026, 1, 10))
    accrue(date(2026, 1, 11))
    Bearing.objects.update(law=1)
    accrue(date(2026, 1, 12))
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 1, 13), items={item.pk: 400_00})

    accrue(date(2026, 1, 31))

    assert [(first, last, base) for first, last, base, _minor in lines(item)] == [
        ("2025-06-02", "2026-01-12", 1000_00),
        ("2026-01-13", "2026-01-31", 600_00),
    ]
    assert [(first, last, base) for first, last, base, _minor in lines(new)] == [("2026-01-21", "2026-01-31", 500_00)]
    assert charged(account) == sum(minor for each in (item, new) for *_days, minor in lines(each))
    assert is_sound() == []


@pytest.fixture
def with_a_fixed_sum():
    account, item = debt(document=FIXED)
    accrue(date(2026, 1, 10))
    return account, item


def test_a_change_of_the_law_where_fixed_sums_stand_needs_no_rules_and_one_that_changes_does(
    with_a_fixed_sum, no_rules
):
    account, item = with_a_fixed_sum
    Bearing.objects.update(law=1)
    accrue(date(2026, 1, 31))
    assert lines(item)[-1][1] == "2026-01-31"
    pay(account, "400.00", on=DUE, known=date(2026, 2, 1), items={item.pk: 400_00})

    with pytest.raises(AssertionError, match="left to the rules"):
        accrue(date(2026, 2, 1))


@pytest.mark.parametrize(
    "term",
    [
        {"compounding": "monthly"},
        {"rounding": "day"},
        {"grace": {"days": 3, "forgiven": True}},
        {"least": "1.00"},
        {"most": "5.00"},
        {"smallest_balance": "5.00"},
        {"fixed_sum": {"rule": "late_payment.fixed_sum"}},
        {"rate": {"percent": 8, "day_count": "actual/actual"}},
    ],
)
def test_what_has_a_term_of_its_own_is_left_to_the_rules(no_rules, term):
    debt(document={**EIGHT, **term})

    with pytest.raises(AssertionError, match="left to the rules"):
        accrue(date(2026, 1, 31))


def test_a_past_that_changed_is_left_to_the_rules(no_rules):
    account, item = debt()
    accrue(date(2026, 1, 31))
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 2, 1), items={item.pk: 400_00})

    with pytest.raises(AssertionError, match="left to the rules"):
        accrue(date(2026, 2, 1))
