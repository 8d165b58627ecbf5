"""Of any book and any statement: what is named is the whole difference, and what agrees has no name."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.builders import AT, TODAY
from tests.reconciliations.ledgers import balances, book, day, named, owing, pay, reconcile

from tallystick.accounts import queries as accounts
from tallystick.ledger import queries as ledger
from tallystick.reconciliations import queries

_AMOUNT = st.integers(min_value=-3, max_value=6).filter(bool).map(lambda pounds: f"{pounds}0.00")
_LINE = st.tuples(
    st.sampled_from(["C1", "C2", "C3", "C9"]),
    st.sampled_from(["C1-1", "C1-2", "C2-1", "C3-1", "X-1", "X-2"]),
    _AMOUNT,
    st.sampled_from(["GBP", "GBP", "GBP", "EUR"]),
)
_PAYMENT = st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(-1, 2), st.integers(0, 3), st.booleans())
AFTER = AT + timedelta(days=9)


class AnyStatement(TestCase):
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(lines=st.lists(_LINE, min_size=1, max_size=8), payments=st.lists(_PAYMENT, max_size=5))
    def test_what_is_named_is_the_whole_difference(self, lines, payments):
        portfolio = book()
        debtors = [
            owing(portfolio, "C1", "30.00", "20.00"),
            owing(portfolio, "C2", "10.00"),
            owing(portfolio, "C3", "50.00", currency="EUR"),
        ]
        for number, (debtor, pounds, booked, known, keep) in enumerate(payments, start=1):
            at = AT + timedelta(days=known)
            pay(debtors[debtor], f"{pounds}0.00", number=number, on=day(booked), at=at, keep=keep)

        made = reconcile(portfolio, *lines, at=AFTER, known_at=AT + timedelta(days=1))

        assert balances(made)
        assert all(each.kind for each in queries.differences(made.pk))
        known = reconcile(portfolio, *lines, at=AFTER)
        aged = {}
        for row in accounts.ageing(on=TODAY, client_id=portfolio.client_id):
            aged[row["currency"]] = aged.get(row["currency"], 0) + row["minor"]
        assert balances(known)
        for side in queries.totals(known.pk):
            assert side.here.minor == aged.get(side.here.currency, 0)

        # What the book itself says, sent back as a statement, agrees with it.
        said = [(account.reference, *rest) for account in debtors for rest in _open(account)]
        if said:
            agreed = reconcile(portfolio, *said, at=AFTER)
            assert named(agreed) == {} and balances(agreed)


def _open(account):
    """Give what is open on an account as lines of a statement: documents, and money on account as one line."""
    rows = [
        (row["reference"], row["open_minor"]) for row in accounts.items_as_of(account.pk, on=TODAY) if row["open_minor"]
    ]
    owed = ledger.balance(account.pk, currency=account.currency, on=TODAY).minor
    rows += [("", owed - sum(minor for _ref, minor in rows))] if owed != sum(minor for _ref, minor in rows) else []
    return [(ref, f"{minor / 100:.2f}", account.currency) for ref, minor in rows]
