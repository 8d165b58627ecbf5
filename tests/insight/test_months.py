"""Figures of months: worked by hand, never rewritten, and what became known later beside them."""

import random
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from tests import builders
from tests.builders import TEST
from tests.insight.books import book, close, credit, invoice, kept, noon

from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import Bucket, ItemKind
from tallystick.insight import actions, queries, rules
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)


@pytest.fixture
def account():
    """Three months of sales: 300 in January, 200 in February of which 20 are credited, 400 in March; 350 of it was paid."""
    account = book()
    invoice(account, "300.00", on=date(2026, 1, 10))
    invoice(account, "200.00", on=date(2026, 2, 10))
    credit(account, "20.00", number=1, on=date(2026, 2, 20), cause=Cause.CREDIT, keep=True)
    credit(account, "300.00", number=1, on=date(2026, 3, 5))
    invoice(account, "400.00", on=date(2026, 3, 10), days=40)
    credit(account, "50.00", number=2, on=date(2026, 3, 20), keep=True)
    return account


def test_a_month_worked_by_hand(account):
    close(MARCH)
    found = kept(account, MARCH)

    # 300 + 200 + 400 are invoiced, 20 credited, 350 paid: 530 are owed; the 400 of March fall due in April.
    assert (found.receivables_minor, found.current_minor) == (53000, 40000)
    assert (found.sales_minor, found.period_sales_minor, found.period_days) == (40000, 88000, 90)
    assert found.days_outstanding == D("54.20")  # 530 / 880 × 90
    assert found.days_best_possible == D("40.91")  # 400 / 880 × 90
    assert found.days_delinquent == D("13.29")
    # All 31 days of March, for 400; the other 130 are 130 / 180 of February's 28 days.
    assert found.days_counted_back == D("51.22")
    # 480 were owed at the end of February: (480 + 400 − 530) / (480 + 400 − 400).
    assert found.effectiveness == D("72.92")
    assert dict(zip(Bucket, found.aged_minor, strict=True)) == {
        **dict.fromkeys(Bucket, 0),
        Bucket.NOT_DUE: 40000,
        # The payment of the fifth paid January's invoice. February's fell due on 12 March; seventy wait on account.
        Bucket.TO_30: 20000,
        Bucket.ON_ACCOUNT: -7000,
    }


def test_all_months_are_closed_at_once_from_the_first_in_which_something_was_booked(account):
    assert close(MARCH) == 3
    assert [row.month_on for row in queries.latest()] == [JANUARY, FEBRUARY, MARCH]
    assert (kept(account, JANUARY).receivables_minor, kept(account, JANUARY).period_days) == (30000, 92)
    assert kept(account, FEBRUARY).receivables_minor == 48000
    assert close(MARCH, at=date(2026, 4, 20)) == 0, "closed once"


def test_the_ageing_that_is_kept_is_the_ageing_of_the_day(account):
    invoice(account, "9.00", on=date(2026, 3, 31), kind=ItemKind.FEE, days=0)
    close(MARCH)
    aged = {row["bucket"]: row["minor"] for row in account_queries.ageing(on=MARCH, client_id=account.client_id)}

    found = kept(account, MARCH)
    assert {bucket.value: minor for bucket, minor in zip(Bucket, found.aged_minor, strict=True) if minor} == aged
    assert found.receivables_minor == 53000, "a fee is owed, but is no sale"


def test_what_became_known_later_stands_beside_what_was_closed(account):
    close(MARCH)
    was = queries.as_figures(kept(account, MARCH))
    credit(account, "100.00", number=9, on=date(2026, 2, 25), known=date(2026, 4, 10))

    assert actions.add_later_known(at=noon(date(2026, 4, 11)), by=TEST) == 2
    closed, later = queries.history(account.client_id, "GBP", MARCH)
    assert (queries.as_figures(closed), closed.number) == (was, 0), "never rewritten"
    assert (later.receivables_minor, later.number) == (43000, 1)
    assert later.days_outstanding == D("43.98")  # 430 / 880 × 90
    assert [row.number for row in queries.history(account.client_id, "GBP", JANUARY)] == [0], (
        "January knows nothing of it"
    )
    rows = queries.entries_later(later, closed)
    assert later.later_entries == len(rows) and sum(row["minor"] for row in rows) == -10000
    assert kept(account, MARCH, known_at=noon(date(2026, 4, 5))).receivables_minor == 53000
    assert kept(account, MARCH).receivables_minor == 43000
    assert actions.add_later_known(at=noon(date(2026, 4, 12)), by=TEST) == 0, "added once"


def test_a_due_day_that_was_corrected_is_told_without_entries(account):
    close(MARCH)
    item = account.items.get(issued_on=date(2026, 3, 10))
    sql.execute("UPDATE accounts_item SET due_on = '2026-03-20' WHERE id = %s", [item.pk])
    sql.execute(
        "INSERT INTO timeline_event (account_id, recorded_at, happened_on, kind, actor, data)"
        " VALUES (%s, '2026-04-03', '2026-04-03', 'accounts.ItemRedated', 'test', jsonb_build_object('item_id', %s::bigint))",
        [account.pk, item.pk],
    )
    assert actions.add_later_known(at=noon(date(2026, 4, 11)), by=TEST) == 1
    closed, later = queries.history(account.client_id, "GBP", MARCH)
    assert (closed.current_minor, later.current_minor, later.later_entries) == (40000, 0, 0)


