"""A change to a golden account that a policy is meant to make is accepted with a reason, and expected from then on."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY
from tests.strategy.test_golden_behind_policies import (
    AT,
    HOUR,
    SLOWER,
    SMALLER,
    STRATEGY,
    _accept,
    _draft,
    _happens,
    _refused,
    _strategy,
    kept,
)
from tests.strategy.test_policy_actions import CHOICE, GROUPS
from tests.strategy.test_policy_pages import html

from tallystick.access.rules.rights import Role
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions
from tallystick.strategy.models import GoldenAccepted
from tallystick.strategy.queries import golden, life
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.golden import GoldenFrozen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "unrehearsed")]

__all__ = ["kept"]


def test_a_change_that_is_meant_is_accepted_with_a_reason_and_expected_once_it_is_published(kept):
    writer, second = (
        builders.actor(builders.user(name), "publish strategies", "approve strategies") for name in ("writer", "second")
    )
    version = _draft(SLOWER, by=writer)
    with pytest.raises(lifecycle.ReasonMissing):
        _accept(version, kept.pk, reason=" ", by=writer)

    _accept(version, kept.pk, by=writer)

    act = life.acts(version).get(details__what="accepted")
    assert (act.comment, act.details["name"]) == ("They pay anyway", "test/late")
    assert (act.details["before"], act.details["after"]) == (
        ["step waiting.call"],
        ["skip waiting.call", "step waiting.write"],
    )
    assert _happens(_strategy()) == [("step waiting.call",)]
    actions.approve(version_id=version.pk, at=AT, by=second)
    with pytest.raises(GoldenFrozen):
        _accept(version, kept.pk, by=writer)
    actions.publish(version_id=version.pk, at=AT, by=writer)
    assert _happens(_strategy()) == [("skip waiting.call", "step waiting.write")]
    # The next version of the strategy begins with what is expected now, and the policy may not go back unseen.
    assert _happens(_draft(STRATEGY.replace("title: Test", "title: Tested"))) == [
        ("skip waiting.call", "step waiting.write")
    ]
    assert "step “Write”" in _refused(_draft(GROUPS)).fields["expected"]


def test_who_accepts_it_has_written_the_version_too(kept):
    writer, helper = (
        builders.actor(builders.user(name), "publish strategies", "approve strategies") for name in ("writer", "helper")
    )
    version = _draft(SLOWER, by=writer)
    _accept(version, kept.pk, by=helper)

    with pytest.raises(lifecycle.OwnWork):
        actions.approve(version_id=version.pk, at=AT, by=helper)


def test_what_is_accepted_behind_the_approval_stops_publication(kept):
    version = _draft(SMALLER)
    actions.approve(version_id=version.pk, at=AT, by=BY)
    GoldenAccepted.objects.create(version=version, golden=kept, happens=["step waiting.call"], orders=["note"])

    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.publish(version_id=version.pk, at=AT, by=BY)


def test_what_was_accepted_and_comes_of_it_no_more_is_in_the_way(kept):
    version = _draft(SLOWER)
    _accept(version, kept.pk)
    strategies.publish_policy(CHOICE.replace("risk: over 50, then: wait", "group: usual, then: call"))

    [behind] = actions.judge_policy(version, at=AT)

    assert behind.is_accepted
    assert behind.is_changed
    assert "step “Write”" in behind.by.said_expected


def test_what_was_accepted_is_never_changed_and_golden_accounts_of_drafts_still_go(kept):
    accepted = _accept(_draft(SLOWER), kept.pk)
    draft = _draft(STRATEGY.replace("title: Test", "title: Tested"))

    actions.remove_golden(version_id=draft.pk, name="late", reason="Not of use", at=AT, by=BY)

    assert not golden.cases(draft)
    accepted.happens = []
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        accepted.save()


def test_only_what_is_changed_by_a_draft_of_a_policy_is_accepted_and_only_by_who_may(kept):
    with pytest.raises(NotFound):
        _accept(_draft(SMALLER), kept.pk)
    with pytest.raises(NotFound):
        _accept(_strategy(), kept.pk)
    with pytest.raises(NotPermitted):
        _accept(_draft(SLOWER), kept.pk, by=builders.actor(builders.user(), "see strategies"))


def test_what_fares_otherwise_already_is_not_the_fault_of_the_next_version(kept):
    _written_before = _draft(STRATEGY.replace("title: Call", "title: Call them"))
    actions.publish(version_id=_written_before.pk, at=AT, by=BY)
    row = life.golden_accounts(_written_before).get()
    row.happens = ["step waiting.write"]
    row.save(update_fields=["happens"])

    [behind] = actions.judge_policy(_draft(SMALLER), at=AT)

    assert not behind.holds
    assert not behind.is_changed


def test_a_roll_back_of_a_policy_is_expected_for_the_reason_it_is_done(kept):
    version = _draft(SLOWER)
    _accept(version, kept.pk)
    actions.publish(version_id=version.pk, at=AT, by=BY)

    restored = actions.roll_back(version_id=version.pk, reason="They did not pay", at=AT + HOUR, by=BY)

    assert _happens(_strategy()) == [("step waiting.call",)]
    act = life.acts(restored).get(details__what="accepted")
    assert (act.comment, act.details["name"]) == ("They did not pay", "test/late")
    # What follows is judged by that.
    assert actions.judge_policy(_draft(SMALLER), at=AT)[0].holds
    assert actions.judge_policy(_draft(SLOWER), at=AT)[0].is_changed


def test_a_roll_back_of_a_strategy_is_expected_for_the_reason_it_is_done(kept):
    first = _strategy()
    other = strategies.publish(STRATEGY.replace("title: Test", "title: Tested"))
    version = _draft(SLOWER)
    _accept(version, life.golden_accounts(other).get().pk)
    actions.publish(version_id=version.pk, at=AT, by=BY)

    restored = actions.roll_back(version_id=other.pk, reason="Back", at=AT + HOUR, by=BY)

    assert restored.document == first.document
    assert _happens(restored) == [("skip waiting.call", "step waiting.write")]
    assert life.acts(restored).get(details__what="accepted").comment == "Back"


# ---------------------------------------------------------------------------------------------- pages and command line


def test_the_page_shows_who_would_change_and_takes_the_reason_that_it_is_meant(kept, signed_in):
    version = _draft(SLOWER)
    browser = signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:version", args=[version.pk])

    page = html(browser.get(address))
    assert "Golden accounts of the strategies that read it" in page
    assert "1 golden account fares otherwise than expected." in page
    assert "<dt>segment groups</dt><dd>late → <b>usual</b></dd>" in page
    refused = html(browser.post(reverse("strategy:approve", args=[version.pk]), follow=True))
    assert "Golden account “Late” of “Test 1”" in refused

    accept = reverse("strategy:accept_golden_of_strategy", args=[version.pk, kept.pk])
    assert "Say why" in html(browser.post(accept, {"reason": " "}, follow=True))
    done = html(browser.post(accept, {"reason": "They pay anyway"}, follow=True))

    assert "Accepted with this version: step skipped “Call”, step “Write”" in done
    assert "They pay anyway" in done
    assert "fares otherwise than expected" not in done
    assert signed_in(Role.COLLECTOR).post(accept, {"reason": "No"}).status_code == 403


def test_the_command_line_lists_them_refuses_and_accepts(kept):
    _draft(SLOWER)
    out = StringIO()

    call_command("policy", "golden", "groups", stdout=out)
    assert out.getvalue().startswith(
        "! test/late\tstep “Call” → step skipped “Call”, step “Write”\tsegment groups: late → usual. table choice: call → write."
    )
    builders.user("ann")
    with pytest.raises(Refusal, match="Golden account “Late” of “Test 1”"):
        call_command("policy", "publish", "groups")

    out = StringIO()
    call_command("policy", "golden", "groups", "--accept", "test/late", "--reason", "Meant", stdout=out)
    assert out.getvalue() == "  test/late\tstep skipped “Call”, step “Write”\n"
    call_command("policy", "publish", "groups", stdout=StringIO())
    assert _happens(_strategy()) == [("skip waiting.call", "step waiting.write")]
