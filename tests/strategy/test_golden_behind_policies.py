"""Golden accounts behind policies: a policy is not published that would have a strategy treat one otherwise than expected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_policy_actions import CHOICE, GROUPS, RISK, account, publish
from tests.strategy.test_policy_actions import STRATEGY as WAITING

from tallystick.strategy import actions
from tallystick.strategy.models import Decision, GoldenAccepted, GoldenAccount, Version
from tallystick.strategy.queries import golden, life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.golden import GoldenOfStrategyDiffers
from tallystick.strategy.rules.lifecycle import PlanKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "unrehearsed")]

AT = at(DAY)
#: Who is not called is written to.
STRATEGY = WAITING.replace("      - id: write", "        otherwise: skip\n      - id: write")
#: By this, an account that is 40 days late is not late any more.
SLOWER = GROUPS.replace("> 30", "> 90")
#: By this, its risk is no longer low enough to call.
MILDER = RISK.replace("31 and above: 0", "31 and above: 100")
#: By this, something else is called late, and nothing is done otherwise.
SMALLER = GROUPS.replace("< £50", "< £40")
HOUR = timedelta(hours=1)


@pytest.fixture
def kept():
    """Keep an account of £160, 40 days late, which is called: its strategy reads a table over segments and a score."""
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    return _keep()


def _keep() -> GoldenAccount:
    made = account("160.00", 40)
    return actions.keep_golden(account_id=made.pk, title="Late", day=DAY, at=AT, by=BY)


def _draft(document: str, *, by=BY) -> Version:
    return actions.draft(document=document, at=AT, by=by)


def _refused(version: Version) -> GoldenOfStrategyDiffers:
    with pytest.raises(GoldenOfStrategyDiffers) as refused:
        actions.approve(version_id=version.pk, at=AT, by=BY)
    return refused.value


def _strategy() -> Version:
    return versions.published_version(versions.get_strategy("test"))


def _happens(version: Version) -> list[tuple[str, ...]]:
    return [case.expected.happens for case in golden.cases(version)]


def _accept(version: Version, number: int, *, reason: str = "They pay anyway", by=BY) -> GoldenAccepted:
    return actions.accept_golden_of_strategy(version_id=version.pk, number=number, reason=reason, at=AT, by=by)


@pytest.mark.parametrize(
    ("document", "moved"),
    [
        pytest.param(SLOWER, "segment groups: late → usual.", id="segments, through a table"),
        pytest.param(MILDER, "score risk: 4 → 204.", id="a score"),
        pytest.param(
            CHOICE.replace("group: late, then", "group: small, then"),
            "table choice: call → write.",
            id="the table itself",
        ),
    ],
)
def test_a_policy_is_not_approved_that_has_a_strategy_treat_a_golden_account_otherwise(kept, document, moved):
    version = _draft(document)

    refusal = _refused(version)

    assert refusal.fields["title"] == "Late"
    assert refusal.fields["strategy"] == "Test 1"
    assert "step “Call”" in refusal.fields["expected"]
    assert "step skipped “Call”" in refusal.fields["found"]
    assert moved in refusal.fields["why"]
    assert "step “Call” waits until" in refusal.fields["why"]


def test_what_a_policy_changes_without_a_difference_to_anybody_is_published(kept):
    version = publish(SMALLER)[0]

    assert version.state == lifecycle.State.PUBLISHED
    assert _happens(_strategy()) == [("step waiting.call",)]


def test_a_policy_no_strategy_reads_is_judged_by_none(kept):
    other = publish(SLOWER.replace("name: groups", "name: others"))[0]
    draft = _draft(other.document.replace("> 90", "> 1"))

    assert actions.judge_policy(draft, at=AT) == []
    actions.approve(version_id=draft.pk, at=AT, by=BY)


def test_it_is_judged_again_when_it_is_planned_and_when_it_is_published():
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    version = _draft(SLOWER)
    actions.approve(version_id=version.pk, at=AT, by=BY)
    _keep()

    with pytest.raises(GoldenOfStrategyDiffers):
        actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)
    with pytest.raises(GoldenOfStrategyDiffers):
        actions.publish(version_id=version.pk, at=AT, by=BY)
    assert versions.published_version(version.paper).number == 1


def test_a_plan_is_stopped_when_its_instant_has_come():
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    version = _draft(SLOWER)
    actions.approve(version_id=version.pk, at=AT, by=BY)
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)
    _keep()

    actions.keep_plans(at=AT + HOUR, by=BY)

    assert "Golden account “Late” of “Test 1”" in life.plans(version)[0].stopped_by


def test_judging_leaves_nothing_behind(kept):
    rows = strategies.sql.value("SELECT count(*) FROM strategy_book")

    [behind] = actions.judge_policy(_draft(SLOWER), at=AT)

    assert behind.is_changed
    assert not Decision.objects.exists()
    assert strategies.sql.value("SELECT count(*) FROM strategy_book") == rows


def test_two_versions_are_judged_each_by_its_own_words_whatever_was_judged_before(kept):
    """The text of a word is kept by its document; the facts that a case pins are not in it."""
    changed = [actions.judge_policy(_draft(each), at=AT)[0].is_changed for each in (SLOWER, SMALLER, MILDER, SLOWER)]

    assert changed == [True, False, True, True]


# ------------------------------------------------------------------------------------------- what a case says of a word


WRITTEN = """
- name: said
  title: Said to be late
  day: 2026-03-02
  state: waiting
  step: call
  entered: 2026-02-20
  waits_until: 2026-02-20
  facts: {facts}
  happens: [step waiting.call]
  orders: [note]
