"""What differs between two versions of a pack, row by row."""

from copy import deepcopy
from datetime import date

import pytest
from tests.jurisdictions.test_packs import PACK

from tallystick.jurisdictions.rules import packs
from tallystick.jurisdictions.rules.changes import Change, changes, touched_rules

BEFORE = packs.read_pack(PACK, name="xx")


def after(change):
    pack = deepcopy(PACK)
    change(pack["rules"])
    return changes(BEFORE, packs.read_pack(pack, name="xx"))


def said(found):
    return [(each.change, each.rule, each.first_day, each.until) for each in found]


def row(**fields):
    return {
        "from": date(2027, 4, 1),
        "value": {"bands": [{"amount": "8.00"}]},
        "source": "act",
        "confidence": "known",
        **fields,
    }


def test_the_same_pack_differs_in_nothing():
    assert changes(BEFORE, BEFORE) == ()


def test_a_row_that_is_added_ends_none_that_ended_before_it():
    found = after(lambda rules: rules[0]["rows"].append(row()))

    assert said(found) == [(Change.ADDED, "fee.claim", date(2027, 4, 1), None)]
    assert (found[0].was, found[0].now) == (None, {"bands": [{"amount": "8.00"}]})
    assert touched_rules(found) == {"fee.claim"}


def test_a_row_that_is_added_ends_the_one_that_stood():
    found = after(
        lambda rules: rules[0]["rows"].append(row(**{"from": date(2026, 6, 1)})) or rules[0]["rows"][1].pop("until")
    )

    assert said(found) == [
        (Change.ADDED, "fee.claim", date(2026, 6, 1), None),
        (Change.ENDED, "fee.claim", date(2026, 6, 1), date(2027, 1, 1)),
    ]


def test_a_row_that_reads_otherwise_holds_for_its_days():
    found = after(lambda rules: rules[0]["rows"][0]["value"].update(most="60.00"))

    assert said(found) == [(Change.CHANGED, "fee.claim", date(2020, 1, 1), date(2025, 1, 1))]
    assert found[0].was["most"], found[0].now["most"] == ("50.00", "60.00")


@pytest.mark.parametrize(
    "fields", [{"confidence": "verified"}, {"note": "Looked at."}, {"checked_until": date(2027, 2, 1)}]
)
def test_other_evidence_is_told_and_touches_nothing(fields):
    found = after(lambda rules: rules[0]["rows"][1].update(fields))

    assert [(each.change, each.is_evidence) for each in found] == [(Change.CHANGED, True)]
    assert touched_rules(found) == frozenset()


def test_a_bill_is_told_and_touches_nothing_until_it_is_law():
    found = after(lambda rules: rules[0]["rows"].append(row(status="bill")))

    assert [(each.change, each.status) for each in found] == [(Change.ADDED, "bill")]
    assert touched_rules(found) == frozenset()


def test_rules_come_and_go():
    found = after(lambda rules: rules[1].update(id="answer.within"))

    assert said(found) == [
        (Change.REMOVED, "answer.by", date(2020, 1, 1), None),
        (Change.ADDED, "answer.within", date(2020, 1, 1), None),
    ]
    assert {each.change for each in changes(None, BEFORE)} == {Change.ADDED}
