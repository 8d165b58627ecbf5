"""The compiler against the reference evaluator, on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE, COLUMNS, DAY, SEGMENTS, accounts, conditions, facts_of, histories_of
from tests.strategy.reference import Reference

from tallystick.kernel import sql
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import plain, types

_SHAPE = ", ".join(f"CAST(%({name})s AS {type_}) AS {name}" for name, type_ in COLUMNS.items())


def _answers(texts, account):
    """Evaluate conditions for one account on PostgreSQL, in one statement, as statements over the book are run."""
    trees = [types.understand(text, CATALOGUE) for text in texts]
    columns = ", ".join(compiler.to_sql(tree, CATALOGUE, DAY) for tree in trees)
    with transaction.atomic(), sql.cursor() as cursor:
        cursor.execute(f"WITH book AS MATERIALIZED (SELECT {_SHAPE}) SELECT {columns} FROM book", account)  # noqa: S608
        answered = cursor.fetchone()
    return list(answered), [Reference(facts_of(account), DAY, histories_of(account)).of(tree) for tree in trees]


@pytest.mark.django_db
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(conditions, min_size=8, max_size=8), accounts)
def test_sql_and_reference_agree_unknowns_included(texts, account):
    answered, expected = _answers(texts, account)

    assert answered == expected, list(zip(texts, answered, expected, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("balance >= £500", None, id="other currency is unknown"),
        pytest.param("not balance >= £500", None, id="and so is its opposite"),
        pytest.param("balance in {£500, €600}", True, id="a set has its own amount per currency"),
        pytest.param("balance not in {£500, €601}", True, id="and none of the other's"),
        pytest.param("balance in {£500}", None, id="a set without the currency"),
        pytest.param("balance > 0", True, id="nothing is nothing everywhere"),
        pytest.param("overdue > 0", None, id="unknown amount"),
        pytest.param("overdue > 0 or on_hold", True, id="or with unknown"),
        pytest.param("overdue > 0 and not on_hold", False, id="and with unknown"),
        pytest.param("overdue is unknown", True, id="known to be unknown"),
        pytest.param("balance is known and (balance > £1) is unknown", True, id="an unknown condition"),
        pytest.param("score * score * score * score > 99999999999999", True, id="no overflow"),
        pytest.param("-score < 0", True, id="no overflow of a sign"),
        pytest.param("oldest_due_on = today - 30 days", True, id="days ago"),
        pytest.param("oldest_due_on + 30 days <= today", True, id="days later"),
        pytest.param("days_past_due = 30", True, id="age"),
        pytest.param("today - oldest_due_on = 30 days", True, id="days between"),
    ],
)
def test_what_is_unknown_is_never_true(text, answer):
    account = dict.fromkeys(COLUMNS) | {"currency": "EUR", "balance_minor": 60_000, "on_hold": True}
    account |= {"score": 2**31 - 1, "oldest_due_on": DAY.replace(month=1, day=31)}

    answered, expected = _answers([text], account)

    assert answered == expected == [answer]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("count(kept, 90 days) = 0", True, id="a count of nothing is 0"),
        pytest.param("count(all_ways, 90 days) = 0", True, id="in several columns too"),
        pytest.param("sum(received, 90 days) = £0", True, id="a sum of nothing is nothing"),
        pytest.param("sum(all_ways, 90 days) < €1", None, id="and money of the account's currency"),
        pytest.param("last(kept, 90 days) is unknown", True, id="the last time of nothing is unknown"),
        pytest.param("first(all_ways, 90 days) < today", None, id="and compared with nothing"),
        pytest.param("today - last(kept, 90 days) > 7 or count(kept, 90 days) = 0", True, id="both asked"),
    ],
)
def test_looking_back_on_nothing(text, answer):
    account = dict.fromkeys(COLUMNS) | {"currency": "GBP"}

    answered, expected = _answers([text], account)

    assert answered == expected == [answer]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ago", "days", "times"),
    [
        pytest.param([0], 1, 1, id="today is in every window"),
        pytest.param([1], 1, 0, id="yesterday is not in the window of a day"),
        pytest.param([89, 90], 90, 1, id="the ninetieth day is the last"),
        pytest.param([-1], 366, 0, id="what is still to come does not count"),
        pytest.param([5, 5, 5], 7, 3, id="several times on a day"),
        pytest.param([365, 366], 366, 1, id="the longest window"),
    ],
)
def test_a_window_ends_with_the_day_of_the_run(ago, days, times):
    entries = sorted(DAY - timedelta(days=each) for each in ago)
    account = dict.fromkeys(COLUMNS) | {"currency": "GBP", "kept_days": entries}

    answered, expected = _answers([f"count(kept, {days} days) = {times}"], account)

    assert answered == expected == [True]


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
    | st.sampled_from(SEGMENTS)
)
def test_any_text_comes_back_from_the_database_as_it_was(text):
    quoted = compiler.quote_text(text)

    with sql.cursor() as cursor:
        cursor.execute(f"SELECT {quoted}::text, %s::int", [1])
        assert cursor.fetchone() == (text, 1)

    assert not set(quoted[2:-1]) & set("'\"%{};-$")


@pytest.mark.parametrize("text", ["\x00", "\ud800"], ids=["NUL", "half a character"])
def test_what_no_database_text_can_hold_is_a_defect(text):
    with pytest.raises(ValueError, match="neither NUL"):
        compiler.quote_text(text)


@settings(max_examples=100, deadline=None)
@given(conditions)
def test_every_condition_can_be_read_aloud(text):
    assert plain.read_aloud(types.understand(text, CATALOGUE), CATALOGUE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days_past_due >= 7 and broken < 2", "days past due is at least 7 days, and broken is less than 2 promises"),
        ("balance > £1,500 or on_hold", "either balance is more than £1,500.00, or on hold"),
        ("not (on_hold or stage = 'late')", "not (either on hold, or stage is “late”)"),
        ("last_paid_on < today - 30 days", "last paid on is before 30 days ago"),
        ("oldest_due_on + 1 day >= 2026-03-01", "1 day after oldest due on is on or after 1 March 2026"),
        ("stage not in {'early', 'late'}", "stage is none of “early”, “late”"),
        ("last_paid_on is unknown", "last paid on is unknown"),
        ("count(kept, 90 days) >= 2", "the number of promises kept in the last 90 days is at least 2"),
        ("sum(received, 1 day) > 0", "the sum of payments received today is more than 0"),
        (
            "last(received, 30 days) < today - 7 days",
            "the day of the last of payments received in the last 30 days is before 7 days ago",
        ),
        ("first(kept, 7 days) is unknown", "the day of the first of promises kept in the last 7 days is unknown"),
        ("balance - overdue > balance * 0.5", "(balance less overdue) is more than (balance times 0.5)"),
    ],
)
def test_a_condition_reads_as_a_person_would_say_it(text, said):
    assert plain.read_aloud(types.understand(text, CATALOGUE), CATALOGUE) == said
