"""A change of law is a file: one person brings it in, another puts it in force, and everything is worked out by it."""

from datetime import date
from decimal import Decimal

import pytest
from tests.builders import AT
from tests.jurisdictions.packs import bank_rate, shipped

from tallystick.jurisdictions import actions, queries
from tallystick.jurisdictions.models import PackChange
from tallystick.jurisdictions.queries import applied, packs
from tallystick.jurisdictions.rules.changes import Change
from tallystick.jurisdictions.rules.proposals import (
    NothingDiffers,
    NotProposed,
    OlderReview,
    OwnProposal,
    PackRefused,
    State,
)
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.refusals import NotFound, NotPermitted

pytestmark = pytest.mark.django_db

ANNE, BEN = (
    Actor(name, user_id=number, rights=frozenset({"keep law"})) for number, name in enumerate(("anne", "ben"), 1)
)
DAY = date(2027, 2, 1)


@pytest.fixture(autouse=True)
def packs_as_they_ship():
    yield
    packs.take_over({})
    applied._seen[0] = None


def put_in_force(text: str):
    change = actions.propose(text=text, note="the Bank decided", at=AT, by=ANNE)
    actions.apply(change_id=change.pk, at=AT, by=BEN)
    applied.refresh()
    return change


def test_a_pack_that_is_brought_in_changes_nothing_before_somebody_else_puts_it_in_force():
    before = queries.law("GB-EAW").ask("interest.late_payment", day=DAY)["percent"]
    change = actions.propose(text=bank_rate(), at=AT, by=ANNE)
    queries.refresh()
    assert queries.law("GB-EAW").ask("interest.late_payment", day=DAY)["percent"] == before

    with pytest.raises(OwnProposal):
        actions.apply(change_id=change.pk, at=AT, by=ANNE)
    actions.apply(change_id=change.pk, at=AT, by=BEN)
    queries.refresh()

    assert queries.law("GB-EAW").ask("interest.late_payment", day=DAY)["percent"] == Decimal("11.50")
    assert queries.law("GB-SCT").ask("bank_rate", day=date(2026, 12, 16))["value"] == Decimal("3.75")
    change.refresh_from_db()
    assert (change.state, change.number, change.proposed_by, change.decided_by) == (State.APPLIED, 1, "anne", "ben")


def test_a_house_of_one_person_may_put_its_own_in_force(settings):
    settings.JURISDICTIONS_SELF_APPROVAL = True
    change = actions.propose(text=bank_rate(), at=AT, by=ANNE)
    actions.apply(change_id=change.pk, at=AT, by=ANNE)
    assert PackChange.objects.get().state == State.APPLIED


def test_what_differs_is_told_before_anything_is_written():
    found = applied.difference(bank_rate())

    told = [(each.change, each.first_day, each.was, each.now) for each in found.rows if not each.is_evidence]
    assert told == [
        (Change.ADDED, date(2026, 12, 17), None, "3.50"),
        (Change.ENDED, date(2026, 12, 17), "3.75", None),
    ]
    assert found.rules == {"bank_rate"}
    assert found.reaches == ("GB", "GB-EAW", "GB-NIR", "GB-SCT")
    assert not PackChange.objects.exists()