"""


def _written(facts: str) -> None:
    publish(GROUPS, RISK, CHOICE)
    version = actions.draft(document=STRATEGY, at=AT, by=BY)
    case = WRITTEN.replace("{facts}", facts)
    actions.write_golden(version_id=version.pk, document=case, reason="", at=AT, by=BY)
    actions.publish(version_id=version.pk, at=AT, by=BY)


@pytest.mark.parametrize(
    ("facts", "is_changed", "is_alone"),
    [
        pytest.param("{days_past_due: 40, balance: £160}", True, False, id="no word is stated, all follow"),
        pytest.param("{table.choice: call, score.risk: 4}", False, False, id="a word, and nothing it is made of"),
        pytest.param(
            "{segment.groups: late, table.choice: call, score.risk: 4, days_past_due: 40}",
            True,
            False,
            id="a word, as some of its facts have it",
        ),
        pytest.param(
            "{segment.groups: late, days_past_due: 3, score.risk: 4}", False, True, id="a word, against its facts"
        ),
        pytest.param(
            "{segment.groups: late, days_past_due: 40, balance: £160, table.choice: call, score.risk: 4}",
            True,
            False,
            id="a word, and all that it is made of",
        ),
    ],
)
def test_a_word_follows_from_the_facts_of_a_case_unless_it_stands_alone(facts, is_changed, is_alone):
    _written(facts)

    [behind] = actions.judge_policy(_draft(SLOWER), at=AT)

    assert (behind.is_changed, behind.states_word) == (is_changed, is_alone)


def test_a_word_of_the_place_follows_the_account_from_one_thing_to_the_next():
    """An account that has just left its state has been in the next for no day: its segment is asked anew, as every night does."""
    publish(GROUPS.replace("days_past_due > 30", "strategy.days_in_state > 5"))
    document = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave:
      - when: segment.groups = "late"
        go: called
  called:
    steps:
      - id: call
        title: Call
        when: segment.groups != "late"
        do: [note: called]
"""
    version = actions.draft(document=document, at=AT, by=BY)
    case = WRITTEN.replace("{facts}", "{balance: £160}").replace("  step: call\n", "")
    case = case.replace("[step waiting.call]", "[leave waiting for called, step called.call]")
    actions.write_golden(version_id=version.pk, document=case, reason="", at=AT, by=BY)

    [judged] = actions.judge(version, at=AT)

    assert judged.holds, (judged.found, judged.why)


def test_a_strategy_is_judged_by_the_policies_that_are_published(kept):
    version = _draft(SLOWER)
    _accept(version, kept.pk)
    actions.publish(version_id=version.pk, at=AT, by=BY)

    [judged] = actions.judge(_draft(STRATEGY.replace("title: Test", "title: Tested")), at=AT)

    assert judged.holds
    assert judged.words["segment.groups"] == "usual"
    assert "step waiting.write" in judged.found.happens


def test_what_looks_back_through_a_policy_is_kept_with_an_account():
    looks = GROUPS.replace("balance < £50", '"count(promises.broken, 90 days) >= 1"')
    publish(looks)
    strategies.publish(STRATEGY.replace('table.choice = "call" and score.risk < 10', 'segment.groups = "late"'))
    made = account("160.00", 40)

    row = actions.keep_golden(account_id=made.pk, title="Late", day=DAY, at=AT, by=BY)

    assert row.facts["count(promises.broken, 90 days)"] == "0"


# --------------------------------------------------------------------------------------------------------- it is meant
