"""A pack is read whole or not at all."""

from copy import deepcopy
from datetime import date

import pytest

from tallystick.jurisdictions.rules import calendar as rules
from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.jurisdictions.rules.sources import Confidence

PACK = {
    "id": "xx.calendar",
    "jurisdiction": "XX",
    "title": "Holidays of nowhere",
    "unit": "day",
    "effective_from": date(2026, 1, 1),
    "effective_until": date(2028, 1, 1),
    "last_review": date(2026, 1, 1),
    "review_by": date(2026, 6, 1),
    "sources": {"act": {"title": "Holidays Act", "url": "https://law.example/1"}},
    "values": [
        {"day": date(2026, 1, 1), "name": "New Year’s Day", "source": "act", "confidence": "verified"},
        {"day": date(2027, 1, 1), "name": "New Year’s Day", "source": "act", "confidence": "derived"},
    ],
    "examples": [{"year": 2026, "days": [date(2026, 1, 1)]}],
}


def test_a_pack_becomes_a_calendar_whose_days_name_their_source():
    calendar = rules.read_calendar(PACK, name="xx")

    assert calendar.days == {date(2026, 1, 1), date(2027, 1, 1)}
    assert calendar.holidays[0].source.title == "Holidays Act"
    assert calendar.holidays[1].confidence is Confidence.DERIVED


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        pytest.param({"unit": "hour"}, "unit day", id="another unit"),
        pytest.param({"title": 7}, "“title” is a int", id="a field of another type"),
        pytest.param({"colour": "blue"}, "“colour” is unknown", id="a field too many"),
        pytest.param({"effective_until": date(2026, 1, 1)}, "ends before it begins", id="no range"),
        pytest.param({"effective_until": date(2027, 1, 1)}, "outside the days", id="a holiday on the exclusive end"),
        pytest.param({"review_by": date(2026, 1, 1)}, "before the last", id="no next review"),
        pytest.param({"sources": {"act": {"title": "Act"}}}, "needs a title and a url", id="a source without address"),
        pytest.param({"examples": [{"year": 2026, "days": []}]}, "example of 2026", id="an example that fails"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_by_name(change, mistake):
    with pytest.raises(BadPack, match=mistake):
        rules.read_calendar({**PACK, **change}, name="xx")


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        pytest.param({"day": date(2026, 1, 3)}, "is a weekend", id="a Saturday"),
        pytest.param({"day": date(2027, 1, 1)}, "does not come after", id="a day twice"),
        pytest.param({"day": "1 January"}, "is no day", id="a text for a day"),
        pytest.param({"source": "hearsay"}, "unknown source", id="a source that is not listed"),
        pytest.param({"confidence": "sure"}, "unknown confidence", id="a word of its own for confidence"),
        pytest.param({"why": "because"}, "and nothing else", id="a field too many"),
    ],
)
def test_a_value_with_a_mistake_is_refused_by_name(change, mistake):
    pack = deepcopy(PACK)
    pack["values"][0].update(change)

    with pytest.raises(BadPack, match=mistake):
        rules.read_calendar(pack, name="xx")


def test_every_mistake_is_listed_at_once():
    pack = {**PACK, "unit": "hour", "review_by": date(2020, 1, 1)}

    with pytest.raises(BadPack) as refused:
        rules.read_calendar(pack, name="xx")

    assert len(refused.value.mistakes) == 2


@pytest.mark.parametrize(
    ("today", "due"),
    [
        pytest.param(date(2026, 5, 31), False, id="the day before the review"),
        pytest.param(date(2026, 6, 1), True, id="the day of the review"),
    ],
)
def test_a_review_is_due_on_its_day(today, due):
    assert rules.is_review_due(rules.read_calendar(PACK, name="xx"), today=today) is due


def test_a_review_is_due_a_year_before_the_days_run_out():
    calendar = rules.read_calendar({**PACK, "review_by": date(2099, 1, 1)}, name="xx")

    assert not rules.is_review_due(calendar, today=date(2026, 12, 31))
    assert rules.is_review_due(calendar, today=date(2027, 1, 1))
