"""A pack is read whole or not at all, and what is wrong is said with its place and a remedy."""

from copy import deepcopy
from datetime import date

import pytest

from tallystick.jurisdictions.rules import kinds, packs, review
from tallystick.jurisdictions.rules.pack import row_or_none
from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.jurisdictions.rules.refusals import NoFigure, NotGiven

PACK = {
    "id": "xx.fees",
    "jurisdiction": "XX",
    "title": "Fees of nowhere",
    "last_review": date(2026, 1, 1),
    "review_by": date(2026, 6, 1),
    "sources": {"act": {"title": "Fees Act", "url": "https://law.example/1"}},
    "rules": [
        {
            "id": "fee.claim",
            "title": "Fee of a claim",
            "kind": "scale",
            "unit": "GBP",
            "decided_on": "the day of issue",
            "rows": [
                {
                    "from": date(2020, 1, 1),
                    "value": {"bands": [{"up_to": "100.00", "amount": "5.00"}, {"percent": "10"}], "most": "50.00"},
                    "source": "act",
                    "at": "section 2",
                    "confidence": "verified",
                },
                {
                    "from": date(2025, 1, 1),
                    "until": date(2027, 1, 1),
                    "value": {"bands": [{"amount": "7.00"}]},
                    "source": "act",
                    "confidence": "derived",
                },
            ],
            "examples": [{"day": date(2026, 1, 1), "given": {"amount": "1.00"}, "gives": {"amount": "7.00"}}],
        },
        {
            "id": "answer.by",
            "title": "Answer to a claim",
            "kind": "timetable",
            "unit": "day",
            "decided_on": "the day of service",
            "rows": [
                {
                    "from": date(2020, 1, 1),
                    "value": {
                        "calendar": "GB-EAW",
                        "asks": {"served": "day", "method": "word"},
                        "steps": [
                            {"name": "due", "from": "served", "count": 14, "by": "cal", "when": {"method": "post"}}
                        ],
                    },
                    "source": "act",
                    "confidence": "known",
                }
            ],
            "examples": [],
        },
    ],
}


class NoLaw:
    def rule(self, id):
        raise AssertionError(f"nobody should ask for {id}")

    def holidays(self, calendar):
        return frozenset()


def _changed(path, value):
    pack = deepcopy(PACK)
    place = pack
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return pack


