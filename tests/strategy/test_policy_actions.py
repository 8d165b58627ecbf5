"""Policies kept, published and spoken of: what they mean for accounts, for strategies, for evidence, and for scores."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.kernel import sql
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Paper, Version
from tallystick.strategy.queries import catalogue, life, policies, versions, why
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.policies.lifecycle import (
    PolicyCycle,
    PolicyInUse,
)
from tallystick.strategy.rules.reading import DocumentMistaken

pytestmark = pytest.mark.django_db

GROUPS = """
kind: segments
name: groups
title: Groups
segments:
  - {id: late, title: Late, when: days_past_due > 30}
  - {id: small, when: balance < £50}
otherwise: {id: usual}
"""
RISK = """
kind: scorecard
name: risk
title: Risk
components:
  - id: age
    title: Age of the debt
    of: days_past_due
    weight: 2
    bands: {below 10: 30, 10 to 31: 20, 31 and above: 0, unknown: 5}
  - id: owed
    title: What is owed
    of: balance
    bands:
      below £100: 10
      £100 and above: 4
      unknown: 1
"""
CHOICE = """
kind: table
name: choice
title: Choice
gives: text
columns: {group: segment.groups, risk: score.risk}
rows:
  - {group: late, then: call}
  - {risk: over 50, then: wait}
otherwise: write
"""
STRATEGY = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: call
        title: Call
        when: table.choice = "call" and score.risk < 10
        do: [note: called]
      - id: write
        title: Write
        when: segment.groups in {"usual", "small"}
        do: [note: written]
"""


def publish(*documents, day=DAY):
    """Publish policies, one after the other."""
    return [strategies.publish_policy(document, day=day) for document in documents]


def account(amount, days, **terms):
    """Open an account that has owed an amount for some days."""
    made = builders.account(**terms)
    builders.invoice(made, amount, due_on=DAY - timedelta(days=days))
    strategies.refresh(made.pk)
    return made


def value(word, account):
    """Give the value of a word for an account."""
    expression = catalogue.expression(catalogue.words()[word], DAY)
    return sql.value(f"SELECT {expression} FROM strategy_book AS book WHERE account_id = %s", [account.pk])  # noqa: S608


def test_a_document_becomes_a_draft_then_a_word_then_the_past():
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=BY)
    assert drafted == actions.draft(document=GROUPS, at=at(DAY), by=BY)
    assert not catalogue.words()

    actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)
    assert catalogue.words()["segment.groups"].choices == ("late", "small", "usual")

    [second] = publish(GROUPS.replace("title: Groups", "title: Other groups"))
    assert [(each.number, each.state) for each in versions.versions_of(second.paper)] == [
        (2, "published"),
        (1, "retired"),
    ]
    assert catalogue.words()["segment.groups"].version == 2
    assert Paper.objects.get().title == "Other groups"
    with pytest.raises(lifecycle.NotADraft):
        actions.publish(version_id=second.pk, at=at(DAY), by=BY)


def test_whoever_may_not_publish_strategies_may_not_write_policies():
    reader = builders.actor(builders.user(), "see strategies")

    with pytest.raises(NotPermitted):
        actions.draft(document=GROUPS, at=at(DAY), by=reader)
    assert not Version.objects.exists()
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=BY)
    with pytest.raises(NotPermitted):
        actions.publish(version_id=drafted.pk, at=at(DAY), by=reader)
    with pytest.raises(NotPermitted):
        actions.keep_scores(day=DAY, at=at(DAY), by=reader)
    assert Version.objects.get().state == "draft"


# -------------------------------------------------------------------------------------------------- by a second person

WRITES, APPROVES = "publish strategies", "approve strategies"


def person(name, *rights):
    return builders.actor(builders.user(name), *(rights or (WRITES, APPROVES)))


def test_a_policy_that_a_person_wrote_needs_another_person():
    ann, bob = person("ann"), person("bob")
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=ann)

    for by in (ann, BY):
        with pytest.raises(lifecycle.NotApproved):
            actions.publish(version_id=drafted.pk, at=at(DAY), by=by)
    with pytest.raises(lifecycle.OwnWork):
        actions.approve(version_id=drafted.pk, at=at(DAY), by=ann)
    assert not catalogue.words()

    act = actions.approve(version_id=drafted.pk, comment=" Fits. ", at=at(DAY), by=bob)
    actions.publish(version_id=drafted.pk, at=at(DAY), by=ann)

    assert (act.by_id, act.comment, act.details["is_own"]) == (bob.user_id, "Fits.", False)
    assert list(catalogue.words()) == ["segment.groups"]
    assert [each.kind for each in life.acts(drafted)] == ["published", "approved", "drafted"]
    with pytest.raises(lifecycle.NotToApprove):
        actions.approve(version_id=drafted.pk, at=at(DAY), by=bob)