def test_the_database_refuses_to_rewrite_a_month(account):
    close(MARCH)
    for statement in ("UPDATE insight_closing SET sales_minor = 0", "DELETE FROM insight_closing"):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql.execute(statement)


def test_months_are_of_one_currency_and_client(account):
    euros = builders.account(account.portfolio, currency="EUR")
    invoice(euros, "70.00", on=date(2026, 3, 1))
    other = book()
    invoice(other, "1.00", on=date(2026, 3, 1))
    close(MARCH)

    of_march = [row for row in queries.latest(client_id=account.client_id) if row.month_on == MARCH]
    assert [(row.currency, row.receivables_minor) for row in of_march] == [("EUR", 7000), ("GBP", 53000)]
    assert {row.client_id for row in queries.latest(scope=Scope(frozenset({other.client_id})))} == {other.client_id}
    with pytest.raises(NotFound):
        queries.history(account.client_id, "GBP", MARCH, scope=Scope(frozenset()))


def test_a_month_without_sales_has_no_days_and_a_month_that_is_not_over_is_not_closed(account):
    invoice(book(), "9.00", on=date(2025, 6, 1))
    close(MARCH)
    silent = [row for row in queries.latest() if row.client_id != account.client_id and row.month_on == MARCH]
    assert [(row.receivables_minor, row.days_outstanding, row.days_counted_back) for row in silent] == [
        (900, None, D("304.00"))
    ]
    with pytest.raises(rules.MonthNotOver):
        close(APRIL, at=APRIL)
    with pytest.raises(NotPermitted):
        actions.close_months(month_on=MARCH, today=APRIL, at=noon(APRIL), by=builders.actor(builders.user("a")))


def test_two_years_recomputed_from_the_raw_ledger():
    chance = random.Random(7)  # noqa: S311
    account = book()
    first = date(2024, 1, 3)
    for number in range(150):
        on = first + timedelta(days=chance.randrange(720))
        invoice(
            account,
            f"{chance.randrange(1, 900)}.{chance.randrange(100):02}",
            on=on,
            days=chance.choice([0, 14, 30, 60]),
            reference=f"I{number}",
        )
    for number in range(90):
        on = first + timedelta(days=chance.randrange(20, 725))
        known = on + timedelta(days=chance.choice([0, 0, 3, 40]))
        cause = chance.choice([Cause.PAYMENT, Cause.PAYMENT, Cause.CREDIT])
        credit(account, f"{chance.randrange(1, 500)}.00", number=number + 1, on=on, known=known, cause=cause)
    end = date(2025, 12, 31)
    close(end, at=date(2026, 6, 1))

    rows = queries.latest(client_id=account.client_id)
    assert len(rows) == 24
    entries = list(Entry.objects.filter(account_id=account.pk))
    due = {item.pk: item.due_on for item in account.items.all()}
    for row in rows:
        expected = _by_hand(entries, due, row.month_on)
        for name, exact in expected.items():
            found = getattr(row, name)
            assert (found is None) == (exact is None) and (
                found is None or abs(Fraction(found) - exact) <= Fraction(1, 100)
            ), (row, name)


def _by_hand(entries, due, end):
    """Work out a month from nothing but the entries, as somebody does in a notebook."""

    def moved(head, until=end, test=lambda entry: True):
        seen = [e for e in entries if e.booked_on <= until and test(e)]
        return sum(e.amount_minor * ((e.debit == head) - (e.credit == head)) for e in seen)

    def sold(since, until):
        return -sum(
            e.amount_minor * ((e.debit in (20, 50)) - (e.credit in (20, 50)))
            for e in entries
            if since <= e.booked_on <= until
        )

    owed = moved(1) + moved(9)
    current = moved(1, test=lambda e: e.item_id and due[e.item_id] >= end)
    begins = [end.replace(day=1)]
    while len(begins) < 24:
        begins.append((begins[-1] - timedelta(days=1)).replace(day=1))
    quarter, days = sold(begins[2], end), (end - begins[2]).days + 1
    left, back, last = Fraction(owed), Fraction(0), end
    for begin in begins:
        sales, length = sold(begin, last), (last - begin).days + 1
        if left < sales:
            back, left = back + left / sales * length, Fraction(0)
            break
        if left:
            left, back = left - sales, back + length
        last = begin - timedelta(days=1)
    return {
        "days_outstanding": Fraction(owed, quarter) * days if quarter > 0 else None,
        "days_best_possible": Fraction(current, quarter) * days if quarter > 0 else None,
        "days_delinquent": Fraction(owed - current, quarter) * days if quarter > 0 else None,
        "days_counted_back": None if left else back,
    }
