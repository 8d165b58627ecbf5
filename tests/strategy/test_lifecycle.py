"""The life of a version: written by one person, approved by another, published now or later, and rolled back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy.builders import BY, DAY, at

from tallystick.access import actions as access_actions
from tallystick.access.models import User
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Template
from tallystick.contact.rules.words import TemplateState
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Act, Plan, Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed")]

STEPS = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: write
        do: [note: first]
      - id: rest
        after: 3 days
        do: [note: second]
"""
HOUR = timedelta(hours=1)
AT = at(DAY)
WRITES, APPROVES = "publish strategies", "approve strategies"


@pytest.fixture
def writer():
    return builders.actor(builders.user("writer"), WRITES, APPROVES)


@pytest.fixture
def second():
    return builders.actor(builders.user("second"), WRITES, APPROVES)


def _draft(by, document=STEPS) -> Version:
    return actions.draft(document=document, at=AT, by=by)


def _approved(writer, second, document=STEPS) -> Version:
    version = _draft(writer, document)
    actions.approve(version_id=version.pk, at=AT, by=second)
    return version


def _published(writer, second, document=STEPS, moment=AT) -> Version:
    version = _approved(writer, second, document)
    return actions.publish(version_id=version.pk, at=moment, by=writer)


def _acts(version: Version) -> list[tuple[str, str]]:
    return [(act.kind, act.by) for act in Act.objects.filter(version=version).order_by("pk")]


def _state(version: Version) -> str:
    return Version.objects.get(pk=version.pk).state


# ------------------------------------------------------------------------------------------------------------- approval


def test_a_version_lives_from_draft_to_publication(writer, second):
    version = _draft(writer)
    looked_at = actions.rehearse(version_id=version.pk, today=DAY, at=AT, by=writer)
    actions.approve(version_id=version.pk, rehearsal_id=looked_at.pk, comment=" Fine. ", at=AT, by=second)
    actions.publish(version_id=version.pk, at=AT, by=writer)

    assert _state(version) == State.PUBLISHED
    assert _acts(version) == [
        ("drafted", "writer"),
        ("rehearsed", "writer"),
        ("approved", "second"),
        ("published", "writer"),
    ]
    approval = life.approval(version)
    assert approval.comment == "Fine."
    assert approval.details == {
        **life.fingerprint(version),
        "rehearsal": looked_at.pk,
        "foresight": None,
        "foreseen": None,
        "figures": looked_at.figures,
        "is_own": False,
    }


def test_nothing_is_published_that_was_not_approved(writer):
    version = _draft(writer)

    with pytest.raises(lifecycle.NotApproved):
        actions.publish(version_id=version.pk, at=AT, by=writer)
    with pytest.raises(lifecycle.NotApproved):
        actions.publish(version_id=version.pk, at=AT, by=BY)
    assert _state(version) == State.DRAFT


def test_whoever_wrote_a_version_does_not_approve_it(writer, settings):
    version = _draft(writer)

    with pytest.raises(lifecycle.OwnWork):
        actions.approve(version_id=version.pk, at=AT, by=writer)

    settings.STRATEGY_SELF_APPROVAL = True
    assert actions.approve(version_id=version.pk, at=AT, by=writer).details["is_own"]
    assert _state(version) == State.APPROVED


def test_writing_is_no_right_to_approve_and_approving_none_to_publish(writer):
    version = _draft(writer)
    publisher = builders.actor(builders.user(), WRITES)
    approver = builders.actor(builders.user(), APPROVES)

    for refused in (actions.approve, lambda **terms: actions.send_back(reason="No", **terms)):
        with pytest.raises(NotPermitted):
            refused(version_id=version.pk, at=AT, by=publisher)
    actions.approve(version_id=version.pk, at=AT, by=approver)
    with pytest.raises(NotPermitted):
        actions.publish(version_id=version.pk, at=AT, by=approver)


