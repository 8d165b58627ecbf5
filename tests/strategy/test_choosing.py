"""A condition as rows: what rows can say is read and written again as the same condition; everything else stays a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.strategy.examples import CATALOGUE, conditions

from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import reading, types
from tallystick.strategy.rules.editing import choosing
from tallystick.strategy.rules.editing.choosing import Row, Rows, Sign
from tallystick.strategy.rules.program import Program


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("", Rows(), id="nothing"),
        pytest.param("on_hold", Rows((Row("on_hold", Sign.IS_SO),)), id="so"),
        pytest.param(
            "days_past_due >= 7 and not on_hold",
            Rows((Row("days_past_due", Sign.LEAST, ("7",)), Row("on_hold", Sign.IS_NOT_SO))),
            id="and",
        ),
        pytest.param(
            "balance > £1,500.50 or balance = 0",
            Rows((Row("balance", Sign.MORE, ("1500.50",), "GBP"), Row("balance", Sign.EQUAL, ("0",))), is_any=True),
            id="money",
        ),
        pytest.param('stage = "early"', Rows((Row("stage", Sign.ONE_OF, ("early",)),)), id="one choice"),
        pytest.param(
            "stage not in {'early', 'late'}", Rows((Row("stage", Sign.NONE_OF, ("early", "late")),)), id="choices"
        ),
        pytest.param(
            'currency in {"EUR", "GBP"}', Rows((Row("currency", Sign.ONE_OF, ("EUR", "GBP")),)), id="typed choices"
        ),
        pytest.param(
            "oldest_due_on < today - 30 days", Rows((Row("oldest_due_on", Sign.LONGER_AGO, ("30",)),)), id="ago"
        ),
        pytest.param("oldest_due_on is unknown", Rows((Row("oldest_due_on", Sign.UNKNOWN),)), id="unknown"),
        pytest.param(
            "count(promises.kept, 90 days) >= 2",
            Rows((Row("count(promises.kept, 90 days)", Sign.LEAST, ("2",)),)),
            id="look back",
        ),
    ],
)
def test_rows_say_what_the_condition_says(text, rows):
    found = choosing.rows_of(text, CATALOGUE)

    assert found == rows
    if text:
        again = choosing.text_of(rows, CATALOGUE)
        assert types.understand(again, CATALOGUE) == types.understand(text, CATALOGUE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("days_past_due >= 7 and (on_hold or balance > £5)", id="nested"),
        pytest.param("balance - overdue > £5", id="calculated"),
        pytest.param("days_past_deu > 3", id="mistaken"),
        pytest.param("not (on_hold and balance > £5)", id="the opposite of two"),
    ],
)
def test_what_rows_cannot_say_stays_a_text(text):
    assert choosing.rows_of(text, CATALOGUE) is None


def test_a_row_that_is_not_finished_is_left_out():
    rows = Rows(
        (Row("balance", Sign.MORE), Row("nothing", Sign.MORE, ("1",)), Row("on_hold", Sign.IS_SO), Row("stage"))
    )

    assert choosing.text_of(rows, CATALOGUE) == "on_hold"


@settings(max_examples=150, deadline=None)
@given(conditions)
def test_whatever_becomes_rows_comes_back_the_same(text):
    rows = choosing.rows_of(text, CATALOGUE)
    if rows is None:
        return

    again = choosing.text_of(rows, CATALOGUE)

    assert choosing.rows_of(again, CATALOGUE) == rows


@pytest.mark.parametrize("name", versions.shipped_names())
def test_the_conditions_of_shipped_documents_come_back_the_same(name):
    words = catalogue.rooms_catalogue()
    program = Program.of(reading.read(versions.shipped(name), catalogue.rooms_vocabulary()))
    texts = {effect.condition.text for effect in program.effects if effect.condition}
    found = {text: choosing.rows_of(text, words) for text in texts}

    assert any(found.values())
    for text, rows in found.items():
        if rows is not None:
            assert types.understand(choosing.text_of(rows, words), words) == types.understand(text, words), text