def test_a_house_of_one_person_approves_its_own_policy_and_says_so(settings):
    settings.STRATEGY_SELF_APPROVAL = True
    ann = person("ann")
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=ann)

    act = actions.approve(version_id=drafted.pk, at=at(DAY), by=ann)

    assert act.details["is_own"] is True
    assert actions.publish(version_id=drafted.pk, at=at(DAY), by=ann).state == "published"


def test_who_may_not_approve_strategies_approves_no_policy_and_sends_none_back():
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=person("ann"))
    writer = person("carl", WRITES)

    with pytest.raises(NotPermitted):
        actions.approve(version_id=drafted.pk, at=at(DAY), by=writer)
    with pytest.raises(NotPermitted):
        actions.send_back(version_id=drafted.pk, reason="No.", at=at(DAY), by=writer)
    assert Version.objects.get().state == "draft"


def test_what_was_sent_back_is_not_published_even_where_it_was_approved():
    bob = person("bob")
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=person("ann"))
    actions.approve(version_id=drafted.pk, at=at(DAY), by=bob)

    with pytest.raises(lifecycle.ReasonMissing):
        actions.send_back(version_id=drafted.pk, reason=" ", at=at(DAY), by=bob)
    actions.send_back(version_id=drafted.pk, reason="Too soon.", at=at(DAY), by=bob)

    with pytest.raises(lifecycle.NotApproved):
        actions.publish(version_id=drafted.pk, at=at(DAY), by=bob)
    with pytest.raises(lifecycle.NotToSendBack):
        actions.send_back(version_id=drafted.pk, reason="Again.", at=at(DAY), by=bob)
    assert not catalogue.words()
    assert life.acts(drafted)[0].comment == "Too soon."


def test_a_policy_changed_behind_its_approval_is_not_published_and_a_check_finds_one_that_was():
    drafted = actions.draft(document=GROUPS, at=at(DAY), by=person("ann"))
    actions.approve(version_id=drafted.pk, at=at(DAY), by=person("bob"))
    Version.objects.filter(pk=drafted.pk).update(document=GROUPS.replace("> 30", "> 3"))

    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)

    Version.objects.filter(pk=drafted.pk).update(document=GROUPS)
    actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)
    assert unapproved() == []
    Version.objects.filter(pk=drafted.pk).update(document=GROUPS.replace("> 30", "> 3"))
    assert unapproved() == ["Groups 1 was published, and is not what was approved"]


def unapproved():
    text = sql.load("tallystick.strategy", "invariants.sql", "unapproved")
    return [row["what"] for row in sql.rows(text)]


@pytest.mark.parametrize(
    ("amount", "days", "currency", "group", "score", "choice"),
    [
        # 2 x 30 for up to 9 days, 10 below £100
        pytest.param("40.00", 9, "GBP", "small", 70, "wait", id="small and fresh"),
        # 2 x 20 from day 10, 4 from £100
        pytest.param("100.00", 10, "GBP", "usual", 44, "write", id="usual"),
        # 31 days: 2 x 0; late before all else
        pytest.param("49.99", 31, "GBP", "late", 10, "call", id="late"),
        pytest.param("100.00", 31, "GBP", "late", 4, "call", id="late and large"),
        # euros are unknown to a band in pounds
        pytest.param("40.00", 9, "EUR", "usual", 61, "wait", id="another currency"),
    ],
)
def test_what_the_words_say_of_an_account(amount, days, currency, group, score, choice):
    publish(GROUPS, RISK, CHOICE)
    made = account(amount, days, currency=currency)

    assert [value(word, made) for word in ("segment.groups", "score.risk", "table.choice")] == [group, score, choice]


def test_an_account_that_owes_nothing_has_a_segment_and_a_score():
    publish(GROUPS, RISK)
    made = builders.account()
    strategies.refresh(made.pk)

    # nothing is past due: unknown, 2 x 5; a balance of nothing is below £100: 10
    assert (value("segment.groups", made), value("score.risk", made)) == ("small", 20)


# ------------------------------------------------------------------------------------------- what may stand beside what


def test_a_circle_is_refused_when_it_is_written_and_when_it_is_published():
    publish(GROUPS, RISK, CHOICE)
    circular = GROUPS.replace("balance < £50", 'table.choice = "wait"')
    with pytest.raises(PolicyCycle, match=r"segment\.groups → table\.choice → segment\.groups"):
        actions.draft(document=circular, at=at(DAY), by=BY)

    straight = CHOICE.replace("group: segment.groups", "group: parties.kind").replace("group: late", "group: person")
    drafted = actions.draft(document=straight, at=at(DAY), by=BY)
    actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)
    waiting = actions.draft(document=circular, at=at(DAY), by=BY)
    publish(CHOICE.replace("title: Choice", "title: As before"))
    with pytest.raises(PolicyCycle):
        actions.publish(version_id=waiting.pk, at=at(DAY), by=BY)
    assert catalogue.words()["segment.groups"].version == 1


