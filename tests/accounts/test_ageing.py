"""The ageing of the book, from what is kept by due day: worked by hand, and held against items and accounts after any history."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries
from tallystick.accounts.actions import Credit, Held
from tallystick.accounts.models import Item, OwedByDay
from tallystick.accounts.rules import Bucket, ItemKind
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause

[KEPT] = [each for each in queries.INVARIANTS if each.name == "what is owed by day is what accounts owe"]


def ageing(on=TODAY, *, held_on=None, **asked):
    """Give what stands in each bucket: minor units, what of it is on hold or disputed, and on how many accounts."""
    found = {}
    for row in queries.ageing(on=on, held_on=held_on, **asked):
        was = found.get(row["bucket"], (0, 0, 0))
        found[row["bucket"]] = tuple(
            map(sum, zip(was, (row["minor"], row["held_minor"], row["accounts"]), strict=True))
        )
    return found


def behind(on, *, held_on=None, known_at=None):
    """Give the same from the accounts behind each bucket, which are found by looking at every item."""
    found = {}
    for bucket in Bucket:
        asked = {"on": on, "held_on": held_on, "known_at": known_at}
        rows = queries.accounts_in_bucket(bucket=bucket, currency="GBP", **asked, limit=1000)
        if rows:
            found[bucket.value] = (sum(r["minor"] for r in rows), sum(r["held_minor"] for r in rows), len(rows))
    return found


def unsound():
    return [row["what"] for row in sql.rows(KEPT.breaches)]


def owing(portfolio, *items):
    """Give an account that owes amounts, each so many days late today."""
    account = builders.account(portfolio)
    for late, amount in items:
        builders.invoice(account, amount, due_on=TODAY - timedelta(days=late))
    return account


def pay(account, amount, *, number=1, on=TODAY):
    actions.apply_credits([Credit(account.pk, number, Money.of(amount, "GBP"), on)], at=AT, by=TEST)


@pytest.fixture
def book(db):
    """Give a client's book of three accounts, of which the third paid today £2 more than it owed."""
    portfolio = builders.portfolio()
    accounts = [
        owing(portfolio, (5, "10.00"), (20, "20.00"), (40, "30.00")),
        owing(portfolio, (20, "1.00"), (400, "2.00")),
        owing(portfolio, (5, "7.00")),
    ]
    pay(accounts[2], "9.00")
    return accounts


def test_a_book_worked_by_hand(book):
    assert ageing() == {
        "1_30": (3100, 0, 2),  # £10 and £20 of the first account, £1 of the second
        "31_60": (3000, 0, 1),
        "over_365": (200, 0, 1),
        "on_account": (-200, 0, 1),
    }
    assert unsound() == []


def test_days_pass_by_themselves(book):
    # In twelve days £20 and £30 of the first account stand in one bucket, where £1 of the second joins them.
    assert ageing(TODAY + timedelta(days=12)) == {
        "1_30": (1000, 0, 1),
        "31_60": (5100, 0, 2),
        "over_365": (200, 0, 1),
        "on_account": (-200, 0, 1),
    }


def test_a_day_that_is_over_does_not_know_what_was_paid_since(book):
    assert ageing(TODAY - timedelta(days=1)) == {
        "1_30": (3800, 0, 3),
        "31_60": (3000, 0, 1),
        "over_365": (200, 0, 1),
    }


def test_what_became_known_later_was_not_known(book):
    first, second, _third = book
    tomorrow = AT + timedelta(days=1)
    late = [Credit(second.pk, 9, Money.of("1.50", "GBP"), TODAY - timedelta(days=3))]
    actions.apply_credits(late, at=tomorrow, by=TEST)
    actions.add_item(
        account_id=first.pk, kind=ItemKind.INVOICE, reference="LATE", amount=Money.of("4.00", "GBP"),
        issued_on=TODAY - timedelta(days=50), due_on=TODAY - timedelta(days=20), at=tomorrow, by=TEST,
    )  # fmt: skip

    known_then = {"1_30": (3100, 0, 2), "31_60": (3000, 0, 1), "over_365": (200, 0, 1), "on_account": (-200, 0, 1)}
    assert ageing(known_at=AT) == behind(TODAY, known_at=AT) == known_then
    # The oldest of the second account is paid but for fifty pence; the first owes four pounds more.
    assert ageing() == {**known_then, "1_30": (3500, 0, 2), "over_365": (50, 0, 1)}
    before = TODAY - timedelta(days=4)
    assert ageing(before, known_at=AT) == behind(before, known_at=AT)
    assert [row["open_minor"] for row in queries.items_as_of(second.pk, on=TODAY, known_at=AT)] == [200, 100]
    assert [row["paid_minor"] for row in queries.statement(second.pk, on=TODAY, known_at=AT)] == [0, 0]
    [later] = queries.later_known(second.pk, on=TODAY, known_at=AT)
    assert (later["paid_minor"], later["posted_at"]) == (150, tomorrow)
    assert queries.later_known(second.pk, on=TODAY, known_at=None) == []


