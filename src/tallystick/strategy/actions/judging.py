"""Judge a version before it decides: can its orders be carried out, and do its golden accounts fare as expected?

Golden accounts are put into the book, decided by the statement that decides every night, and taken back: there is no second
evaluator that could be right where the first is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.kernel import sql
from tallystick.strategy.actions import answering, deriving, running
from tallystick.strategy.actions.answering import Happened
from tallystick.strategy.actions.deciding import Asking, Decided, decide
from tallystick.strategy.actions.ordering import name_of
from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, decided, golden, obstacles, versions
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.rules import golden as rules
from tallystick.strategy.rules import own_words, plain
from tallystick.strategy.rules.golden import Case, GoldenDiffers, Outcome, Written
from tallystick.strategy.rules.program import Effect, Program
from tallystick.strategy.rules.reasons import Question, Reasoning
from tallystick.strategy.rules.statement import Published, Statement
from tallystick.strategy.rules.types import Catalogue


@dataclass(frozen=True, slots=True)
class Judgement:
    """A golden account, what comes of it by a version, and, where that is not what was expected, why."""

    case: Case
    program: Program
    found: Outcome
    #: The first thing that explains the difference, in a sentence; empty where there is none.
    why: str = ""
    #: Facts that the version reads and the case does not state.
    unstated: Sequence[str] = field(default=())
    #: What the words of policies came to that the version reads, by name.
    words: Mapping[str, Written] = field(default_factory=dict)
    #: Words among them that the case states by itself, whatever policies say.
    alone: frozenset[str] = frozenset()

    @property
    def holds(self) -> bool:
        """Whether it fares as expected."""
        return self.found == self.case.expected

    @property
    def said_expected(self) -> str:
        """What was expected, in words."""
        return rules.said_outcome(self.case.expected, self.program)

    @property
    def said_found(self) -> str:
        """What comes of it, in words."""
        return rules.said_outcome(self.found, self.program)


def check(version: Version, *, at: datetime) -> None:
    """Refuse a version that orders what cannot be carried out, or by which a golden account fares otherwise than expected.

    :raises TemplateMissing, TeamMissing, GoldenDiffers: the first of it
    """
    obstacles.check(versions.program_of(version.document))
    for each in judge(version, at=at):
        if not each.holds:
            raise GoldenDiffers(title=each.case.title, expected=each.said_expected, found=each.said_found, why=each.why)


def judge(version: Version, *, at: datetime) -> list[Judgement]:
    """Say how the golden accounts of a version fare by it, in the order of their names."""
    return judge_cases(golden.cases(version), version, at=at)


@transaction.atomic
def judge_cases(
    cases: Sequence[Case], version: Version, *, policies: catalogue.Key | None = None, at: datetime
) -> list[Judgement]:
    """Say what comes of some cases by a version, each on its own day. Nothing of it lasts.

    Words mean the policies that are published now, unless others are given.
    """
    by = catalogue.published_key() if policies is None else policies
    judged: dict[str, Judgement] = {}
    for day in sorted({case.day for case in cases}):
        before = transaction.savepoint()
        try:
            for each in _Court(version, [case for case in cases if case.day == day], by, day).judge(at=at):
                judged[each.case.name] = each
        finally:
            transaction.savepoint_rollback(before)
    return [judged[case.name] for case in cases]


class _Court:
    """Judges the cases of one day. Each stands in the book under a number below zero, which no account has."""

    def __init__(self, version: Version, cases: Sequence[Case], policies: catalogue.Key, day: date) -> None:
        self._cases = {-number: case for number, case in enumerate(cases, start=1)}
        self._published: Published = versions.published(version.pk, version.document, day)
        self._program = self._published.program
        self._words = own_words.words(self._program.document, catalogue.catalogue_by(policies))
        self._day = day
        self._enter()
        now = own_words.words(self._program.document, catalogue.catalogue())
        self._derived = deriving.derive(self._cases, self._program, by=self._words, now=now, day=day)
        self._catalogue: Catalogue = self._derived.catalogue
        self._statement = Statement([self._published], self._catalogue, day)

    def judge(self, *, at: datetime) -> list[Judgement]:
        before = transaction.savepoint()
        found = self._decided(at=at)
        transaction.savepoint_rollback(before)
        return [self._judgement(account_id, case, found[account_id]) for account_id, case in self._cases.items()]

    def _enter(self) -> None:
        places = [rules.place_of(case, self._program) for case in self._cases.values()]
        cases = self._cases.values()
        sql.execute(
            """
            INSERT INTO strategy_book (
                account_id, version_id, place, is_open, state_entered_on, stepped_on, next_review_on
            )
            SELECT account_id, %(version_id)s, place, is_open, entered_on, stepped_on, review_on
            FROM unnest(
                %(account_ids)s::bigint[], %(places)s::smallint[], %(open)s::boolean[],
                %(entered)s::date[], %(stepped)s::date[], %(review)s::date[]
            ) AS entered(account_id, place, is_open, entered_on, stepped_on, review_on)
            """,
            {
                "version_id": self._published.version_id,
                "account_ids": list(self._cases),
                "places": [place.number for place in places],
                "open": [case.is_open for case in cases],
                "entered": [case.entered_on for case in cases],
                "stepped": [case.stepped_on for case in cases],
                "review": [case.review_on for case in cases],
            },
        )

    def _decided(self, *, at: datetime) -> dict[int, list[Effect]]:
        timed = [account_id for account_id, case in self._cases.items() if not case.event]
        decisions: list[Decided] = decide(self._statement.timed, self._statement, Asking(BOOK, timed), at=at)
        decisions += running.go_on(decisions, self._statement, Asking(BOOK), at=at)
        happened = [
            Happened(account_id, event_id=-account_id, kind=case.event)
            for account_id, case in self._cases.items()
            if case.event
        ]
        if happened:
            decisions += answering.decide_answers(happened, self._statement, at=at)
        found: dict[int, list[Effect]] = {account_id: [] for account_id in self._cases}
        for made in decisions:
            effect = self._statement.effect(made.number)[1]
            for account_id in made.account_ids:
                found[account_id].append(effect)
        return found

    def _judgement(self, account_id: int, case: Case, effects: list[Effect]) -> Judgement:
        outcome = Outcome(
            tuple(rules.word_of(effect, self._program) for effect in effects),
            tuple(name_of(order) for effect in effects for order in effect.orders),
        )
        explained = "" if outcome == case.expected else self._explained(account_id, case, outcome)
        full = self._derived.cases[account_id]
        return Judgement(
            case,
            self._program,
            outcome,
            explained,
            unstated=self._derived.unstated(account_id, self._program, self._words),
            words={word: full.facts[word] for word in self._derived.words if word in full.facts},
            alone=self._derived.alone[account_id],
        )

    def _explained(self, account_id: int, case: Case, found: Outcome) -> str:
        """Say the first thing that explains why something else comes of a case than expected."""
        if not any(place.state.id == case.state for place in self._program.places):
            return _("The state “{state}” is gone, so the account starts anew.").format(state=case.state)
        pairs = list(zip(case.expected.happens, found.happens, strict=False))
        same = next((number for number, (left, right) in enumerate(pairs) if left != right), len(pairs))
        if same < len(case.expected.happens):
            return self._missing(account_id, case.expected.happens[same], found.happens[same : same + 1])
        if same < len(found.happens):
            return self._more(found.happens[same])
        return _("It orders {found} instead of {expected}.").format(
            found=", ".join(found.orders) or _("nothing"), expected=", ".join(case.expected.orders) or _("nothing")
        )

    def _missing(self, account_id: int, word: str, instead: Sequence[str]) -> str:
        effect = rules.effect_of(word, self._program)
        if effect is None:
            return _("There is no {word} any more.").format(word=rules.said_word(word, self._program))
        stopped = self._stopped_by(account_id, effect)
        if stopped:
            return _("{what} waits until {stopped}").format(what=rules.said_word(word, self._program), stopped=stopped)
        return self._more(instead[0]) if instead else ""

    def _more(self, word: str) -> str:
        effect = rules.effect_of(word, self._program)
        said = rules.said_word(word, self._program)
        if effect is None or effect.condition is None:
            return _("{what} comes, and nothing stops it.").format(what=said)
        return _("{what} comes, since {condition}.").format(
            what=said, condition=plain.read_aloud(effect.condition.tree, self._words)
        )

    def _stopped_by(self, account_id: int, effect: Effect) -> str:
        """Give the first question about an effect that is not answered by yes, with the values; nothing where all are."""
        place = rules.place_of(self._cases[account_id], self._program)
        reasoning = Reasoning(self._published, self._catalogue, self._day)
        option = next((each for each in reasoning.options(place) if each.effect is effect), None)
        if option is None:
            return _("the account is in another place.")
        for question, answer, values in self._answers(account_id, option.questions):
            if not answer:
                said = ", ".join(
                    f"{plain.name_aloud(name.rpartition('.')[2])}: {value}" for name, value in values.items()
                )
                return f"{question.said} ({said})." if said else f"{question.said}."
        return ""

    def _answers(
        self, account_id: int, questions: Sequence[Question]
    ) -> Iterator[tuple[Question, Any, Mapping[str, str]]]:
        facts = list(dict.fromkeys(fact for question in questions for fact in question.facts))
        read = [catalogue.expression(fact, self._day) for fact in (*facts, self._catalogue.currency)]
        selected = ", ".join([*(question.sql for question in questions), *read])
        with sql.cursor() as cursor:
            cursor.execute(f"SELECT {selected} FROM strategy_book AS book WHERE account_id = {account_id:d}")  # noqa: S608
            found = cursor.fetchone()
        currency = found[-1]
        said = {
            fact.name: decided.value_said(fact, value, currency)
            for fact, value in zip(facts, found[len(questions) : -1], strict=True)
        }
        for question, answer in zip(questions, found, strict=False):
            yield question, answer, {fact.name: said[fact.name] for fact in question.facts}
