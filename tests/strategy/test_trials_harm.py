"""A challenger that does harm is stopped by the next planned look: nobody is in its arm any more, and it is said and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import trial_book
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.reference import arm_of
from tests.strategy.trial_book import DOCUMENT, SHARES, START, TERMS

from tallystick.access.rules.rights import Role
from tallystick.kernel import clock
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import Act, Decision, TrialLook, Version
from tallystick.strategy.queries import catalogue, story, trial_choices, trials, versions
from tallystick.strategy.rules.lifecycle import ActKind, State
from tallystick.strategy.rules.program import EffectKind
from tallystick.strategy.rules.trials import terms, winner
from tallystick.strategy.rules.trials.terms import Outcome

COMMENTED = DOCUMENT.replace("splits:", "# Why there is a split stays where it stands.\nsplits:")
#: 30 % against 50 %: two hundred accounts, looked at three times while they come over ten days.
SMALL = replace(TERMS, effect=Decimal("0.2"), looks=3)
FIRST_LOOK = START + timedelta(days=14)

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(calendar):
    return strategies.publish(COMMENTED)


@pytest.fixture
def trial(published):
    mara = builders.user("mara")
    mara.email = "mara@example.org"
    mara.save()
    manager = builders.actor(mara, "publish strategies")
    made = actions.register_trial(SMALL, at=at(DAY), by=manager)
    trial_book.come(published, 240, over_days=10)
    trial_book.pay(champion=3_000, challenger=3_000)
    return made


def _look(day=FIRST_LOOK) -> TrialLook:
    assert actions.take_looks(at=at(day), by=BY) == 1
    return TrialLook.objects.order_by("-pk")[0]


def test_a_planted_harm_ends_the_trial_at_the_next_planned_look(trial):
    trial_book.dispute(champion=200, challenger=3_500)

    assert actions.take_looks(at=at(FIRST_LOOK - timedelta(days=2)), by=BY) == 0, "no look is due yet"
    look = _look()

    assert (look.number, look.outcome) == (1, Outcome.HARM)
    assert look.bound > 2.9
    assert trials.has_ended(trial)
    assert actions.take_looks(at=at(FIRST_LOOK + timedelta(days=6)), by=BY) == 0
    with pytest.raises(terms.TrialEnded):
        actions.take_look(trial_id=trial.pk, at=at(FIRST_LOOK + timedelta(days=6)), by=BY)


def test_disputes_that_are_as_common_in_both_arms_stop_nothing(trial):
    trial_book.dispute(champion=3_500, challenger=3_500)

    assert _look().outcome == Outcome.GOES_ON
    assert Version.objects.count() == 1


def test_nobody_is_in_the_arm_that_does_harm_any_more(trial, published):
    trial_book.dispute(champion=200, challenger=3_500)
    before = _owing(24, day=START)
    assert any(map(_is_called, before)), "challengers are called while it goes on"

    _look()
    tasks.settle(day=FIRST_LOOK.isoformat())

    after = _owing(24, day=FIRST_LOOK + timedelta(days=1))
    assert any(arm_of("early-call", SHARES, each.pk) == "challenger" for each in after)
    decided = Decision.objects.filter(account_id__in=[each.pk for each in after])
    assert {decision.facts["split.early_call"] for decision in decided} == {"champion"}
    assert not any(map(_is_called, after))
    book = [strategies.row(each.pk)["version_id"] for each in (*before, *after)]
    assert set(book) == {Version.objects.get(state=State.PUBLISHED).pk}


def _owing(number, *, day):
    made = []
    for _number in range(number):
        account = builders.account()
        builders.invoice(account, "100.00", due_on=day - timedelta(days=40))
        made.append(account)
    strategies.refresh(*(account.pk for account in made), day=day)
    run(day)
    run(day + timedelta(days=1))
    return made


def _is_called(account) -> bool:
    found = Decision.objects.filter(account_id=account.pk)
    programs = {each.pk: versions.program_of(each.document) for each in Version.objects.all()}
    return any(programs[each.version_id].effect(each.effect).kind is EffectKind.STEP for each in found)


def test_the_stop_is_a_version_of_its_own_with_who_and_why(trial, published):
    trial_book.dispute(champion=200, challenger=3_500)
    _look()

    stopped = Version.objects.get(state=State.PUBLISHED)

    assert stopped.number == 2
    assert stopped.document == COMMENTED.replace("{champion: 50, challenger: 50}", "{champion: 100, challenger: 0}")
    acts = [(act.kind, act.by) for act in Act.objects.filter(version=stopped).order_by("pk")]
    who = "system: a trial"
    assert acts == [(ActKind.DRAFTED, who), (ActKind.APPROVED, who), (ActKind.PUBLISHED, who)]
    act = Act.objects.get(version=stopped, kind=ActKind.PUBLISHED)
    assert act.comment == "Planned stop of the trial “Call early”: the challenger does harm."
    assert act.details["trial"] == trial.pk
    assert trials.stopped_by(trial) == stopped
    with pytest.raises(terms.UnknownSplit):
        actions.register_trial(replace(SMALL, starts_on=FIRST_LOOK + timedelta(days=9)), at=at(FIRST_LOOK), by=BY)
    assert trial_choices.choices().offered == []


def test_whoever_registered_the_trial_is_told_by_how_much(trial, published, signed_in):
    trial_book.dispute(champion=200, challenger=3_500)
    look = _look()

    tasks.tell_of_trial(look_id=look.pk)

    [letter] = mail.outbox
    assert letter.subject == "Trial ended: Call early"
    assert "The challenger was stopped: more of its accounts have a dispute." in letter.body
    assert "Nobody is in it any more since version 2." in letter.body
    assert reverse("strategy:trial", args=[trial.pk]) in letter.body
    clock.travel_to(at(FIRST_LOOK))
    manager = signed_in(Role.CREDIT_MANAGER)
    shown = manager.get(reverse("strategy:trial", args=[trial.pk])).content.decode()
    assert "Version 2, published by the planned stop" in shown
    assert "still gets accounts" not in shown
    told = manager.get(reverse("strategy:version", args=[trials.stopped_by(trial).pk]))
    assert "Planned stop of the trial" in told.content.decode()


def test_a_stop_that_cannot_be_published_is_said_loudly(trial, published, signed_in):
    trial_book.dispute(champion=200, challenger=3_500)
    document = winner.without(
        COMMENTED, split="early-call", arm="challenger", champion="champion", vocabulary=catalogue.vocabulary()
    )
    draft = actions.draft(document=document, at=at(DAY), by=BY)
    actions.send_back(version_id=draft.pk, reason="Not yet.", at=at(DAY), by=BY)

    look = _look()

    assert look.outcome == Outcome.HARM
    assert trials.stopped_by(trial) is None
    assert versions.published_version(trial.strategy) == published
    clock.travel_to(at(FIRST_LOOK))
    shown = signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:trial", args=[trial.pk])).content.decode()
    assert "The arm that does harm still gets accounts." in shown


def test_of_three_arms_the_others_keep_their_shares():
    document = DOCUMENT.replace("{champion: 50, challenger: 50}", "{champion: 60, calm: 15, challenger: 25}")

    found = winner.without(
        document, split="early-call", arm="challenger", champion="champion", vocabulary=catalogue.rooms_vocabulary()
    )

    assert "{champion: 85, calm: 15, challenger: 0}" in found


def test_what_was_written_before_the_stop_does_not_bring_the_arm_back(trial, published, unrehearsed):
    """A trial stops an arm for good: not a draft, not a plan and not a roll back has accounts come to it by mistake."""
    earlier = actions.draft(document=COMMENTED + "# Kept before.\n", at=at(DAY), by=BY)
    trial_book.dispute(champion=200, challenger=3_500)
    _look()
    stopped = Version.objects.get(state=State.PUBLISHED)
    manager = builders.actor(builders.user("manon"), "publish strategies")

    for bring_back in (
        lambda: actions.publish(version_id=earlier.pk, at=at(FIRST_LOOK), by=BY),
        lambda: actions.roll_back(version_id=stopped.pk, reason="It was better", at=at(FIRST_LOOK), by=manager),
    ):
        with pytest.raises(
            terms.ArmStopped, match=f"“challenger” back, which the trial “Call early” stopped on {FIRST_LOOK}"
        ):
            bring_back()
    assert Version.objects.get(state=State.PUBLISHED) == stopped
    assert any("would bring the arm" in each for each in story.story(earlier, by=manager).missing)


def test_what_is_written_after_the_stop_may_give_the_arm_accounts_on_purpose(trial, published):
    trial_book.dispute(champion=200, challenger=3_500)
    _look()

    later = actions.draft(document=COMMENTED + "# On purpose.\n", at=at(FIRST_LOOK + timedelta(days=1)), by=BY)
    actions.publish(version_id=later.pk, at=at(FIRST_LOOK + timedelta(days=1)), by=BY)

    assert Version.objects.get(state=State.PUBLISHED) == later