def test_what_is_on_hold_and_what_is_disputed_is_told_once(book):
    first, second, _third = book
    ten, twenty, thirty = first.items.order_by("-due_on")
    actions.hold_items([Held(first.pk, twenty.pk, TODAY, TODAY + timedelta(days=5))], by=TEST)
    actions.dispute_items({(first.pk, ten.pk): 400, (first.pk, twenty.pk): 500, (first.pk, thirty.pk): 9999}, by=TEST)

    assert {name: held for name, (_minor, held, _accounts) in ageing(held_on=TODAY).items()} == {
        "1_30": 2400,  # £4 of ten, and all of twenty, whatever else is said of it
        "31_60": 3000,  # never more than is open
        "over_365": 0,
        "on_account": 0,
    }
    in_a_week = TODAY + timedelta(days=7)
    assert ageing(in_a_week, held_on=in_a_week)["1_30"][1] == 900, "the hold has ended, disputes have not"
    # Something booked later takes the account out of what is kept, and what is on hold of it stays told.
    actions.add_item(
        account_id=first.pk, kind=ten.kind, reference="LATER", amount=Money.of("5.00", "GBP"),
        issued_on=TODAY + timedelta(days=3), due_on=TODAY + timedelta(days=33), at=AT, by=TEST,
    )  # fmt: skip
    assert ageing(held_on=TODAY)["1_30"] == (3100, 2400, 2)
    assert ageing(held_on=TODAY) == behind(TODAY, held_on=TODAY)
    assert second.items.count() == 2


def test_a_scope_and_a_client_see_their_own(book):
    other = owing(builders.portfolio(), (5, "50.00"))

    assert ageing(client_id=other.client_id) == {"1_30": (5000, 0, 1)}
    assert ageing(scope=Scope(frozenset([other.client_id]))) == {"1_30": (5000, 0, 1)}
    assert ageing()["1_30"] == (8100, 0, 3)


def test_folding_says_the_same_in_fewer_rows(book):
    said, rows = [ageing(TODAY + timedelta(days=days)) for days in (-1, 0, 30)], OwedByDay.objects.count()

    assert actions.fold_owed_by_day(most=rows) is False
    assert actions.fold_owed_by_day(most=3) is True

    assert OwedByDay.objects.count() < rows
    assert [ageing(TODAY + timedelta(days=days)) for days in (-1, 0, 30)] == said
    assert unsound() == []
    assert actions.fold_owed_by_day(most=0) is False, "nothing was added since"


def test_today_costs_no_look_at_items(book):
    for way in ("seqscan", "mergejoin", "hashjoin"):  # as on a book so large that nobody would read all of it
        sql.execute(f"SET LOCAL enable_{way} = off")

    def looked_at():
        return sql.value(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'accounts_item'"
        )

    before = looked_at()
    assert ageing(held_on=TODAY)["1_30"] == (3100, 0, 2)
    assert looked_at() == before
    assert behind(TODAY)["1_30"] == (3100, 0, 2)
    assert looked_at() > before, "whoever looks at items is seen"


def test_what_was_written_behind_the_program_is_named(book):
    OwedByDay.objects.filter(due_on=TODAY - timedelta(days=400)).update(minor=150)

    (said,) = unsound()
    assert said == f"client {book[0].client_id}, GBP, due 2025-01-26: 150 on 1 accounts are kept, 200 on 1 owed"


_STEPS = st.one_of(
    st.tuples(st.just("owe"), st.integers(0, 2), st.sampled_from([0, 1, 15, 31, 200])),
    st.tuples(st.just("pay"), st.integers(0, 2), st.integers(1, 400)),
    st.tuples(st.just("take back"), st.integers(0, 2), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.integers(0, 3)),
    st.tuples(st.just("redate"), st.integers(0, 2), st.integers(0, 90)),
    st.tuples(st.just("fold"), st.just(0), st.just(0)),
)


class AnyHistory(TestCase):
    """Whatever happens in whatever order, what is kept is what items and accounts say, today and on days that are over."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_STEPS, min_size=1, max_size=12))
    def test_what_is_kept_is_what_is_owed(self, steps):
        portfolio = builders.portfolio()
        accounts = [builders.account(portfolio) for _each in range(3)]
        paid = []
        for number, (what, place, by) in enumerate(steps, start=1):
            account = accounts[place]
            if what == "owe":
                builders.invoice(account, "1.00", due_on=TODAY - timedelta(days=by))
            elif what == "pay":
                pay(account, f"{by / 100:.2f}", number=number, on=TODAY - timedelta(days=by % 3))
                paid.append((account.pk, number))
            elif what == "take back" and paid:
                of, cause = paid.pop(by % len(paid))
                actions.take_back_credit(
                    account_id=of, cause_kind=Cause.PAYMENT, cause_id=cause, reason="bounced", at=AT, by=TEST
                )
            elif what == "redate":
                # All items of an account in one statement, some of them onto the same day.
                Item.objects.filter(account=account).update(due_on=TODAY - timedelta(days=by))
            elif what == "delete" and account.items.filter(open_minor=100).exists():
                Item.objects.filter(pk=account.items.filter(open_minor=100).order_by("pk")[0].pk).delete()
            elif what == "fold":
                actions.fold_owed_by_day(most=1)

        assert unsound() == []
        for days in (0, 1, 2, -20):
            on = TODAY - timedelta(days=days)
            assert ageing(on) == behind(on)
