"""A golden account whose outcome changes is in the way of a version, until the change is accepted."""

from __future__ import annotations

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY
from tests.strategy.test_golden import AT, DOCUMENT, LATE, _draft, _judged

from tallystick.strategy import actions
from tallystick.strategy.models import GoldenAccount
from tallystick.strategy.queries import golden, life
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.golden import GoldenDiffers, GoldenFrozen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed")]


@pytest.mark.parametrize(
    ("change", "explained"),
    [
        pytest.param(
            (">= 7", ">= 21"),
            "step “First letter” waits until days past due is at least 21 days (days past due: 14 days).",
            id="a condition, with its value",
        ),
        pytest.param(
            ("held: holds.active", "held: balance > £500"),
            "step “First letter” waits until the guard “held” does not stop it",
            id="a guard",
        ),
        pytest.param(
            ("id: write", "id: wrote"), "There is no “step waiting.write” any more.", id="a step that is gone"
        ),
        pytest.param(
            ("balance <= 0", "balance <= £1000"),
            "transition “→ Paid” comes, since balance is at most £1,000.00.",
            id="a transition comes first",
        ),
        pytest.param(
            ("note: first", "task: {kind: call, title: Call}"),
            "It orders task call: Call instead of note.",
            id="orders",
        ),
    ],
)
def test_a_change_that_treats_a_golden_account_otherwise_is_not_approved_and_says_why(change, explained):
    strategies.publish(DOCUMENT)
    first = _draft(DOCUMENT.replace("title: Test", "title: Tested"), LATE)
    assert _judged(first).holds
    version = _draft(first.document.replace(*change))

    with pytest.raises(GoldenDiffers) as refused:
        actions.approve(version_id=version.pk, at=AT, by=BY)

    assert refused.value.fields["title"] == "Two weeks late"
    assert refused.value.fields["why"].startswith(explained)
    assert "was expected" in str(refused.value)


def test_a_state_that_is_gone_starts_the_account_anew():
    first = _draft(cases=LATE)
    version = _draft(first.document.replace("waiting", "reminding"))

    judged = _judged(version)

    assert not judged.holds
    assert judged.why == "The state “waiting” is gone, so the account starts anew."


def test_a_change_that_is_meant_is_accepted_with_a_reason_before_it_is_approved():
    writer, second = (
        builders.actor(builders.user(name), "publish strategies", "approve strategies") for name in ("writer", "second")
    )
    first = _draft(cases=LATE, by=writer)
    version = _draft(first.document.replace(">= 7", ">= 21"), by=writer)
    terms = {"version_id": version.pk, "name": "late", "at": AT}

    with pytest.raises(lifecycle.ReasonMissing):
        actions.accept_golden(**terms, reason="", by=writer)
    actions.accept_golden(**terms, reason="Three weeks are enough", by=writer)

    act = life.acts(version).get(details__what="accepted")
    assert (act.comment, act.details["before"], act.details["after"]) == (
        "Three weeks are enough",
        ["step waiting.write"],
        [],
    )
    actions.approve(version_id=version.pk, at=AT, by=second)
    with pytest.raises(GoldenFrozen):
        actions.accept_golden(**terms, reason="More", by=writer)
    with pytest.raises(GoldenFrozen):
        actions.remove_golden(**terms, reason="More", by=writer)
    with pytest.raises(GoldenFrozen):
        actions.write_golden(version_id=version.pk, document="", reason="More", at=AT, by=writer)
    actions.publish(version_id=version.pk, at=AT, by=writer)
    # The version before keeps what was expected of it.
    assert golden.cases(first)[0].expected.happens == ("step waiting.write",)


def test_who_accepts_another_outcome_has_written_the_version_too():
    writer, helper = (
        builders.actor(builders.user(name), "publish strategies", "approve strategies") for name in ("writer", "helper")
    )
    version = _draft(cases=LATE, by=writer)
    actions.remove_golden(version_id=version.pk, name="late", reason="Never happens", at=AT, by=helper)

    with pytest.raises(lifecycle.OwnWork):
        actions.approve(version_id=version.pk, at=AT, by=helper)


def test_a_golden_account_that_changed_behind_the_approval_stops_publication():
    version = _draft(cases=LATE)
    actions.approve(version_id=version.pk, at=AT, by=BY)
    GoldenAccount.objects.filter(version=version).update(happens=[], orders=[])

    with pytest.raises(lifecycle.ApprovedOtherwise):
        actions.publish(version_id=version.pk, at=AT, by=BY)


def test_a_roll_back_brings_the_golden_accounts_of_the_version_back():
    first = _draft(cases=LATE)
    actions.publish(version_id=first.pk, at=AT, by=BY)
    other = _draft(first.document.replace(">= 7", ">= 21"))
    actions.accept_golden(version_id=other.pk, name="late", reason="Later", at=AT, by=BY)
    actions.publish(version_id=other.pk, at=AT, by=BY)

    restored = actions.roll_back(version_id=other.pk, reason="Back", at=AT, by=BY)

    assert golden.cases(restored) == golden.cases(first)