def test_what_was_worked_out_as_an_example_is_worked_out_anew():
    text = shipped("gb-eaw", "limitation.yaml", reviewed="2026-12-01")
    shorter = text.replace("count: 6\n              unit: years", "count: 5\n              unit: years").replace(
        "count: 6, unit: years", "count: 5, unit: years"
    )
    with pytest.raises(PackRefused, match="gives last_day_to_issue"):
        applied.difference(shorter)

    # Its own examples have to be right; what the pack in force shows as examples is asked of it all the same.
    lines = shorter.splitlines()
    start = next(number for number, line in enumerate(lines) if "id: limitation.simple_contract" in line)
    examples = next(number for number in range(start, len(lines)) if lines[number].strip() == "examples:")
    end = next(number for number in range(examples, len(lines)) if not lines[number].strip())
    lines[examples + 1 : end] = [
        "      - {day: 2020-02-29, given: {accrual_or_breach: 2020-02-29}, gives: {last_day_to_issue: 2025-02-28}}"
    ]
    found = applied.difference("\n".join(lines))

    answer = next(each for each in found.answers if each.name == "last_day_to_issue")
    assert (answer.given["day"], answer.was, answer.now) == (date(2020, 2, 29), date(2026, 2, 28), date(2025, 2, 28))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("x: [", "put texts with a colon", id="no YAML"),
        pytest.param(bank_rate(day="2026-02-30"), "a day that there is not", id="no such day"),
        pytest.param("? [a, b]\n: c\n", "fields without a name", id="a list for a name"),
        pytest.param(
            bank_rate().replace("id: gb.late-payment", "id: 5"), "not a text: write one", id="a number for its id"
        ),
        pytest.param(
            bank_rate().replace('given: {amount: "999.99"}', "given: {amount: [1]}"),
            "amount",
            id="an example nobody can ask",
        ),
        pytest.param("id: gb-eaw.calendar\nvalues: []", "it is a calendar", id="a calendar"),
        pytest.param("title: x", "is missing: add it", id="no pack"),
        pytest.param(
            bank_rate().replace("jurisdiction: GB", "jurisdiction: XX"), "no jurisdiction “XX”; there are", id="place"
        ),
        pytest.param(
            bank_rate().replace("rule: bank_rate", "rule: bank_rat"),
            "no rule is called “bank_rat”",
            id="an index nobody has",
        ),
        pytest.param(
            bank_rate().replace("calendar: GB-EAW", "calendar: GB-EAV"),
            "no calendar “GB-EAV”; there are",
            id="a calendar nobody has",
        ),
        pytest.param(
            bank_rate().replace('value: "3.50"', "value: 3.50"), "no exact number", id="a number that is none"
        ),
        pytest.param("x" * 1_000_001, "more than 1000000 characters", id="too long"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_with_its_place_and_a_remedy(text, said):
    with pytest.raises(PackRefused, match=said):
        actions.propose(text=text, at=AT, by=ANNE)


def test_a_rule_that_another_pack_of_the_place_has_is_refused():
    text = bank_rate().replace("id: gb.late-payment", "id: gb.mine")

    with pytest.raises(PackRefused, match=r"“bank_rate” is a rule of the pack gb\.late-payment"):
        actions.propose(text=text, at=AT, by=ANNE)


def test_what_says_nothing_new_or_was_looked_at_earlier_is_refused():
    with pytest.raises(NothingDiffers):
        actions.propose(text=shipped("gb", "late-payment.yaml", reviewed="2026-11-22"), at=AT, by=ANNE)
    with pytest.raises(OlderReview):
        actions.propose(text=bank_rate(reviewed="2026-01-01"), at=AT, by=ANNE)


def test_a_pack_is_decided_once_and_a_rival_is_judged_by_what_came_into_force():
    change, same = (actions.propose(text=bank_rate(), at=AT, by=ANNE) for _ in range(2))
    rest = actions.propose(text=bank_rate("3.25"), at=AT, by=ANNE)
    actions.apply(change_id=change.pk, at=AT, by=BEN)
    with pytest.raises(NotProposed):
        actions.apply(change_id=change.pk, at=AT, by=BEN)
    with pytest.raises(NothingDiffers):
        actions.apply(change_id=same.pk, at=AT, by=BEN)
    actions.withdraw(change_id=rest.pk, at=AT, by=ANNE)
    with pytest.raises(NotProposed):
        actions.withdraw(change_id=rest.pk, at=AT, by=ANNE)
    assert [each.state for each in applied.pack_changes()] == [State.WITHDRAWN, State.PROPOSED, State.APPLIED]


def test_what_ships_and_was_reviewed_later_goes_first():
    put_in_force(bank_rate())
    law = queries.law("GB-EAW")
    assert law.ask("bank_rate", day=DAY)["value"] == Decimal("3.50")

    packs.take_over({"gb.late-payment": applied.read(bank_rate(reviewed="2026-11-21"))})

    assert queries.law("GB-EAW").ask("bank_rate", day=DAY)["value"] == Decimal("3.75")


def test_what_is_taken_back_with_its_transaction_is_not_law():
    put_in_force(bank_rate())
    PackChange.objects.all().delete()
    queries.refresh()

    assert queries.law("GB-EAW").ask("bank_rate", day=DAY)["value"] == Decimal("3.75")


def test_only_who_may_keeps_the_law():
    nobody = Actor("carl", user_id=3)
    for act in (
        lambda: actions.propose(text=bank_rate(), at=AT, by=nobody),
        lambda: actions.apply(change_id=1, at=AT, by=nobody),
        lambda: actions.withdraw(change_id=1, at=AT, by=nobody),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(NotFound):
        actions.apply(change_id=1, at=AT, by=system("test"))
