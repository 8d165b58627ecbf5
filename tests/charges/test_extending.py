"""What the database extends is what the rules prove: the twin of a line, and any history of a debt, in any order of nights."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import TEST
from tests.charges.book import (
    DUE,
    EIGHT,
    accrue,
    agree,
    at,
    charged,
    debt,
    interest_item,
    is_sound,
    lines,
    pay,
)

from tallystick.accounts import actions as account_actions
from tallystick.charges import actions
from tallystick.charges.queries import agreements, proofs
from tallystick.charges.queries.law import interest_by_law
from tallystick.charges.rules.accruing import Last
from tallystick.charges.rules.day_counts import counted_days
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.jurisdictions.rules.rates import DayCount
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause

pytestmark = pytest.mark.django_db

_ON_A_DATABASE = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)


@given(
    base=st.integers(0, 10**13),
    percent=st.decimals(0, 1000, places=6),
    year_days=st.sampled_from([360, 365]),
    days=st.integers(0, 40_000),
    more=st.integers(0, 400),
)
def test_a_line_grows_in_the_database_as_by_the_rule(base, percent, year_days, days, more):
    last = Last(base, str(percent), year_days, days)

    found = sql.value(
        "SELECT charges_grown(%s, %s, %s::smallint, %s)", [base, Decimal(percent), year_days, days + more]
    )

    assert found == last.grown(more)


@given(first=st.dates(date(1999, 1, 1), date(2040, 12, 31)), days=st.integers(0, 4000), is_thirty=st.booleans())
def test_days_are_counted_in_the_database_as_by_the_rule(first, days, is_thirty):
    last = first + timedelta(days=days)

    found = sql.value("SELECT charges_days(%s, %s, %s)", [first, last, is_thirty])

    assert found == counted_days(first, last, DayCount.THIRTY_360 if is_thirty else DayCount.ACTUAL_365)


#: What may happen to a debt between two nights: what, on which day counted from the last night, and how much or how long.
_HAPPENING = st.tuples(
    st.sampled_from(["pay", "pay interest", "bounce", "hold", "lift", "charge more", "let off"]),
    st.integers(-25, 0),
    st.integers(1, 60),
)
NIGHTS = st.lists(st.tuples(st.integers(1, 9), st.lists(_HAPPENING, max_size=2)), min_size=1, max_size=7)
_TERMS = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(
            [
                {"percent": "8", "day_count": "actual/365"},
                {"percent": "7.25", "day_count": "30/360"},
                {"percent": "12", "day_count": "actual/actual"},
                {"percent": "9", "day_count": "months"},
                {"index": {"rule": "bank_rate", "margin": "4", "reads": "daily"}, "day_count": "actual/360"},
            ]
        ),
        "charged": st.just("daily"),
    },
    optional={
        "compounding": st.sampled_from(["monthly", "daily"]),
        "rounding": st.sampled_from(["total", "day"]),
        "grace": st.fixed_dictionaries({"days": st.integers(0, 20), "forgiven": st.booleans()}),
        "least": st.sampled_from(["1.00", "4.00"]),
        "most": st.sampled_from(["3.00", "9.00"]),
        "smallest_balance": st.sampled_from(["300.00"]),
        "most_percent": st.sampled_from(["6"]),
    },
)


class Debt:
    """A debt to which things happen."""

    def __init__(self, document):
        self.account, self.item = debt(document=document)
        self.paid = []

    def open(self):
        self.item.refresh_from_db()
        return self.item.open_minor

    def happens(self, what, on, today, size):
        """Have something happen, if it can: payments of interest and of the debt, bounces, holds, corrections."""
        booked_on, account = max(on, date(2025, 12, 1)), self.account
        minor = min(size * 20_00, self.open())
        if what == "pay" and minor:
            self.paid.append(
                pay(account, Money(minor, "GBP").amount, on=booked_on, known=today, items={self.item.pk: minor})
            )
        elif what == "pay interest" and (beside := self.interest()) and beside.open_minor:
            minor = min(size * 5, beside.open_minor)
            self.paid.append(
                pay(account, Money(minor, "GBP").amount, on=booked_on, known=today, items={beside.pk: minor})
            )
        elif what == "bounce" and self.paid:
            account_actions.take_back_credit(
                account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=self.paid.pop(size % len(self.paid)),
                booked_on=booked_on, reason="Bounced", at=at(today), by=TEST,
            )  # fmt: skip
        elif what == "hold":
            until_on = max(booked_on + timedelta(days=size), today + timedelta(days=1))
            hold_actions.place_hold(
                account_id=account.pk,
                reason=Reason.DISPUTE,
                from_on=booked_on,
                until_on=until_on,
                at=at(today),
                by=TEST,
            )
            actions.prove_again(account_ids=[account.pk], by=TEST)
        elif what == "lift":
            for hold in account.holds.filter(ended_at__isnull=True).order_by("pk"):
                hold_actions.lift_hold(account_id=account.pk, hold_id=hold.pk, at=at(today), by=TEST)
            actions.prove_again(account_ids=[account.pk], by=TEST)
        elif what == "charge more":
            self.adjust(self.item.pk, size * 10_00, today, booked_on)
        elif what == "let off" and (beside := self.interest()) and beside.open_minor:
            self.adjust(beside.pk, -min(size, beside.open_minor), today, booked_on)

    def interest(self):
        try:
            return interest_item(self.account)
        except type(self.item).DoesNotExist:
            return None

    def adjust(self, item_id, minor, today, on):
        account_actions.adjust_item(
            account_id=self.account.pk, item_id=item_id, change=Money(minor, "GBP"), booked_on=on, reason="Wrong",
            at=at(today), by=TEST,
        )  # fmt: skip

    def proven_afresh(self, day):
        """Prove the interest from the record as it stands now."""
        [row] = sql.rows(
            "SELECT bearing.*, account.client_id, account.portfolio_id, account.currency, item.due_on, item.kind"
            " FROM charges_bearing AS bearing JOIN accounts_item AS item ON item.id = bearing.item_id"
            " JOIN accounts_account AS account ON account.id = item.account_id WHERE account.id = %s",
            [self.account.pk],
        )
        [proven], refused = proofs.prove(
            [{**row, "day": day}], agreements=agreements.in_force(), record=proofs.record_of([self.account.pk])
        )
        assert not refused
        return proven.proof


@_ON_A_DATABASE
@given(document=_TERMS, nights=NIGHTS)
def test_whatever_happens_in_whatever_order_interest_is_what_a_proof_afresh_says(document, nights):
    owed, day = Debt(document), DUE

    for days, happenings in nights:
        day += timedelta(days=days)
        for what, back, size in happenings:
            owed.happens(what, day + timedelta(days=back), day, size)
        accrue(day)
        accrue(day)

    # What was released of interest that bears interest is proven once more.
    accrue(day)
    proof = owed.proven_afresh(day)
    assert charged(owed.account) == proof.total + let_off_less(owed)
    kept = [(str(line.first_day), str(line.last_day), line.base, line.amount) for line in proof.lines]
    actions.prove_again(account_ids=[owed.account.pk], by=TEST)
    accrue(day)
    assert lines(owed.item) == kept
    assert is_sound() == []


def let_off_less(owed):
    """Give what was corrected of interest by hand: it stands between the proof and the ledger's head."""
    return int(
        sql.value(
            "SELECT coalesce(sum(CASE WHEN debit = 2 THEN amount_minor ELSE -amount_minor END), 0) FROM ledger_entry"
            " WHERE account_id = %s AND cause_kind = 4 AND 2 IN (debit, credit)",
            [owed.account.pk],
        )
    )


def test_a_rate_of_the_law_comes_to_what_the_law_says_over_a_change_of_rate():
    account, _item = debt(
        "10000.00", document={"rate": {"rule": "interest.late_payment"}, "charged": "daily"}, due_on=date(2025, 6, 1)
    )

    for day in (date(2025, 8, 1), date(2025, 12, 31), date(2026, 2, 1)):
        accrue(day)

    by_law = interest_by_law(
        Money.of("10000", "GBP"), rule="interest.late_payment", jurisdiction="GB-EAW", first_day=date(2025, 6, 2),
        until=date(2026, 2, 1),
    )  # fmt: skip
    assert charged(account) == by_law.total


def test_two_agreements_of_two_clients_do_not_touch_each_other():
    account, _item = debt()
    other, _other_item = debt(document=None)
    agree(other, {**EIGHT, "rate": {"percent": "0", "day_count": "actual/365"}})

    accrue(date(2026, 1, 31))

    assert (charged(account), charged(other)) == (658, 0)
