"""What is offered to whoever writes a condition: what may stand at a place, and nothing that may not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE, conditions

from tallystick.kernel.facts import Measure
from tallystick.strategy.rules import grammar, mistakes, words
from tallystick.strategy.rules.completion import Kind, complete
from tallystick.strategy.rules.words import Kind as WordKind


def offered(text: str, cursor: int | None = None) -> list[str]:
    found = complete(text, len(text) if cursor is None else cursor, CATALOGUE)
    return [each.word for each in found.suggestions]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("bal", ["balance"], id="begun"),
        pytest.param("due", ["days_past_due", "oldest_due_on", "overdue"], id="held in a word"),
        pytest.param("blance", ["balance"], id="misspelt"),
        pytest.param("BAL", ["balance"], id="in capitals"),
        pytest.param("balance >= ", ["balance", "overdue", "sum("], id="amounts first"),
        pytest.param("stage = ", ['"early"', '"late"', '"legal"'], id="values of a choice"),
        pytest.param("stage = 'l", ["'late'", "'legal'"], id="in quotes, begun"),
        pytest.param("stage in {", ['"early"', '"late"', '"legal"'], id="in a set"),
        pytest.param("stage in {'early', ", ['"early"', '"late"', '"legal"'], id="further in a set"),
        pytest.param("stage not ", ["in"], id="none of"),
        pytest.param("on_hold = ", ["true", "false"], id="yes or no"),
        pytest.param("on_hold ", ["and", "or"], id="a condition goes on"),
        pytest.param("balance > £5 an", ["and"], id="a condition goes on, begun"),
        pytest.param("balance is ", ["not", "known", "unknown"], id="known"),
        pytest.param("count(", ["payments.all_ways", "payments.received", "promises.kept"], id="histories"),
        pytest.param("sum(", ["payments.all_ways", "payments.received"], id="histories with amounts"),
        pytest.param("count(kep", ["promises.kept"], id="a history, begun"),
        pytest.param("count(kept", ["promises.kept"], id="a history, without its room"),
        pytest.param("count(kept, ", ["7 days", "14 days"], id="windows"),
        pytest.param("count(kept, 90 ", ["days", "day"], id="days"),
        pytest.param("count(kept, 90 days ", [")"], id="the bracket closes"),
        pytest.param("today - last(received, 30 days) > 7 and sta", ["stage"], id="after a look back"),
    ],
)
def test_the_likeliest_words_come_first(text, first):
    found = offered(text)

    if first == ["and", "or"]:
        assert [word for word in found if word in first] == first
    else:
        assert found[: len(first)] == first


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        pytest.param("balance ", {"and", "or"}, id="an amount is no condition"),
        pytest.param("segment ", {"<", ">=", "+", "*"}, id="a text has no order"),
        pytest.param("on_hold ", {"<", "+"}, id="nor has yes or no"),
        pytest.param("balance > ", {"segment", "on_hold", "true"}, id="no text beside an amount"),
        pytest.param("score in {", {"broken", "score"}, id="a set holds what is written out"),
        pytest.param("balance > 0 ", {"<", "=", "in"}, id="one comparison"),
    ],
)
def test_what_may_not_stand_at_a_place_is_not_offered(text, left_out):
    assert not left_out & set(offered(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("balance balance ", id="two values"),
        pytest.param("score ; ", id="unreadable"),
        pytest.param("(" * 100, id="too deep"),
        pytest.param("1 < 2 < ", id="chained"),
        pytest.param("x" * 5000, id="too long"),
        pytest.param("nothing(kept, ", id="no way to look back"),
    ],
)
def test_nothing_is_offered_after_what_is_wrong_already(text):
    assert offered(text) == []


def test_the_word_under_the_cursor_is_replaced_as_a_whole():
    text = "on_hold and days_past_deu >= 7"

    found = complete(text, text.index("past"), CATALOGUE)

    assert text[slice(*found.replaced)] == "days_past_deu"
    assert found.suggestions[0].word == "days_past_due"


def test_a_text_is_replaced_with_its_quotes():
    text = 'stage = "le" and on_hold'

    found = complete(text, text.index("le") + 1, CATALOGUE)

    assert text[slice(*found.replaced)] == '"le"'
    assert [each.word for each in found.suggestions] == ['"late"', '"legal"', '"early"']


def test_every_word_that_is_offered_says_what_it_means():
    for text in (
        "",
        "balance ",
        "stage in {",
        "count(",
        "count(kept, ",
        "count(kept, 9 ",
        "not ",
        "score is ",
        "(on_hold ",
    ):
        found = complete(text, len(text), CATALOGUE).suggestions

        assert found
        assert all(each.meaning for each in found), text


@settings(max_examples=150, deadline=None)
@given(conditions)
def test_the_word_that_was_written_is_among_those_offered(text):
    for word in words.split(text):
        head = text[: word.span.start].rstrip() + " "
        found = complete(head, len(head), CATALOGUE)
        short = {each.word.rpartition(".")[2] for each in found.suggestions} | {each.word for each in found.suggestions}
        if word.kind is WordKind.NAME:
            named = word.written.rpartition(".")[2]
            if named in ("GBP", "JPY", "EUR"):
                continue
            assert named in short or f"{named}(" in short, (text, word)
        elif word.kind is WordKind.SIGN and word.written not in ("(", "-"):
            # An opening bracket and a sign before a number may stand wherever a value may; nobody needs to be told.
            assert word.written in short, (text, word)
        elif word.kind is WordKind.KEYWORD and word.written not in ("true", "false"):
            written = "not in" if word.written == "not" and "not in" in short else word.written
            assert written in short, (text, word)


@settings(max_examples=150, deadline=None)
@given(conditions, st.data())
def test_what_is_offered_can_be_read_where_it_is_offered(text, data):
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text, cursor, CATALOGUE)

    for each in found.suggestions:
        grown = text[: found.replaced.start] + each.word
        try:
            grammar.read(grown)
        except mistakes.UnexpectedEnd:
            pass
        except mistakes.ConditionMistake as mistake:
            pytest.fail(f"{grown!r}: {mistake}")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab_ <>=()'\"{},.-+*£015count", max_size=40), st.integers(-5, 80))
def test_any_text_and_any_cursor_gets_an_answer(text, cursor):
    found = complete(text, cursor, CATALOGUE)

    assert 0 <= found.replaced.start <= found.replaced.end <= len(text)
    assert {each.kind for each in found.suggestions} <= set(Kind)


def test_every_way_to_look_back_is_offered():
    assert {f"{measure.value}(" for measure in Measure} <= set(offered(""))