ROW = ("rules", 0, "rows", 0)
STEP = ("rules", 1, "rows", 0, "value", "steps", 0)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        pytest.param(("title",), None, r"at the top, “title” is missing: add it", id="a field is missing"),
        pytest.param(("titel",), "x", r"“titel” is unknown: did you mean “title”", id="a field is misspelt"),
        pytest.param(("review_by",), date(2026, 1, 1), "lies before the last", id="no next review"),
        pytest.param(
            ("sources", "act", "url"), None, r"at sources › act, “url” is missing", id="a source without address"
        ),
        pytest.param(("rules", 0, "kind"), "table", "there is no kind “table”: write one of", id="a kind nobody knows"),
        pytest.param(
            ("rules", 0, "unit"),
            "pounds",
            "a scale is not of “pounds”: write one of: a currency, such as GBP",
            id="a unit that is no currency",
        ),
        pytest.param(
            ("rules", 1, "unit"), "days", "a timetable is not of “days”: write one of: day", id="a unit of none"
        ),
        pytest.param(("rules", 1, "id"), "fee.claim", "is there already", id="an id twice"),
        pytest.param((*ROW, "source"), "rumour", r"rules\[1\] \(fee.claim\) › rows\[1\] › source", id="no such source"),
        pytest.param((*ROW, "confidence"), "verifed", "did you mean “verified”", id="a confidence is misspelt"),
        pytest.param((*ROW, "from"), "2020-01-01", "without quotes", id="a day in quotes"),
        pytest.param((*ROW, "until"), date(2019, 1, 1), "ends before it begins", id="a row ends before it begins"),
        pytest.param((*ROW, "until"), date(2025, 1, 2), "does not come after", id="rows overlap"),
        pytest.param((*ROW, "from"), date(2025, 1, 1), "does not come after", id="two rows from one day"),
        pytest.param(
            (*ROW, "value", "bands", 0, "amount"), 5.0, "no exact number: write it as", id="a number that is none"
        ),
        pytest.param((*ROW, "value", "bands", 0, "below"), "9.00", "two ends", id="a band with two ends"),
        pytest.param((*ROW, "value", "bands", 1, "up_to"), "50.00", "may lie in no band", id="bands that leave a gap"),
        pytest.param((*ROW, "value", "bands", 0, "amount"), None, "says nothing", id="a band that says nothing"),
        pytest.param((*STEP, "from"), "serve", "nothing is called “serve” here", id="a step from nowhere"),
        pytest.param((*STEP, "by"), "clar", "did you mean “clear”", id="a convention is misspelt"),
        pytest.param((*STEP, "unit"), "months", "cal counts days and weeks", id="a unit that is not counted that way"),
        pytest.param((*STEP, "count"), None, "belongs to a count, and there is none", id="half a count"),
        pytest.param((*STEP, "when"), {"way": "post"}, "nothing is called “way” here", id="a condition on nothing"),
        pytest.param((*STEP, "roll"), "sideways", "write “forward” or “back”", id="a roll without direction"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_a_remedy(path, value, said):
    with pytest.raises(BadPack, match=said):
        packs.read_pack(_changed(path, value), name="xx/fees.yaml")


def test_every_rule_says_its_mistake_at_once():
    pack = _changed((*ROW, "source"), "rumour")
    pack["rules"][1]["kind"] = "table"

    with pytest.raises(BadPack) as refused:
        packs.read_pack(pack, name="xx/fees.yaml")

    assert len(refused.value.mistakes) == 2
    assert str(refused.value).startswith("xx/fees.yaml: at rules[1] (fee.claim)")


def test_a_row_holds_from_its_day_until_the_next_or_until_it_ends():
    rule = packs.read_pack(PACK, name="xx").rules[0]

    assert row_or_none(rule, date(2019, 12, 31)) is None
    assert row_or_none(rule, date(2024, 12, 31)) is rule.rows[0]
    assert row_or_none(rule, date(2025, 1, 1)) is rule.rows[1]
    assert row_or_none(rule, date(2026, 12, 31)) is rule.rows[1]
    assert row_or_none(rule, date(2027, 1, 1)) is None
    with pytest.raises(NoFigure, match=r"Fee of a claim.*2027-01-01.*from 2020-01-01 on"):
        kinds.ask(rule, {"amount": "1.00"}, day=date(2027, 1, 1), law=NoLaw())


@pytest.mark.parametrize(
    ("amount", "charge"),
    [("100.00", "5.00"), ("100.01", "10.00"), ("100.05", "10.01"), ("499.99", "50.00"), ("500.01", "50.00")],
)
def test_a_scale_charges_by_its_bands_half_up_and_no_more_than_its_most(amount, charge):
    rule = packs.read_pack(PACK, name="xx").rules[0]

    assert str(kinds.ask(rule, {"amount": amount}, day=date(2020, 1, 1), law=NoLaw())["amount"]) == charge


@pytest.mark.parametrize(
    ("rule", "given", "name"),
    [
        pytest.param(0, {}, "amount", id="no amount"),
        pytest.param(0, {"amount": "much"}, "amount", id="an amount that is none"),
        pytest.param(1, {"serve": date(2026, 1, 1)}, "serve", id="a name nobody asks for"),
        pytest.param(1, {"served": "2026-01-01"}, "served", id="a text for a day"),
    ],
)
def test_a_rule_that_is_asked_wrongly_says_what_it_takes(rule, given, name):
    with pytest.raises(NotGiven, match=f"“{name}”.*It takes"):
        kinds.ask(packs.read_pack(PACK, name="xx").rules[rule], given, day=date(2026, 1, 1), law=NoLaw())


def test_a_step_whose_condition_does_not_hold_gives_no_day():
    rule = packs.read_pack(PACK, name="xx").rules[1]

    def due(method):
        return kinds.ask(rule, {"served": date(2026, 1, 1), "method": method}, day=date(2026, 1, 1), law=NoLaw())["due"]

    assert due("post") == date(2026, 1, 15)
    assert due("hand") is None


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        pytest.param({"amount": "7.01"}, "gives amount 7.00, not 7.01", id="another amount"),
        pytest.param({"amont": "7.00"}, "answers no “amont”, only amount", id="an answer that there is not"),
    ],
)
def test_an_example_that_does_not_hold_is_named(gives, said):
    pack = packs.read_pack(_changed(("rules", 0, "examples", 0, "gives"), gives), name="xx")

    assert [failure for failure in packs.failing_examples(pack, NoLaw()) if said in failure]
    assert not list(packs.failing_examples(packs.read_pack(PACK, name="xx"), NoLaw()))


def test_what_is_not_law_is_never_applied():
    pack = packs.read_pack(_changed(("rules", 0, "rows", 1, "status"), "bill"), name="xx")

    assert row_or_none(pack.rules[0], date(2026, 1, 1)) is pack.rules[0].rows[0]
    assert [row.status for row in pack.rules[0].pending] == ["bill"]


def test_what_a_person_has_to_look_at_is_listed_with_its_reason():
    changed = _changed(("rules", 1, "rows", 0, "checked_until"), date(2026, 3, 1))
    pack = packs.read_pack(changed, name="xx")

    def concerns(today):
        return [(concern.urgency.name, concern.rule) for concern in review.concerns_of(pack, today=today)]

    assert concerns(date(2026, 3, 1)) == [("DERIVED", "fee.claim")]
    assert concerns(date(2026, 3, 2)) == [("DERIVED", "fee.claim"), ("UNCHECKED", "answer.by")]
    assert concerns(date(2026, 6, 1))[0] == ("OVERDUE", "")
    assert ("DERIVED", "fee.claim") not in concerns(date(2027, 1, 1)), "it no longer holds"
