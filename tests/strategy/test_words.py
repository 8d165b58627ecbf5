"""Reading: words, grammar, and the mistakes they name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE, conditions

from tallystick.kernel.facts import Fact, FactType, History
from tallystick.kernel.money import Money
from tallystick.strategy.rules import grammar, mistakes, tree, types
from tallystick.strategy.rules.types import Catalogue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("7", Decimal(7), id="number"),
        pytest.param("7 days", Decimal(7), id="days are numbers"),
        pytest.param("1.50", Decimal("1.5"), id="decimals"),
        pytest.param("£500", Money(50_000, "GBP"), id="pounds"),
        pytest.param("£1,500.25", Money(150_025, "GBP"), id="thousands"),
        pytest.param("€ 20", Money(2_000, "EUR"), id="euros"),
        pytest.param("500 GBP", Money(50_000, "GBP"), id="amount by code"),
        pytest.param("500 JPY", Money(500, "JPY"), id="no minor unit"),
        pytest.param("1.234 KWD", Money(1_234, "KWD"), id="three decimals"),
        pytest.param("2026-02-28", date(2026, 2, 28), id="day"),
        pytest.param('"LS1 4AP"', "LS1 4AP", id="text"),
        pytest.param("'it'", "it", id="text in single quotes"),
        pytest.param("TRUE", True, id="keywords in any case"),
    ],
)
def test_a_literal_is_read_with_its_type(text, value):
    assert grammar.read(text).value == value


def test_and_binds_tighter_than_or_and_not_tighter_than_both():
    condition = grammar.read("not a or b and c")

    assert isinstance(condition, tree.Or)
    assert isinstance(condition.parts[0], tree.Not)
    assert isinstance(condition.parts[1], tree.And)


def test_a_product_binds_tighter_than_a_sum_and_a_sum_than_a_comparison():
    condition = grammar.read("a + b * 2 >= c - 1")

    assert condition.operator == ">="
    assert condition.left.operator == "+"
    assert condition.left.right.operator == "*"


def test_a_node_knows_its_place_in_the_text():
    text = "days_past_due >= 7 and (on_hold or balance > £5)"

    parts = tree.conjuncts(grammar.read(text))

    assert [text[slice(*part.span)] for part in parts] == ["days_past_due >= 7", "on_hold or balance > £5"]


def test_the_facts_of_a_condition_are_named_once_in_order():
    words = tree.words(grammar.read("b > 1 and a > count(h, 7 days) and b < 9 and count(h, 7 days) > 1"))

    assert [word.name if isinstance(word, tree.Name) else word.history.name for word in words] == ["b", "a", "h"]


@pytest.mark.parametrize(
    ("text", "refusal", "place", "word", "nearest"),
    [
        pytest.param("days_past_deu >= 7", mistakes.UnknownWord, 1, "days_past_deu", "days_past_due", id="misspelt"),
        pytest.param("on_hold an balance > 0", mistakes.UnexpectedWord, 9, "an", "and", id="misspelt keyword"),
        pytest.param("balance is knwon", mistakes.UnexpectedWord, 12, "knwon", "known", id="misspelt known"),
        pytest.param("on_hold & on_hold", mistakes.UnreadableCharacter, 9, "&", "and", id="sign of other languages"),
        pytest.param("segment = “sme”", mistakes.UnreadableCharacter, 11, "“", '"', id="curly quotes"),
        pytest.param('segment = "sme', mistakes.UnfinishedText, 11, '"', "", id="text not closed"),
        pytest.param("balance >=", mistakes.UnexpectedEnd, 11, "", "", id="ends too soon"),
        pytest.param("", mistakes.UnexpectedEnd, 1, "", "", id="empty"),
        pytest.param("(on_hold", mistakes.UnexpectedEnd, 9, "", "", id="bracket not closed"),
        pytest.param("on_hold)", mistakes.UnexpectedWord, 8, ")", "", id="bracket not opened"),
        pytest.param("score in {}", mistakes.UnexpectedWord, 11, "}", "", id="empty set"),
        pytest.param("score in {broken}", mistakes.UnexpectedWord, 11, "broken", "", id="fact in a set"),
        pytest.param("1 < score < 5", mistakes.ComparisonChained, 11, "<", "", id="chained"),
        pytest.param("balance > £1,50", mistakes.NoSuchMoney, 11, "£1,50", "", id="thousands in the wrong place"),
        pytest.param("balance > £1.005", mistakes.NoSuchMoney, 11, "£1.005", "", id="a tenth of a penny"),
        pytest.param("balance > 5 XQQ", mistakes.NoSuchMoney, 11, "5 XQQ", "", id="no such currency"),
        pytest.param("oldest_due_on < 2026-02-30", mistakes.NoSuchDay, 17, "2026-02-30", "", id="no such day"),
        pytest.param("score > 1234567890123456", mistakes.NumberTooLong, 9, "1234567890123456", "", id="16 digits"),
        pytest.param("count(kpet, 9 days) > 1", mistakes.UnknownHistory, 7, "kpet", "kept", id="no such history"),
        pytest.param("count(score, 9 days) > 1", mistakes.FactLookedBack, 7, "score", "", id="a fact looked back on"),
        pytest.param("cuont(kept, 9 days) > 1", mistakes.UnknownMeasure, 1, "cuont", "count", id="no such look"),
        pytest.param("score (kept) > 1", mistakes.UnknownMeasure, 1, "score", "", id="a fact is no function"),
        pytest.param("payments.received > 1", mistakes.HistoryAlone, 1, "payments.received", "", id="a history alone"),
        pytest.param("kept is known", mistakes.HistoryAlone, 1, "kept", "", id="a history alone, in short"),
        pytest.param("sum(kept, 9 days) > 0", mistakes.HistoryWithoutAmounts, 5, "kept", "", id="nothing to sum"),
        pytest.param("count(kept, 367 days) > 1", mistakes.NoSuchWindow, 13, "367", "", id="further back than is kept"),
        pytest.param("count(kept, 0 days) > 1", mistakes.NoSuchWindow, 13, "0", "", id="no day at all"),
        pytest.param("count(kept, 1.5 days) > 1", mistakes.NoSuchWindow, 13, "1.5", "", id="half a day"),
        pytest.param("count(kept, 90) > 1", mistakes.UnexpectedWord, 15, ")", "", id="no unit"),
        pytest.param("count(kept, 90 dyas) > 1", mistakes.UnexpectedWord, 16, "dyas", "days", id="misspelt unit"),
        pytest.param("count(kept) > 1", mistakes.UnexpectedWord, 11, ")", "", id="no window"),
        pytest.param("count(kept, score) > 1", mistakes.UnexpectedWord, 13, "score", "", id="a fact as the window"),
        pytest.param("count(kept, -9 days) > 1", mistakes.UnexpectedWord, 13, "-", "", id="a window ahead"),
        pytest.param("count(kept, £9 days) > 1", mistakes.UnexpectedWord, 13, "£9", "", id="an amount as the window"),
        pytest.param("count(kept, 9 days", mistakes.UnexpectedEnd, 19, "", "", id="look back not closed"),
        pytest.param("count(", mistakes.UnexpectedEnd, 7, "", "", id="look back begun"),
        pytest.param(
            "count(count(kept, 9 days), 9 days)", mistakes.UnexpectedWord, 12, "(", "", id="look back in another"
        ),
        pytest.param("stage = 'erly'", mistakes.UnknownChoice, 9, "erly", "early", id="never a value"),
        pytest.param("stage in {'late', 'leagl'}", mistakes.UnknownChoice, 19, "leagl", "legal", id="never, in a set"),
    ],
)
def test_a_mistake_names_the_place_the_word_and_the_nearest_word(text, refusal, place, word, nearest):
    with pytest.raises(refusal) as refused:
        types.understand(text, CATALOGUE)

    assert (refused.value.fields["place"], refused.value.fields["word"]) == (place, word)
    assert refused.value.fields["nearest"] == nearest
    assert str(place) in str(refused.value)
    assert nearest in str(refused.value)


@pytest.mark.parametrize(
    ("text", "refusal", "said"),
    [
        pytest.param("balance > 500", mistakes.CannotCompare, "500 GBP", id="money wants a currency"),
        pytest.param("segment > 'a'", mistakes.CannotCompare, "only equal", id="texts have no order"),
        pytest.param("on_hold = 1", mistakes.CannotCompare, "a number", id="boolean with number"),
        pytest.param("oldest_due_on > 7", mistakes.CannotCompare, "a day", id="day with number"),
        pytest.param("score in {1, 'a'}", mistakes.CannotCompare, "a text", id="set of two types"),
        pytest.param("count(kept, 9 days)", mistakes.WrongType, "count(kept, …)", id="a count is no condition"),
        pytest.param("count(kept, 9 days) > £1", mistakes.CannotCompare, "a number", id="a count is a number"),
        pytest.param("sum(received, 9 days) > 1", mistakes.CannotCompare, "500 GBP", id="a sum is an amount"),
        pytest.param("last(kept, 9 days) > 1", mistakes.CannotCompare, "a day", id="the last time is a day"),
        pytest.param("count(kept, 999 days) > 1", mistakes.NoSuchWindow, "366", id="the longest window is named"),
        pytest.param("kept > 1", mistakes.HistoryAlone, "count(kept, 90 days)", id="how to look back is shown"),
        pytest.param("average(kept, 9 days) > 1", mistakes.UnknownMeasure, "count, sum, first, last", id="all looks"),
        pytest.param("balance", mistakes.WrongType, "an amount of money", id="no condition"),
        pytest.param("balance and on_hold", mistakes.WrongType, "true or false", id="and joins conditions"),
        pytest.param("not score", mistakes.WrongType, "true or false", id="not turns conditions"),
        pytest.param("-segment = 'a'", mistakes.WrongType, "a number", id="minus a text"),
        pytest.param("balance + 5 > £5", mistakes.CannotCalculate, "an amount of money", id="money plus number"),
        pytest.param("balance * overdue > £5", mistakes.CannotCalculate, "an amount of money", id="money squared"),
        pytest.param("oldest_due_on + score > today", mistakes.CannotCalculate, "today - 30 days", id="moving days"),
        pytest.param("today + 1.5 > today", mistakes.CannotCalculate, "whole number", id="half days"),
        pytest.param("today + 36526 > today", mistakes.DayMovedTooFar, "36526", id="more than a century"),
        pytest.param("today - 36000 - 526 < today", mistakes.DayMovedTooFar, "36526", id="in several steps"),
        pytest.param("today > 0226-03-01", mistakes.DayOutOfReach, "1900-01-01", id="a digit too few"),
    ],
)
def test_what_may_not_stand_together_is_refused_with_a_way_out(text, refusal, said):
    with pytest.raises(refusal) as refused:
        types.understand(text, CATALOGUE)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("COUNT (payments.received , 9 DAYS)>1", "count(received, 9 days) > 1", id="blanks and capitals"),
        pytest.param("count(kept, 1 day) = 1", "count(kept, 1 days) = 1", id="one day"),
        pytest.param("count(kept, 7.0 days) = 1", "count(kept, 7 days) = 1", id="a whole number"),
    ],
)
def test_a_look_back_may_be_written_in_several_ways(text, other):
    written, same = (CATALOGUE.of_tree(types.understand(each, CATALOGUE)) for each in (text, other))

    assert written == same


def test_words_for_looking_back_may_still_be_names_of_facts():
    facts = [Fact("payments.count", FactType.NUMBER, "", "", "book.n"), Fact("last", FactType.DATE, "", "", "book.d")]
    history = History("payments.sum", "payments", "", ("days",))

    types.understand("count > 1 and last < today and count(sum, 7 days) >= 1", Catalogue.of(facts, [history]))


@pytest.mark.parametrize(
    ("facts", "histories", "why"),
    [
        pytest.param(["a.b", "a.b"], [], "two facts or histories", id="two facts"),
        pytest.param(["a.b"], ["a.b"], "two facts or histories", id="a fact and a history"),
        pytest.param([], ["a.days"], "cannot be the name", id="a keyword"),
        pytest.param(["A b"], [], "cannot be the name", id="no name"),
    ],
)
def test_a_catalogue_in_which_a_word_means_two_things_is_refused(facts, histories, why):
    with pytest.raises(ValueError, match=why):
        Catalogue.of(
            [Fact(name, FactType.NUMBER, "", "", "book.x") for name in facts],
            [History(name, "", "", ("days",)) for name in histories],
        )


def test_a_short_name_of_two_histories_is_ambiguous():
    histories = [History(name, "", "", ("days",)) for name in ("a.sent", "b.sent")]

    with pytest.raises(mistakes.AmbiguousWord, match=r"a\.sent, b\.sent"):
        types.understand("count(sent, 7 days) > 1", Catalogue.of([], histories))


def test_amounts_stand_beside_every_day():
    with pytest.raises(ValueError, match="not an amount for every day"):
        History("a.b", "", "", ("one", "two"), ("one_minor",))


def test_nothing_owed_is_nothing_in_every_currency():
    types.understand("balance > 0 and 0 <= overdue", CATALOGUE)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        pytest.param("(" * 10_000, mistakes.ConditionTooLong, id="long"),
        pytest.param("(" * 500 + "on_hold" + ")" * 500, mistakes.ConditionTooLong, id="many words"),
        pytest.param("(" * 200 + "on_hold" + ")" * 200, mistakes.ConditionTooDeep, id="brackets"),
        pytest.param("not " * 300 + "on_hold", mistakes.ConditionTooDeep, id="opposites"),
        pytest.param("-" * 300 + "1 > 0", mistakes.ConditionTooDeep, id="signs"),
        pytest.param("+".join(["1"] * 290) + "> 0", mistakes.ConditionTooLong, id="sums"),
        pytest.param("score in {" + "1," * 290 + "1}", mistakes.ConditionTooLong, id="set"),
        pytest.param("segment = '" + "a" * 201 + "'", mistakes.ConditionTooLong, id="text"),
    ],
)
def test_a_hostile_condition_is_refused_before_it_costs_anything(text, refusal):
    with pytest.raises(refusal):
        types.understand(text, CATALOGUE)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="abd_ <>=()'\"{},.-+*£0157", max_size=60))
def test_any_text_is_understood_or_refused_with_a_sentence(text):
    try:
        types.understand(text, CATALOGUE)
    except mistakes.ConditionMistake as mistake:
        assert str(mistake)
        assert 1 <= mistake.fields["place"] <= len(text) + 1


@settings(max_examples=200, deadline=None)
@given(conditions, st.data())
def test_a_damaged_condition_is_understood_or_refused(text, data):
    place = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 5))
    damaged = (
        text[:place]
        + data.draw(st.sampled_from(["", ")", "'", " and ", "£", "--", "\x00", ";"]))
        + text[place + length :]
    )
    try:
        types.understand(damaged, CATALOGUE)
    except mistakes.ConditionMistake as mistake:
        assert str(mistake)