def test_what_the_program_keeps_it_publishes_and_says_so():
    version = _draft(BY)

    actions.publish(version_id=version.pk, at=AT, by=BY)

    assert _acts(version)[1:] == [("approved", "system: test"), ("published", "system: test")]
    assert life.approval(version).details["is_own"]


def test_what_was_changed_behind_the_approval_is_not_published(writer, second):
    version = _approved(writer, second)
    Version.objects.filter(pk=version.pk).update(document=STEPS.replace("first", "other"))

    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.publish(version_id=version.pk, at=AT, by=writer)


def test_a_version_that_cannot_be_carried_out_is_not_approved(writer, second):
    version = _draft(writer, STEPS.replace("note: first", "email: nothing"))

    with pytest.raises(lifecycle.TemplateMissing):
        actions.approve(version_id=version.pk, at=AT, by=second)


def test_a_version_is_sent_back_with_a_reason_and_another_is_written(writer, second):
    version = _draft(writer)
    with pytest.raises(lifecycle.ReasonMissing):
        actions.send_back(version_id=version.pk, reason=" ", at=AT, by=second)

    actions.send_back(version_id=version.pk, reason="Too soon", at=AT, by=second)

    assert _state(version) == State.SENT_BACK
    assert life.acts(version).get(kind=ActKind.SENT_BACK).comment == "Too soon"
    with pytest.raises(lifecycle.NotToApprove):
        actions.approve(version_id=version.pk, at=AT, by=second)
    with pytest.raises(lifecycle.NotToSendBack):
        actions.send_back(version_id=version.pk, reason="Again", at=AT, by=second)
    edited = _draft(writer, STEPS.replace("3 days", "5 days"))
    assert (edited.number, edited.state) == (2, State.DRAFT)


def test_an_approval_can_be_taken_back_and_cancels_what_is_planned(writer, second):
    version = _approved(writer, second)
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=writer)

    actions.send_back(version_id=version.pk, reason="On second thought", at=AT, by=second)

    assert actions.keep_plans(at=AT + 2 * HOUR, by=BY) == 0
    assert _state(version) == State.SENT_BACK


def test_the_history_cannot_be_rewritten(writer):
    version = _draft(writer)

    with pytest.raises(Exception, match="strategy_act"):
        Act.objects.filter(version=version).update(by="nobody")


# ---------------------------------------------------------------------------------------------------------------- plans


def test_a_version_is_published_when_its_instant_has_come_and_once(writer, second, planner):
    before = _published(writer, second)
    version = _approved(writer, second, STEPS.replace("3 days", "5 days"))
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=planner)

    assert actions.keep_plans(at=AT + HOUR - timedelta(seconds=1), by=BY) == 0
    assert _state(version) == State.APPROVED
    assert actions.keep_plans(at=AT + HOUR, by=BY) == 1
    assert actions.keep_plans(at=AT + 2 * HOUR, by=BY) == 0

    version.refresh_from_db()
    assert (version.state, version.published_at, version.published_by) == (State.PUBLISHED, AT + HOUR, "Mara")
    assert _state(before) == State.RETIRED
    assert [act for act in _acts(version) if act[0] == "published"] == [("published", "Mara")]
    assert ProcrastinateJob.objects.filter(task_name="strategy.settle").count() == 1


@pytest.fixture
def planner():
    """Somebody who may, with an e-mail address and a role that can be taken away."""
    return _person("mara", "Mara")


def _person(username: str, name: str):
    user = access_actions.add_user(username=username, full_name=name, email=f"{username}@house.example", at=AT, by=BY)
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=BY)
    return builders.actor(User.objects.get(pk=user.pk), WRITES, APPROVES)


