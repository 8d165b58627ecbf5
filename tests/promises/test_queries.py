"""Facts and invariants of promises, asked of the database."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests import builders
from tests.builders import TEST
from tests.promises.story import judge, morning, owing, pay, promise

from tallystick.kernel import sql
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause, Head
from tallystick.promises import actions, facts, queries
from tallystick.promises.models import Promise

pytestmark = pytest.mark.django_db

MON, TUE, THU, FRI = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 6)
(SOURCE,) = facts.SOURCES


def fact_row(account, *, day):
    found = sql.rows(
        sql.fill(SOURCE.sql, scope="account_id = ANY(%(accounts)s)"), {"accounts": [account.pk], "day": day}
    )
    return found[0] if found else None


def word(name, account, *, day):
    """Ask a fact of what the source gives, as it was computed on another day."""
    (fact,) = [each for each in facts.FACTS if each.name == name]
    source = sql.fill(SOURCE.sql, scope="account_id = %(account)s")
    expression = fact.sql.replace("{day}", f"DATE '{day}'")
    return sql.value(f"SELECT {expression} FROM ({source}) AS book", {"account": account.pk, "day": MON})  # noqa: S608


def test_an_account_without_a_promise_has_no_row():
    assert fact_row(owing("500.00"), day=MON) is None


def test_the_source_gives_its_columns_and_no_others():
    account = owing("500.00")
    promise(account, on=MON, pay_on=FRI)

    assert list(fact_row(account, day=MON)) == ["account_id", *(column.name for column in SOURCE.columns)]


def test_facts_of_an_open_promise():
    account = owing("500.00")
    promise(account, "50.00", on=MON, pay_on=FRI)

    row = fact_row(account, day=MON)

    assert (row["promises_open_minor"], row["promises_due_on"]) == (5000, FRI)
    assert (row["promises_broken"], row["promises_in_a_row"], row["promises_run_balance_minor"]) == (0, 0, None)


def test_facts_of_broken_promises_and_the_balance_they_began_with():
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    actions.break_overdue_promises(at=morning(date(2026, 3, 4)), by=TEST)
    builders.invoice(account, "1000.00")
    promise(account, on=THU, pay_on=THU)
    actions.break_overdue_promises(at=morning(date(2026, 3, 7)), by=TEST)

    row = fact_row(account, day=date(2026, 3, 7))

    assert (row["promises_broken"], row["promises_in_a_row"], row["promises_kept"]) == (2, 2, 0)
    assert row["promises_run_balance_minor"] == 50_000
    assert row["promises_last_broken_on"] == date(2026, 3, 7)
    assert row["promises_open_minor"] is None


@pytest.mark.parametrize(
    ("day", "broken_90d"),
    [
        pytest.param(date(2026, 3, 4), 1, id="the day it was broken"),
        pytest.param(date(2026, 6, 1), 1, id="the 90th day"),
        pytest.param(date(2026, 6, 2), 0, id="90 days later"),
        pytest.param(date(2026, 3, 3), 0, id="the day before"),
    ],
)
def test_broken_promises_are_counted_for_90_days(day, broken_90d):
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    actions.break_overdue_promises(at=morning(date(2026, 3, 4)), by=TEST)

    assert word("promises.broken_90d", account, day=day) == broken_90d


def test_a_kept_promise_ends_the_row():
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    promise(account, "10.00", on=THU, pay_on=FRI)
    pay(account, "10.00", on=FRI)
    judge(account, on=FRI)

    row = fact_row(account, day=FRI)

    assert (row["promises_broken"], row["promises_in_a_row"], row["promises_kept"]) == (1, 0, 1)
    assert row["promises_run_balance_minor"] is None


def breaches(name):
    (invariant,) = [each for each in queries.INVARIANTS if each.name == name]
    return sql.rows(invariant.breaches)


def test_a_sound_book_has_no_breach():
    account = owing("500.00")
    promise(account, on=MON, pay_on=MON)
    promise(account, "10.00", on=THU, pay_on=FRI)
    pay(account, "10.00", on=FRI)
    judge(account, on=FRI)

    assert [sql.rows(each.breaches) for each in queries.INVARIANTS] == [[], []]
    assert [sql.value(each.checked) for each in queries.INVARIANTS] == [2, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"state": "broken", "broken_in_a_row": 1}, id="broken though its money came"),
        pytest.param({"paid_minor": 1}, id="another sum than came"),
    ],
)
def test_a_promise_that_is_not_judged_by_its_money_is_named(wrong):
    account = owing("500.00")
    promise(account, "10.00", on=MON, pay_on=FRI)
    pay(account, "10.00", on=TUE)
    judge(account, on=TUE)
    Promise.objects.update(**wrong)

    (breach,) = breaches("promises are judged by their money")

    assert breach["account_id"] == account.pk
    assert "kept by its money" in breach["what"]


def test_a_payment_that_nobody_judged_is_named():
    account = owing("500.00")
    promise(account, "10.00", on=MON, pay_on=FRI)

    ledger.post(
        [ledger.Posting(account.pk, Head.BANK, Head.ON_ACCOUNT, 1000, "GBP", TUE, Cause.PAYMENT, cause_id=1)],
        at=morning(TUE),
    )

    assert len(breaches("promises are judged by their money")) == 1


def test_the_database_refuses_a_second_open_promise():
    account = owing("500.00")
    made = promise(account, on=MON, pay_on=FRI)
    made.pk = None

    with pytest.raises(IntegrityError, match="promises_promise_one_open"), transaction.atomic():
        made.save(force_insert=True)
