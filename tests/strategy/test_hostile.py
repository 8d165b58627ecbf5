"""Whatever is written as a condition is refused with a sentence, or is SQL that PostgreSQL takes and that means what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY as RUN_DAY
from tests.strategy.builders import happened, run
from tests.strategy.examples import CATALOGUE, COLUMNS, DAY, SEGMENTS, accounts, conditions, facts_of, histories_of
from tests.strategy.reference import Reference

from tallystick.kernel import sql
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import mistakes, plain, types, words
from tallystick.strategy.rules.completion import complete

pytestmark = [pytest.mark.django_db, pytest.mark.once]

_SHAPE = ", ".join(f"CAST(%({name})s AS {type_}) AS {name}" for name, type_ in COLUMNS.items())
_ACCOUNT = dict.fromkeys(COLUMNS) | {
    "currency": "GBP",
    "balance_minor": 50_000,
    "oldest_due_on": DAY - timedelta(days=30),
    "broken": 2,
    "score": 7,
    "segment": "it's",
    "on_hold": False,
    "stage": "late",
    "paid_days": [DAY - timedelta(days=40), DAY],
    "paid_minors": [1, 2],
}
_FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

CENTURY = " - 36525 days"
INJECTIONS = (
    "'; DROP TABLE strategy_book; --",
    "1 = 1; DELETE FROM strategy_book",
    "on_hold or 1 = 1 --",
    "on_hold /* or */ or true",
    "segment = 'a' or 'a' = 'a'",
    "segment = 'x'' or ''x'",
    "segment = '\\'; SELECT pg_sleep(10); --'",
    'segment = "\'; DROP TABLE book; --"',
    "segment = '$$; SELECT 1; $$'",
    "segment = E'\\x27'",
    "segment = U&'\\0027'",
    "segment = 'a' collate \"C\"",
    "segment = '%s' and segment = '%(day)s' and segment = '%%'",
    "segment = '{day}' or segment = '{scope}' or segment = '{0}' or segment = '{'",
    "segment = '{{day}}'",
    "book.balance_minor > 0",
    "balance_minor > 0",
    "pg_sleep(10)",
    "count(*) > 0",
    "count(pg_class, 7 days) > 0",
    "count(kept, 7 days; DROP TABLE book) > 0",
    "count(kept, (SELECT 1) days) > 0",
    "sum(kept_days[1], 7 days) > 0",
    "last(received, 7 days)::text = ''",
    "coalesce(balance, 0) > 0",
    "(SELECT true)",
    "balance > all (SELECT 1)",
    "not exists (SELECT 1)",
    "$1 > 0",
    ":name > 0",
    "?",
    "`on_hold`",
    '"on_hold"',
    "on_hold\x00or true",
    "segment = '\x00'",
    "segment = '\ud800'",
    "segment = '\u202e\u2028\ufeff\U0010ffff'",
    "segment = 'ſ' and segment = '\u212a'",
    "o\u0308n_hold",
    "ｏｎ＿ｈｏｌｄ",
    "score > ١٢٣",
    "score > 1e308",
    "score > 0x10",
    "score > 1_000",
    "score > NaN",
    "score > Infinity",
    "score = -0",
    "score > 999999999999999.999999",
    "score * 999999999999999 * 999999999999999 > 0",
    " * ".join(["999999999999999"] * 50) + " > 0",
    "balance > £999999999999999.99",
    "balance > 999999999999999 KWD",
    "balance > £99999999999999999999",
    "balance in {£0, -£0, €0}",
    "0001-01-01 < today and today < 9999-12-31",
    "2024-02-30 < today",
    "0000-01-01 < today",
    "0001-01-01 - 36525 days < today and 9999-12-31 + 36525 days > today",
    "0001-01-01" + CENTURY * 48 + " < today",
    "9999-12-31" + CENTURY.replace("-", "+") * 48 + " > today",
    "((0001-01-01 - 36525 days) - 36525 days) is known",
    "oldest_due_on - 1 day + 1 day - 1 day < today",
    "count(kept, 999999999999999 days) > 0",
    "count(kept, 0.000001 days) > 0",
    "count(kept, 366 days) * count(kept, 366 days) >= 0",
    "sum(all_ways, 366 days) * 999999999999999 > 0",
    "today - first(received, 366 days) < 999999999999999",
    "last(received, 366 days) - 36525 days < first(received, 1 day)",
    "not " * 24 + "on_hold",
    "not " * 25 + "on_hold",
    "(" * 24 + "on_hold" + ")" * 24,
    "(" * 25 + "on_hold" + ")" * 25,
    "-" * 24 + "score < 0",
    " or ".join(["on_hold"] * 299),
    "score in {" + ", ".join(map(str, range(200))) + "}",
    "score in {" + ", ".join(map(str, range(201))) + "}",
    "score in {1" + ",1" * 3_000 + "}",
    "a" * 4_000,
    "a." * 2_000,
    "'" * 4_000,
    "{" * 4_000,
    " " * 4_000 + "on_hold",
    "\t\r\non_hold\r\n",
    "",
    " ",
    "\\",
    "%",
    "%(",
    "on_hold %s",
    "{day}",
)


def _judge(texts, account):
    """Take what is understood to PostgreSQL, in one statement, and compare each answer with the reference."""
    understood = []
    for text in texts:
        try:
            understood.append((text, types.understand(text, CATALOGUE)))
        except mistakes.ConditionMistake as mistake:
            assert str(mistake)
            assert 1 <= mistake.fields["place"] <= len(text) + 1
    if not understood:
        return
    columns = ", ".join(f"{compiler.to_sql(tree, CATALOGUE, DAY)}" for _text, tree in understood)
    with transaction.atomic(), sql.cursor() as cursor:
        cursor.execute(f"WITH book AS MATERIALIZED (SELECT {_SHAPE}) SELECT {columns} FROM book", account)  # noqa: S608
        answers = cursor.fetchone()
    reference = Reference(facts_of(account), DAY, histories_of(account))
    for (text, tree), answer in zip(understood, answers, strict=True):
        assert answer == reference.of(tree), text
        assert plain.read_aloud(tree, CATALOGUE)


@pytest.mark.parametrize("text", INJECTIONS, ids=lambda text: ascii(text)[1:41])
def test_what_an_attacker_writes_is_refused_or_means_what_it_says(text):
    _judge([text], _ACCOUNT)
    complete(text, len(text), CATALOGUE)


@_FUZZ
@given(st.text(max_size=80) | st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_text_is_refused_or_means_what_it_says(text):
    _judge([text], _ACCOUNT)


_TOKENS = st.sampled_from(
    [
        *("balance overdue score broken segment on_hold stage oldest_due_on today kept received all_ways".split()),
        *("and or not in is known unknown true false count sum first last days day".split()),
        *("( ) { } , + - * = != < <= > >= == <> ≥".split()),
        *("0 1 7 90 366 1.5 £5 €600 500 GBP 2026-02-28 'late' \"it's\" '%s' '{day}'".split()),
        *("; -- /* % { : \\ ' \" $ [ ] ::".split()),
    ]
)


@_FUZZ
@given(st.lists(_TOKENS, max_size=14), st.sampled_from([" ", "", "\n"]))
@example(["count", "(", "kept", ",", "7", "days", ")", "in", "{", "0", "}"], " ")
def test_words_of_the_language_in_any_order_are_refused_or_mean_what_they_say(tokens, between):
    _judge([between.join(tokens)], _ACCOUNT)


@st.composite
def _damaged(draw):
    """Take a condition that is right, and drop, double, swap or replace some of its words."""
    text = draw(conditions)
    tokens = [text[slice(*word.span)] for word in words.split(text)[:-1]]
    for _time in range(draw(st.integers(1, 3))):
        if not tokens:
            break
        place = draw(st.integers(0, len(tokens) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "replace", "insert"])):
            case "drop":
                del tokens[place]
            case "double":
                tokens.insert(place, tokens[place])
            case "swap":
                other = draw(st.integers(0, len(tokens) - 1))
                tokens[place], tokens[other] = tokens[other], tokens[place]
            case "replace":
                tokens[place] = draw(_TOKENS)
            case _:
                tokens.insert(place, draw(_TOKENS))
    return " ".join(tokens)


@_FUZZ
@given(st.lists(_damaged(), min_size=6, max_size=6), accounts)
def test_conditions_with_wrong_words_are_refused_or_mean_what_they_say(texts, account):
    _judge(texts, account)


HOSTILE = """
name: test
title: "Test {{day}} %s '; --"
start: waiting
never_when:
  strange: country in {choices}
states:
  waiting:
    steps:
      - id: first
        when: country not in {choices} and count(payments.received, 366 days) = 0
        do:
          - note: "50% {{day}} %(day)s '; DROP TABLE strategy_book; --"
"""


@pytest.mark.usefixtures("hearing")
def test_hostile_texts_go_through_a_whole_run_as_what_they_are():
    quoted = ", ".join(f'"{text}"' if "'" in text else f"'{text}'" for text in SEGMENTS if not {"'", '"'} <= set(text))
    document = (
        HOSTILE.format(choices="{" + quoted + "}")
        .replace("when: ", "when: >-\n          ")
        .replace("strange: ", "strange: >-\n    ")
    )
    strategies.publish(document)
    account = builders.account()
    builders.invoice(account)

    run(RUN_DAY)

    assert happened(account.pk) == [(RUN_DAY, "First")]