def test_what_would_stop_a_plan_is_checked_when_it_is_made(writer, second):
    version = _draft(writer)

    with pytest.raises(lifecycle.NotApproved):
        actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=writer)
    actions.approve(version_id=version.pk, at=AT, by=second)
    with pytest.raises(lifecycle.PlanInThePast):
        actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT, at=AT, by=writer)
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=writer)
    with pytest.raises(lifecycle.PlannedAlready):
        actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + 2 * HOUR, at=AT, by=writer)
    with pytest.raises(NotPermitted):
        actions.plan(
            version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=builders.actor(builders.user())
        )


def test_a_plan_that_is_stopped_does_nothing_by_half_and_is_told(planner, second):
    load_templates(at=AT, by=BY)
    before = _published(planner, second)
    version = _approved(planner, second, STEPS.replace("note: first", "email: reminder_1"))
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=planner)
    Template.objects.filter(name="reminder_1").update(state=TemplateState.RETIRED)

    actions.keep_plans(at=AT + HOUR, by=BY)

    plan.refresh_from_db()
    assert plan.state == "stopped"
    assert "reminder_1" in plan.stopped_by
    assert (_state(before), _state(version)) == (State.PUBLISHED, State.APPROVED)
    assert life.acts(version).get(kind=ActKind.STOPPED).details["code"] == "strategy.template_missing"
    assert not ProcrastinateJob.objects.filter(task_name="strategy.settle").exists()
    [job] = ProcrastinateJob.objects.filter(task_name="strategy.tell_of_stopped")
    actions.tell_of_stopped(**job.args, by=BY)
    [letter] = mail.outbox
    assert letter.to == ["mara@house.example"]
    assert plan.stopped_by in letter.body
    assert f"/versions/{version.pk}" in letter.body


def test_a_plan_of_somebody_who_may_no_longer_is_stopped(planner, second):
    version = _approved(planner, second)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=planner)
    access_actions.set_roles(user_id=planner.user_id, roles=[Role.COLLECTOR], reaches=[EVERYTHING], at=AT, by=BY)

    actions.keep_plans(at=AT + HOUR, by=BY)

    plan.refresh_from_db()
    assert (plan.state, _state(version)) == ("stopped", State.APPROVED)
    assert plan.stopped_by == "mara, who planned it, may no longer publish strategies."


def test_a_plan_is_cancelled_until_its_instant(writer, second):
    version = _approved(writer, second)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=writer)

    with pytest.raises(NotPermitted):
        actions.cancel_plan(plan_id=plan.pk, at=AT, by=builders.actor(builders.user(), APPROVES))
    actions.cancel_plan(plan_id=plan.pk, at=AT, by=second)

    assert actions.keep_plans(at=AT + HOUR, by=BY) == 0
    assert ("cancelled", "second") in _acts(version)
    with pytest.raises(lifecycle.PlanEnded):
        actions.cancel_plan(plan_id=plan.pk, at=AT, by=second)


def test_publishing_by_hand_cancels_what_was_planned(writer, second):
    version = _approved(writer, second)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=writer)

    actions.publish(version_id=version.pk, at=AT, by=writer)

    plan.refresh_from_db()
    assert plan.state == "cancelled"


# ------------------------------------------------------------------------------------------------------------ roll back


def test_the_version_before_is_published_again(writer, second):
    first = _published(writer, second)
    other = _published(writer, second, STEPS.replace("3 days", "5 days"), AT + HOUR)

    restored = actions.roll_back(version_id=other.pk, reason="Too slow", at=AT + 2 * HOUR, by=writer)

    assert (restored.number, restored.document, restored.restores) == (3, STEPS, first)
    assert versions.published_version(first.paper) == restored
    assert [_state(each) for each in (first, other, restored)] == [State.RETIRED, State.RETIRED, State.PUBLISHED]
    assert life.acts(other).get(kind=ActKind.ROLLED_BACK).comment == "Too slow"
    # Rolled back once more, what was rolled back comes again.
    again = actions.roll_back(version_id=restored.pk, reason="It was not that", at=AT + 3 * HOUR, by=writer)
    assert again.document == other.document


