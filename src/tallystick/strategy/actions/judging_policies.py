"""Judge a version of a policy by the golden accounts of the published strategies that read it: who would be treated otherwise?

A policy decides nothing. What comes of an account by it is what the strategies make of its words, so their golden accounts are
judged by the words that there would be, and only where something else than expected comes of one, by the words there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.kernel.actor import Actor
from tallystick.kernel.facts import Fact
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.actions import judging
from tallystick.strategy.actions.judging import Judgement
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import GoldenAccepted, Version
from tallystick.strategy.queries import catalogue, golden, life, policies, versions
from tallystick.strategy.rules import golden as rules
from tallystick.strategy.rules import golden_words, lifecycle, plain
from tallystick.strategy.rules.golden import GoldenFrozen, GoldenOfStrategyDiffers, Outcome
from tallystick.strategy.rules.lifecycle import ActKind, State


@dataclass(frozen=True, slots=True)
class Behind:
    """A golden account of a published strategy that reads a policy, and what comes of it by a version of the policy."""

    number: int
    strategy: Version
    by: Judgement
    #: By the policies published now; the same judgement where what was expected comes of it.
    now: Judgement
    #: Somebody accepted something else with the version than was expected before.
    is_accepted: bool
    #: The word of the policy, which the case may state by itself.
    word: str

    @property
    def name(self) -> str:
        """The name of the strategy, and the name by which it knows the account."""
        return f"{self.strategy.paper.name}/{self.by.case.name}"

    @property
    def holds(self) -> bool:
        """Whether it fares as expected."""
        return self.by.holds

    @property
    def is_changed(self) -> bool:
        """Whether it fares otherwise than expected by the version: not if it does so already, by what is published."""
        return not self.holds and (self.is_accepted or self.by.found != self.now.found)

    @property
    def states_word(self) -> bool:
        """Whether the case states the word by itself, so that no version of the policy changes what comes of it."""
        return self.word in self.by.alone

    @property
    def said_now(self) -> str:
        """What comes of it by the policies published now, in words."""
        return self.now.said_found

    @property
    def moved(self) -> list[tuple[str, str, str]]:
        """The words that the version changes for it, each with its value now and then."""
        return [
            (plain.name_aloud(name), _said(self.now.words.get(name)), _said(value))
            for name, value in self.by.words.items()
            if name in self.now.words and self.now.words[name] != value
        ]

    @property
    def why(self) -> str:
        """What the version changes, and why that makes the difference, in sentences."""
        told = [_("{word}: {now} → {then}.").format(word=word, now=now, then=then) for word, now, then in self.moved]
        return " ".join(filter(None, (*told, self.by.why)))


def _said(value: rules.Written) -> str:
    return "—" if value is None else str(value)


def judge_policy(version: Version, *, at: datetime) -> list[Behind]:
    """Say how the golden accounts of all published strategies fare that read the word of a policy, by one of its versions."""
    by = catalogue.key_with(version)
    word = policies.word_of(version.paper)
    found: list[Behind] = []
    for strategy in versions.all_of_strategies().filter(state=State.PUBLISHED).order_by("paper__title"):
        if _reads(strategy, word, catalogue.words()) or _reads(strategy, word, catalogue.words_by(by)):
            found += _behind(strategy, version, word, by, at=at)
    return found


def _reads(strategy: Version, word: str, words: Mapping[str, Fact]) -> bool:
    spoken = policies.spoken_by(versions.program_of(strategy.document).document)
    return any(each.name == word for each in golden_words.standing_on(spoken, words))


def _behind(strategy: Version, version: Version, word: str, by: catalogue.Key, *, at: datetime) -> Sequence[Behind]:
    expected = golden.numbered(strategy, draft=version)
    accepted = set(life.golden_accepted(version).values_list("golden_id", flat=True))
    cases = [case for _number, case in expected]
    judged = judging.judge_cases(cases, strategy, policies=by, at=at)
    differing = [each.case for each in judged if not each.holds]
    now = {each.case.name: each for each in judging.judge_cases(differing, strategy, at=at)}
    return [
        Behind(number, strategy, each, now.get(each.case.name, each), number in accepted, word)
        for (number, _case), each in zip(expected, judged, strict=True)
    ]


def check(version: Version, *, at: datetime) -> None:
    """Refuse a version of a policy by which a golden account of a published strategy fares otherwise than expected.

    :raises GoldenOfStrategyDiffers: the first of them
    """
    for each in judge_policy(version, at=at):
        if each.is_changed:
            raise GoldenOfStrategyDiffers(
                title=each.by.case.title,
                strategy=str(each.strategy),
                expected=each.by.said_expected,
                found=each.by.said_found,
                why=each.why,
            )


@transaction.atomic
def accept_golden_of_strategy(*, version_id: int, number: int, reason: str, at: datetime, by: Actor) -> GoldenAccepted:
    """Expect of a golden account of a strategy what comes of it by a draft of a policy: that is meant, for a reason.

    It is approved with the draft, and expected from the instant on at which that is published.

    :raises NotFound: there is no such draft, or no golden account that it changes has the number
    :raises GoldenFrozen: the version is no draft
    :raises ReasonMissing: nobody would know why
    """
    by.must_be_allowed_to("publish strategies")
    version = versions.lock_version(version_id)
    if version.paper.is_strategy:
        raise NotFound(what="version", reference=version_id)
    if version.state != State.DRAFT:
        raise GoldenFrozen(number=version.number)
    if not reason.strip():
        raise lifecycle.ReasonMissing
    for each in judge_policy(version, at=at):
        if each.number == number and each.is_changed:
            return _accept(version, each, reason=reason, at=at, by=by)
    raise NotFound(what="golden account", reference=number)


def accept_all(version: Version, *, reason: str, at: datetime, by: Actor) -> None:
    """Expect whatever comes of golden accounts by a version that a policy is rolled back to, for the reason of that."""
    for each in judge_policy(version, at=at):
        if each.is_changed:
            _accept(version, each, reason=reason, at=at, by=by)


def _accept(version: Version, each: Behind, *, reason: str, at: datetime, by: Actor) -> GoldenAccepted:
    found: Outcome = each.by.found
    record(
        version,
        ActKind.GOLDEN,
        comment=reason,
        at=at,
        by=by,
        what="accepted",
        name=each.name,
        before=list(each.by.case.expected.happens),
        after=list(found.happens),
    )
    return GoldenAccepted.objects.create(
        version=version, golden_id=each.number, happens=list(found.happens), orders=list(found.orders)
    )