def test_a_policy_keeps_its_kind_and_its_type():
    publish(GROUPS, RISK, CHOICE)

    with pytest.raises(lifecycle.KindDiffers):
        actions.draft(document=RISK.replace("name: risk", "name: groups"), at=at(DAY), by=BY)
    with pytest.raises(lifecycle.NameDiffers):
        actions.draft(document=RISK, of=versions.get_policy("groups"), at=at(DAY), by=BY)
    numbers = (
        CHOICE.replace("gives: text", "gives: number").replace("call", "1").replace("wait", "2").replace("write", "3")
    )
    drafted = actions.draft(document=numbers, at=at(DAY), by=BY)
    with pytest.raises(lifecycle.KindDiffers):
        actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)


def test_a_value_that_a_strategy_or_a_policy_speaks_of_cannot_be_taken_away():
    publish(GROUPS, RISK, CHOICE)
    without_late = GROUPS.replace("id: late, title: Late", "id: old")
    drafted = actions.draft(document=without_late, at=at(DAY), by=BY)
    with pytest.raises(PolicyInUse, match=r"“Choice” speaks of this policy.*“late” is never a value here"):
        actions.publish(version_id=drafted.pk, at=at(DAY), by=BY)

    strategies.publish(STRATEGY)
    without_small = actions.draft(document=GROUPS.replace("id: small", "id: tiny"), at=at(DAY), by=BY)
    with pytest.raises(
        PolicyInUse, match=r"“Test 1” speaks of this policy.*“small” is never a value of “segment.groups”"
    ):
        actions.publish(version_id=without_small.pk, at=at(DAY), by=BY)
    assert catalogue.words()["segment.groups"].version == 1

    # Once nothing speaks of it any more it may go, and what was decided by it can still be read.
    strategies.publish(STRATEGY.replace('{"usual", "small"}', '{"usual"}'))
    actions.publish(version_id=without_small.pk, at=at(DAY), by=BY)
    assert "small" not in catalogue.words()["segment.groups"].choices
    versions.program_of.cache_clear()
    assert versions.program_of(versions.get_version(versions.get_strategy("test").versions.get(number=1).pk).document)


def test_a_draft_of_a_strategy_is_read_afresh_when_it_is_published():
    publish(GROUPS, RISK, CHOICE)
    kept = actions.draft(document=STRATEGY, at=at(DAY), by=BY)
    publish(GROUPS.replace("id: small", "id: tiny"))

    with pytest.raises(DocumentMistaken, match=r"“small” is never a value"):
        actions.publish(version_id=kept.pk, at=at(DAY), by=BY)
    assert versions.get_version(kept.pk).state == "draft"


def test_what_stands_on_a_policy_is_named():
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)

    users = {
        name: [str(user) for user in policies.users_of(versions.get_policy(name))] for name in ("groups", "choice")
    }

    assert users == {"groups": ["Choice 1", "Test 1"], "choice": ["Test 1"]}


# ------------------------------------------------------------------------------------------------ strategies and evidence


def test_a_published_change_decides_from_the_next_run_and_evidence_keeps_value_and_version():
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    made = account("60.00", 20)
    strategies.run(DAY)
    assert strategies.happened(made.pk) == []

    publish(GROUPS.replace("days_past_due > 30", "days_past_due > 15"), RISK.replace("10 to 31: 20", "10 to 31: -1"))
    strategies.run(DAY + timedelta(days=1))

    assert strategies.happened(made.pk) == [(DAY + timedelta(days=1), "Call")]
    assert Decision.objects.get().facts == {
        "table.choice": "call",
        "table.choice version": 1,
        "policies beneath": {"segment.groups": 2},
        "score.risk": 8,
        "score.risk version": 2,
    }
    [past] = why.history(made.pk)
    assert past.said_values == "choice: “call” (version 1), risk: 8 points (version 2)"


@pytest.mark.usefixtures("calendar")
def test_why_shows_what_a_score_is_made_of():
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    made = account("60.00", 40)

    [step, *_others] = why.why(made.pk, day=DAY).steps

    assert step.stopped_by.said_values == "risk: 10 points (Age of the debt 0, What is owed 10)"
    out = StringIO()
    call_command("why", str(made.pk), on=DAY, stdout=out)
    assert "Age of the debt 0, What is owed 10" in out.getvalue()