def test_only_a_published_version_with_one_before_is_rolled_back(writer, second):
    first = _published(writer, second)
    with pytest.raises(lifecycle.NothingBefore):
        actions.roll_back(version_id=first.pk, reason="No", at=AT, by=writer)
    other = _published(writer, second, STEPS.replace("3 days", "5 days"), AT + HOUR)
    with pytest.raises(lifecycle.NotInForce):
        actions.roll_back(version_id=first.pk, reason="No", at=AT, by=writer)
    with pytest.raises(lifecycle.ReasonMissing):
        actions.roll_back(version_id=other.pk, reason="", at=AT, by=writer)
    with pytest.raises(NotPermitted):
        actions.roll_back(version_id=other.pk, reason="No", at=AT, by=builders.actor(builders.user(), APPROVES))


def test_a_version_before_that_cannot_be_carried_out_any_more_does_not_come_back(writer, second):
    load_templates(at=AT, by=BY)
    _published(writer, second, STEPS.replace("note: first", "email: reminder_1"))
    other = _published(writer, second, STEPS, AT + HOUR)
    Template.objects.filter(name="reminder_1").update(state=TemplateState.RETIRED)

    with pytest.raises(lifecycle.TemplateMissing):
        actions.roll_back(version_id=other.pk, reason="No", at=AT, by=writer)

    assert _state(other) == State.PUBLISHED
    assert Version.objects.count() == 2


def test_a_season_is_published_and_taken_back_by_plan(writer, second):
    _published(writer, second)
    season = _approved(writer, second, STEPS.replace("3 days", "5 days"))
    terms = {"version_id": season.pk, "at": AT, "by": BY}
    with pytest.raises(lifecycle.NotInForce):
        actions.plan(kind=PlanKind.ROLL_BACK, due_at=AT + 3 * HOUR, reason="Over", **terms)
    actions.plan(kind=PlanKind.PUBLISH, due_at=AT + HOUR, **terms)
    actions.plan(kind=PlanKind.ROLL_BACK, due_at=AT + 3 * HOUR, reason="Over", **terms)

    actions.keep_plans(at=AT + HOUR, by=BY)
    assert _state(season) == State.PUBLISHED
    actions.keep_plans(at=AT + 3 * HOUR, by=BY)

    assert versions.published_version(season.paper).document == STEPS
    assert [plan.state for plan in Plan.objects.order_by("due_at")] == ["kept", "kept"]


def test_a_planned_roll_back_that_is_stopped_leaves_no_version_behind(writer, second):
    load_templates(at=AT, by=BY)
    _published(writer, second, STEPS.replace("note: first", "email: reminder_1"))
    season = _published(writer, second, STEPS, AT + HOUR)
    terms = {"version_id": season.pk, "due_at": AT + 3 * HOUR, "reason": "Over", "at": AT + HOUR, "by": BY}
    plan = actions.plan(kind=PlanKind.ROLL_BACK, **terms)
    Template.objects.filter(name="reminder_1").update(state=TemplateState.RETIRED)

    actions.keep_plans(at=AT + 3 * HOUR, by=BY)

    plan.refresh_from_db()
    assert (plan.state, _state(season)) == ("stopped", State.PUBLISHED)
    assert Version.objects.count() == 2
    assert not life.acts(season).filter(kind=ActKind.ROLLED_BACK).exists()


def test_a_planned_roll_back_of_a_version_that_is_replaced_is_cancelled(writer, second):
    _published(writer, second)
    season = _published(writer, second, STEPS.replace("3 days", "5 days"), AT + HOUR)
    plan = actions.plan(
        version_id=season.pk, kind=PlanKind.ROLL_BACK, due_at=AT + 3 * HOUR, reason="Over", at=AT + HOUR, by=BY
    )

    _published(writer, second, STEPS.replace("3 days", "9 days"), AT + 2 * HOUR)

    plan.refresh_from_db()
    assert plan.state == "cancelled"
