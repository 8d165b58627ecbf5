"""Strategies and policies have one life: each law of it is kept by both."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_lifecycle import STEPS
from tests.strategy.test_policy_actions import GROUPS, RISK, STRATEGY, account, publish, value

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import Act, Paper, Plan, Version
from tallystick.strategy.queries import catalogue, comparing, life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.comparison import Aspect
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, State
from tallystick.strategy.rules.policies.lifecycle import PolicyInUse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed")]

AT, HOUR = at(DAY), timedelta(hours=1)
WRITES, APPROVES = "publish strategies", "approve strategies"


@pytest.fixture(
    params=[pytest.param((STEPS, "note: second"), id="strategy"), pytest.param((GROUPS, "> 30"), id="policy")]
)
def documents(request):
    """Two documents of one paper."""
    first, old = request.param
    return first, first.replace(old, {"note: second": "note: third", "> 30": "> 10"}[old])


def person(name):
    """Somebody who may write and approve, at the page and at the command line."""
    user = builders.user(name)
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=BY)
    return builders.actor(user, WRITES, APPROVES)


@pytest.fixture
def ann():
    return person("ann")


@pytest.fixture
def bob():
    return person("bob")


def approved(document, ann, bob) -> Version:
    version = actions.draft(document=document, at=AT, by=ann)
    actions.approve(version_id=version.pk, at=AT, by=bob)
    return version


def published(document, ann, bob, moment=AT) -> Version:
    return actions.publish(version_id=approved(document, ann, bob).pk, at=moment, by=ann)


def states(*those):
    return [Version.objects.get(pk=version.pk).state for version in those]


def test_it_is_written_by_one_approved_by_another_and_published(documents, ann, bob):
    version = actions.draft(document=documents[0], at=AT, by=ann)
    with pytest.raises(lifecycle.NotApproved):
        actions.publish(version_id=version.pk, at=AT, by=ann)
    with pytest.raises(lifecycle.OwnWork):
        actions.approve(version_id=version.pk, at=AT, by=ann)

    act = actions.approve(version_id=version.pk, comment="Fits.", at=AT, by=bob)
    actions.publish(version_id=version.pk, at=AT, by=ann)

    assert life.fingerprint(version).items() <= act.details.items()
    assert [(each.kind, each.by) for each in Act.objects.filter(version=version).order_by("pk")] == [
        ("drafted", "ann"),
        ("approved", "bob"),
        ("published", "ann"),
    ]
    with pytest.raises(lifecycle.NotADraft):
        actions.publish(version_id=version.pk, at=AT, by=ann)


def test_it_is_sent_back_and_its_plan_with_it(documents, ann, bob):
    version = approved(documents[0], ann, bob)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=ann)

    actions.send_back(version_id=version.pk, reason="Too soon.", at=AT, by=bob)

    plan.refresh_from_db()
    assert (states(version), plan.state) == ([State.SENT_BACK], "cancelled")
    assert actions.keep_plans(at=AT + HOUR, by=BY) == 0


def test_what_was_changed_behind_its_approval_is_not_published(documents, ann, bob):
    version = approved(documents[0], ann, bob)
    Version.objects.filter(pk=version.pk).update(document=documents[1])

    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.publish(version_id=version.pk, at=AT, by=ann)
    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=ann)


def test_it_is_published_at_its_instant_exactly_once(documents, ann, bob):
    before = published(documents[0], ann, bob)
    version = approved(documents[1], ann, bob)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)

    assert actions.keep_plans(at=AT + HOUR - timedelta(seconds=1), by=BY) == 0
    assert states(before, version) == [State.PUBLISHED, State.APPROVED]
    assert [actions.keep_plans(at=AT + HOUR, by=BY) for _time in range(3)] == [1, 0, 0]

    plan.refresh_from_db()
    assert (plan.state, states(before, version)) == ("kept", [State.RETIRED, State.PUBLISHED])
    assert Act.objects.filter(version=version, kind=ActKind.PUBLISHED).count() == 1


def test_the_version_before_is_published_again_under_another_number(documents, ann, bob):
    first = published(documents[0], ann, bob)
    with pytest.raises(lifecycle.NothingBefore):
        actions.roll_back(version_id=first.pk, reason="No", at=AT, by=ann)
    other = published(documents[1], ann, bob, AT + HOUR)
    with pytest.raises(lifecycle.NotInForce):
        actions.roll_back(version_id=first.pk, reason="No", at=AT, by=ann)
    with pytest.raises(lifecycle.ReasonMissing):
        actions.roll_back(version_id=other.pk, reason=" ", at=AT, by=ann)
    with pytest.raises(NotPermitted):
        actions.roll_back(version_id=other.pk, reason="No", at=AT, by=builders.actor(builders.user(), APPROVES))

    restored = actions.roll_back(version_id=other.pk, reason="Too much", at=AT + 2 * HOUR, by=ann)

    assert (restored.number, restored.document, restored.restores) == (3, documents[0], first)
    assert states(first, other, restored) == [State.RETIRED, State.RETIRED, State.PUBLISHED]
    again = actions.roll_back(version_id=restored.pk, reason="Not that", at=AT + 3 * HOUR, by=ann)
    assert again.document == documents[1]


def test_a_season_comes_and_goes_by_plan(documents, ann, bob):
    published(documents[0], ann, bob)
    season = approved(documents[1], ann, bob)
    actions.plan(version_id=season.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)
    actions.plan(version_id=season.pk, kind=PlanKind.ROLL_BACK, due_at=AT + 2 * HOUR, reason="It is over", at=AT, by=BY)

    assert actions.keep_plans(at=AT + 5 * HOUR, by=BY) == 2

    assert versions.published_version(season.paper).document == documents[0]


def test_its_page_says_what_is_next_and_what_was_done(documents, signed_in, ann, bob):
    published(documents[0], ann, bob)
    other = published(documents[1], ann, bob, AT + HOUR)
    browser = signed_in(Role.CREDIT_MANAGER)

    page = browser.get(reverse("strategy:version", args=[other.pk])).content.decode()
    assert "How it came here" in page
    assert "Roll back to version 1" in page
    answer = browser.post(reverse("strategy:roll_back", args=[other.pk]), {"reason": "Too much"}, follow=True)

    restored = Version.objects.get(state=State.PUBLISHED)
    assert answer.redirect_chain[-1][0] == reverse("strategy:version", args=[restored.pk])
    assert "Version 1 again." in answer.content.decode()
    file = browser.get(reverse("strategy:download", args=[restored.pk]))
    assert file.content.decode() == documents[0]


# ---------------------------------------------------------------------------------------------------- both, side by side


def test_a_strategy_and_a_policy_may_have_one_name_and_are_told_apart():
    policy = strategies.publish_policy(GROUPS)
    strategy = strategies.publish(STEPS.replace("name: test", "name: groups"))

    assert (versions.get_policy("groups"), versions.get_strategy("groups")) == (policy.paper, strategy.paper)
    assert list(versions.live()) == [strategy]
    assert [word.version for word in catalogue.words().values()] == [1]
    actions.settle(day=DAY, at=AT, by=BY)
    strategies.publish_policy(GROUPS.replace("> 30", "> 3"))
    # What is no strategy is settled by nobody, and no account waits to leave it.
    assert actions.settle(day=DAY, at=AT, by=BY) == 0
    policy.refresh_from_db()
    assert (policy.state, policy.emptied_at) == (State.RETIRED, None)


def test_plans_of_both_are_kept_in_the_order_of_their_instants(ann, bob):
    """A strategy that speaks of a segment which comes an hour before it."""
    publish(GROUPS, RISK)
    choice = "\n".join(
        ("kind: table", "name: choice", "title: Choice", "gives: text", "columns: {group: segment.groups}")
    )
    publish(choice + "\nrows: [{group: late, then: call}]\notherwise: write\n")
    version = approved(GROUPS.replace("title: Groups", "title: By plan"), ann, bob)
    strategy = approved(STRATEGY, ann, bob)
    actions.plan(version_id=strategy.pk, kind=PlanKind.PUBLISH, due_at=AT + 2 * HOUR, at=AT, by=BY)
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)

    tasks.keep_plans(0)

    done = list(Act.objects.filter(kind=ActKind.PUBLISHED).order_by("-pk").values_list("version_id", flat=True)[:2])
    assert done == [strategy.pk, version.pk]
    assert Plan.objects.filter(state="kept").count() == 2
    assert Paper.objects.get(name="groups").title == "By plan"
    # What follows from each is deferred with it: accounts move over, scores are kept.
    assert sorted(ProcrastinateJob.objects.values_list("task_name", flat=True)) == [
        "strategy.keep_scores",
        "strategy.settle",
    ]


def test_a_planned_policy_that_a_strategy_does_not_bear_any_more_is_stopped(ann, bob):
    publish(GROUPS, RISK)
    version = approved(GROUPS.replace("id: small", "id: tiny"), ann, bob)
    plan = actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=AT + HOUR, at=AT, by=BY)
    strategies.publish(STEPS.replace("- id: rest", '- id: rest\n        when: segment.groups = "small"'))

    actions.keep_plans(at=AT + HOUR, by=BY)

    plan.refresh_from_db()
    assert (plan.state, states(version)) == ("stopped", [State.APPROVED])
    assert "“small” is never a value of “segment.groups”" in plan.stopped_by


def test_a_policy_that_was_rolled_back_to_is_what_its_word_means(ann, bob):
    published(GROUPS, ann, bob)
    other = published(GROUPS.replace("> 30", "> 3"), ann, bob, AT + HOUR)
    made = account("100.00", 10)
    assert value("segment.groups", made) == "late"

    restored = actions.roll_back(version_id=other.pk, reason="Too soon", at=AT + 2 * HOUR, by=ann)

    assert value("segment.groups", made) == "usual"
    assert catalogue.words()["segment.groups"].version == restored.number == 3
    # It is judged by what stands today: a strategy that came since needs the value it takes away.
    more = published(GROUPS.replace("id: small", "id: tiny"), ann, bob, AT + 3 * HOUR)
    strategies.publish(STEPS.replace("- id: rest", '- id: rest\n        when: segment.groups = "tiny"'))
    with pytest.raises(PolicyInUse):
        actions.roll_back(version_id=more.pk, reason="No", at=AT + 4 * HOUR, by=ann)


def test_two_versions_of_a_policy_are_compared_in_the_words_of_its_page(signed_in):
    publish(GROUPS, RISK)
    more = (
        RISK.replace("title: Risk", "title: Riskier").replace("weight: 2", "weight: 3").replace("£100 and", "£200 and")
    )
    [risk] = publish(more.replace("below £100", "below £200"))
    late = "- {id: late, title: Late, when: days_past_due > 30}"
    [groups] = publish(
        GROUPS.replace(late, "").replace(
            "otherwise:", "  - {id: vast, when: balance > £900}\n  " + late + "\notherwise:"
        )
    )

    parts = comparing.compare(versions.version_before(groups), groups)
    assert [(part.title, [(each.sign, each.title) for each in part.differences]) for part in parts] == [
        ("Segments, the first that is true", [("moved", "Small"), ("added", "Vast")])
    ]
    whole, age, owed = comparing.compare(versions.version_before(risk), risk)
    assert [(each.what, each.aspects) for each in whole.differences] == [("title", (Aspect("", "Risk", "Riskier"),))]
    [points] = [each for each in age.differences if each.title == "below 10"]
    assert points.aspects == (Aspect("adds", "60", "90"),)
    assert [(each.sign, each.title) for each in owed.differences] == [
        ("added", "below £200"),
        ("added", "£200 and above"),
        ("removed", "below £100"),
        ("removed", "£100 and above"),
    ]
    page = signed_in(Role.COLLECTOR).get(reverse("strategy:compare", args=[risk.pk])).content.decode()
    assert "From version 1 to version 2" in page
    assert "<del>Risk</del><ins>Riskier</ins>" in page


@pytest.mark.parametrize("name", ["rehearse", "foresee", "begin_working", "assign", "write_golden"])
def test_what_is_done_with_strategies_only_finds_no_policy(name, signed_in):
    [version] = publish(GROUPS)

    answer = signed_in(Role.CREDIT_MANAGER).post(
        reverse(f"strategy:{name}", args=[version.pk]),
        {"treats": "everybody", "document": "[]", "reason": "No", "days_ahead": "30"},
    )

    assert answer.status_code == 404


def test_a_strategy_lists_no_accounts_by_the_lines_of_a_policy(signed_in):
    version = strategies.publish(STEPS)

    assert signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:policy_accounts", args=[version.pk])).status_code == 404


def said(*words):
    out = StringIO()
    call_command("policy", *words, stdout=out)
    return out.getvalue()


def test_the_command_line_takes_a_policy_through_its_life(ann, bob, tmp_path):
    file, out = tmp_path / "groups.yaml", tmp_path / "out.yaml"
    file.write_text(GROUPS, "utf-8")

    assert said("import", str(file), "--as", "ann") == "groups\t1\tdraft\n"
    with pytest.raises(lifecycle.OwnWork):
        said("approve", "groups", "--as", "ann")
    assert said("approve", "groups", "--as", "bob") == "groups\t1\tapproved\n"
    assert said("publish", "groups", "--as", "ann") == "groups\t1\tpublished\n"
    file.write_text(GROUPS.replace("> 30", "> 10"), "utf-8")
    said("import", str(file), "--as", "ann")
    assert "changed segment Late" in said("compare", "groups")
    said("approve", "groups", "--as", "bob")
    assert said("publish", "groups", "--at", "2050-03-05T06:00") == "groups\t2\tapproved\n"
    actions.keep_plans(at=Plan.objects.get().due_at, by=BY)
    assert said("rollback", "groups", "--reason", "Too soon", "--as", "bob") == "groups\t3\tpublished\n"
    assert said("show", "groups") == GROUPS
    said("export", "groups", "--number", "2", "--to", str(out))
    assert out.read_text("utf-8") == GROUPS.replace("> 30", "> 10")
    strategies.publish(STEPS)
    assert [line.split("\t")[:3] for line in said("list").splitlines()] == [
        ["groups", "3", "published"],
        ["groups", "2", "retired"],
        ["groups", "1", "retired"],
    ]
    with pytest.raises(NotFound):
        said("show", "test")
