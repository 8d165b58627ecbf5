"""Policies on PostgreSQL against the slow reference: random documents over random accounts, unknowns included."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.strategy import policy_reference
from tests.strategy.examples import CATALOGUE, COLUMNS, DAY, accounts, conditions, facts_of, histories_of
from tests.strategy.reference import Reference

from tallystick.kernel import sql
from tallystick.strategy.rules.policies import words
from tallystick.strategy.rules.reading import DocumentMistaken

_SHAPE = ", ".join(f"CAST(%({name})s AS {type_}) AS {name}" for name, type_ in COLUMNS.items())

MOSTLY = {"max_examples": 120, "deadline": None}
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


def _ask(expressions, account):
    with transaction.atomic(), sql.cursor() as cursor:
        cursor.execute(
            f"WITH book AS MATERIALIZED (SELECT {_SHAPE}) SELECT {', '.join(expressions)} FROM book",  # noqa: S608
            account,
        )
        return [Fraction(value) if isinstance(value, int) else value for value in cursor.fetchone()]


def _same(value, expected):
    if isinstance(expected, Fraction):
        return value is not None and Fraction(value) == expected
    return value == expected


def _write(policy):
    return yaml.safe_dump(policy, allow_unicode=True, sort_keys=False, width=10_000)


# ------------------------------------------------------------------------------------------------------ random documents


@st.composite
def segments(draw):
    asked = draw(st.lists(conditions, min_size=1, max_size=4))
    return _write(
        {
            "kind": "segments",
            "name": "groups",
            "title": "Groups",
            "segments": [{"id": f"s{place}", "when": text} for place, text in enumerate(asked)],
            "otherwise": {"id": "rest"},
        }
    )


def _points():
    return st.decimals(-50, 200, places=2).map(str)


@st.composite
def bands(draw):
    """Draw something with bands that go on from each other, some written one way and some another."""
    of, ends = draw(
        st.sampled_from(
            [
                ("overdue", ["-£20", "0", "£500", "£600", "£1,500.00"]),
                ("balance - overdue", ["€0.01", "€600"]),
                ("days_past_due", ["-30", "0", "30 days", "365"]),
                ("broken * score", ["0", "2.5", "6"]),
                ("today - last_paid_on", ["0", "90"]),
            ]
        )
    )
    chosen = sorted(draw(st.sets(st.sampled_from(range(len(ends))), min_size=1)))
    ends = [ends[place] for place in chosen]
    is_in = draw(st.booleans()) if len(ends) == 1 else False
    written = [f"up to {ends[0]}" if is_in else f"below {ends[0]}"]
    written += [f"{low} to {high}" for low, high in pairwise(ends)]
    written.append(f"over {ends[-1]}" if is_in else f"{ends[-1]} and above")
    return of, written


_texts = st.sampled_from(
    [("stage", ["early", "late, legal"]), ("stage", ["late", "other"]), ("segment", ["sme, '50%'", "other"])]
)


@st.composite
def scorecards(draw):
    components = []
    for place in range(draw(st.integers(1, 4))):
        of, written = draw(bands() | _texts | st.tuples(conditions, st.just(["yes", "no"])))
        components.append(
            {
                "id": f"c{place}",
                "of": of,
                "weight": draw(st.sampled_from(["1", "0.5", "-2", "0.333"])),
                "bands": {**{band: draw(_points()) for band in written}, "unknown": draw(_points())},
            }
        )
    head = {"kind": "scorecard", "name": "risk", "title": "Risk", "decimals": draw(st.integers(0, 3))}
    return _write({**head, "components": components})


_CELLS = {
    "overdue": ["below £500", "up to 0", "£500 to £600", "over £500", "£600", "0 to £600"],
    "days_past_due": ["below 30", "30", "over 30", "-5 to 90"],
    "stage": ["early", "not early", "late, legal"],
    "segment": ["sme", "not sme, key", '"it\'s"'],
    "on_hold": ["yes", "no"],
}
_OUTCOMES = {
    "text": st.sampled_from(["call", "it's 50% {day}", '"; DROP TABLE book; --']),
    "number": st.sampled_from(["0", "-3", "12.5"]),
    "money": st.sampled_from(["0", "£500", "-£1.50", "€600"]),
}


@st.composite
def tables(draw):
    gives = draw(st.sampled_from(sorted(_OUTCOMES)))
    columns = draw(st.lists(st.sampled_from(sorted(_CELLS)), min_size=1, max_size=3, unique=True))
    rows = []
    for _row in range(draw(st.integers(1, 5))):
        cells = {name: draw(st.sampled_from([*_CELLS[name], "any", "known", "unknown"])) for name in columns}
        rows.append({**cells, "then": draw(_OUTCOMES[gives])})
    return _write(
        {
            "kind": "table",
            "name": "choice",
            "title": "Choice",
            "gives": gives,
            "columns": dict(zip(columns, columns, strict=True)),
            "rows": rows,
            "otherwise": draw(_OUTCOMES[gives]),
        }
    )


def _made(text):
    try:
        [word] = words.gather(CATALOGUE, [(1, text)]).values()
    except DocumentMistaken as mistaken:
        never = ("no account comes here", "so that it can never be true")
        assert all(any(said in str(problem) for said in never) for problem in mistaken.problems), str(mistaken.problems)
        assume(False)
    return word


# ---------------------------------------------------------------------------------------------------------------- tests


@pytest.mark.django_db
@settings(**MOSTLY, suppress_health_check=CHECKS)
@given(segments() | scorecards() | tables(), accounts)
def test_every_policy_means_on_the_database_what_the_reference_says(text, account):
    word = _made(text)

    [value] = _ask([word.expression(DAY)], account)

    assert _same(value, policy_reference.value(text, Reference(facts_of(account), DAY, histories_of(account)))), text


@pytest.mark.django_db
@settings(**MOSTLY, suppress_health_check=CHECKS)
@given(scorecards(), accounts)
def test_contributions_sum_to_the_score_and_each_is_what_its_band_gives(text, account):
    word = _made(text)

    names = [component.id for component in word.policy.components]
    score, *each = _ask(
        [word.expression(DAY), *(f"({word.contributions(DAY)} ->> '{name}')::numeric" for name in names)], account
    )

    assert score == sum(each)
    expected = policy_reference.contributions(text, Reference(facts_of(account), DAY, histories_of(account)))
    assert [Fraction(value) for value in each] == [expected[name] for name in names]
    assert word.policy.least <= score <= word.policy.most


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=CHECKS)
@given(segments(), scorecards(), accounts)
def test_words_mean_the_same_within_other_words(first, second, account):
    """A table over a segment and a score, and segments over that table, against what the reference says of each."""
    table = _write(
        {
            "kind": "table",
            "name": "choice",
            "title": "Choice",
            "gives": "text",
            "columns": {"group": "segment.groups", "points": "score.risk + 1"},
            "rows": [{"group": "s0", "points": "below 100", "then": "low"}, {"group": "not rest", "then": "grouped"}],
            "otherwise": "none",
        }
    )
    upper = _write(
        {
            "kind": "segments",
            "name": "upper",
            "title": "Upper",
            "segments": [
                {"id": "a", "when": 'table.choice = "low" and score.risk >= 50'},
                {"id": "b", "when": 'table.choice != "none"'},
            ],
            "otherwise": {"id": "c"},
        }
    )
    _made(first)
    made = words.gather(CATALOGUE, [(1, upper), (1, table), (1, first), (1, second)])
    known = Reference(facts_of(account), DAY, histories_of(account))
    group, score = policy_reference.value(first, known), policy_reference.value(second, known)

    chosen, found = _ask([made["table.choice"].expression(DAY), made["segment.upper"].expression(DAY)], account)

    expected = "low" if group == "s0" and score + 1 < 100 else "grouped" if group != "rest" else "none"
    assert chosen == expected
    assert found == ("a" if expected == "low" and score >= 50 else "b" if expected != "none" else "c")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("band", "below", "at", "above"),
    [
        ("below £500", True, False, False),
        ("up to £500", True, True, False),
        ("over £500", False, False, True),
        ("£500 and above", False, True, True),
        ("£500", False, True, False),
        ("£500 to £600", False, True, True),
        ("£400 to £500", True, False, False),
        ("any", True, True, True),
        ("known", True, True, True),
        ("unknown", False, False, False),
    ],
)
def test_a_band_begins_and_ends_to_the_penny(band, below, at, above):
    """A penny below £500, £500 and a penny above; what is not known, and an amount of euros, are in no band of pounds."""
    table = {"kind": "table", "name": "t", "title": "T", "gives": "text", "columns": {"owed": "overdue"}}
    word = _made(_write({**table, "rows": [{"owed": band, "then": "in"}], "otherwise": "out"}))
    owed = dict.fromkeys(COLUMNS) | {"currency": "GBP"}

    found = [
        _ask([word.expression(DAY)], owed | {"overdue_minor": minor}) == ["in"]
        for minor in (49_999, 50_000, 50_001, None)
    ]
    euros = _ask([word.expression(DAY)], owed | {"currency": "EUR", "overdue_minor": 50_000})

    assert found == [below, at, above, band in ("any", "unknown")]
    assert euros == ["in" if band in ("any", "known") else "out"]
