"""Why something was decided for an account, and what stopped everything else: asked of the database, in the document's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tallystick.accounts.models import Account
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Version
from tallystick.strategy.queries import ahead, catalogue, details, versions
from tallystick.strategy.queries.decided import Past, Value, history, said_value
from tallystick.strategy.rules import own_words, plain
from tallystick.strategy.rules.ahead import Ahead, days_of
from tallystick.strategy.rules.compile import quote_day
from tallystick.strategy.rules.document import Otherwise
from tallystick.strategy.rules.levers import Standing
from tallystick.strategy.rules.own_words import PAUSED
from tallystick.strategy.rules.program import Effect, EffectKind, Place, Program
from tallystick.strategy.rules.reasons import About, Option, Question, Reasoning
from tallystick.strategy.rules.remedies import Remedy, Wait, foreign_currencies, remedies
from tallystick.strategy.rules.remedies_aloud import said_remedies
from tallystick.strategy.rules.statement import Published
from tallystick.strategy.rules.types import Catalogue


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer; None is unknown, which stops like no."""

    question: Question
    answer: bool | None
    values: tuple[Value, ...]
    standing: Standing
    #: The first day after the day asked for on which it is answered by yes if nothing happens; None for none within a year.
    comes_on: date | None = None

    @property
    def comes(self) -> str:
        """In how many days, or with which smallest change, it would be answered by yes; nothing where nobody can say."""
        if self.answer:
            return ""
        comes_on = _wait(self.standing.day, self.comes_on)
        return said_remedies(self.remedies, self.standing.currency or "", comes_on=comes_on)

    @property
    def remedies(self) -> list[Remedy]:
        """The smallest changes after which it would be answered by yes, the nearest first."""
        tree = self.question.tree
        return [] if self.answer or tree is None else remedies([(tree, self.question.wish)], self.standing)

    @property
    def said_values(self) -> str:
        """The actual values, in one phrase; and where the answer is unknown for an amount of another currency, that it is."""
        said = [f"{value.name}: {value.said}" for value in self.values]
        foreign = foreign_currencies(self.question.tree, self.standing.currency) if self.question.tree else []
        if self.answer is None and foreign:
            told = _("amounts in {foreign} are unknown to an account in {own}, and none is converted")
            said.append(told.format(foreign=", ".join(foreign), own=self.standing.currency))
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An effect within reach, with every question answered."""

    effect: Effect
    answers: tuple[Answered, ...]
    standing: Standing
    #: The first day after the day asked for on which nothing stops it if nothing happens; None for none within a year.
    comes_on: date | None = None

    @property
    def comes(self) -> str:
        """In how many days, or with which smallest changes, nothing would stop it; nothing where nobody can say."""
        stopping = [each for each in self.answers if not each.answer]
        if not stopping:
            return ""
        comes_on = _wait(self.standing.day, self.comes_on)
        if comes_on is None and any(each.question.tree is None for each in stopping):
            # What no fact decides, the order of steps say, has to come first, and then the facts are others.
            return ""
        wishes = [(each.question.tree, each.question.wish) for each in self.answers if each.question.tree]
        return said_remedies(remedies(wishes, self.standing), self.standing.currency or "", comes_on=comes_on)

    @property
    def stopped_by(self) -> Answered | None:
        """The first question that was not answered by yes; None where nothing stops it."""
        return next((each for each in self.answers if not each.answer), None)

    @property
    def is_paused(self) -> bool:
        """Whether it waits, among other things, because the account is paused."""
        return any(fact.name == PAUSED for each in self.answers if each.answer is False for fact in each.question.facts)

    @property
    def is_skippable(self) -> bool:
        """Whether it is a step that is passed over where its own condition is not true when its turn comes."""
        step = self.effect.step
        return step is not None and self.effect.kind is EffectKind.STEP and step.otherwise is Otherwise.SKIP

    @property
    def event(self) -> str:
        """The event that it answers, in words; nothing where it comes by time."""
        return plain.event_aloud(self.effect.event)


@dataclass(frozen=True, slots=True)
class Why:
    """Where an account is in its strategy on a day, what brought it there, and what stops it from going on."""

    account_id: int
    day: date
    version: Version
    program: Program
    place: Place
    entered_on: date
    next_review_on: date | None
    verdicts: tuple[Verdict, ...]
    past: tuple[Past, ...]
    #: Whether it is about today, as things stand.
    is_now: bool = True

    @property
    def steps(self) -> list[Verdict]:
        """The steps within reach, the one that is waited for first."""
        return self._of(EffectKind.STEP)

    @property
    def leaves(self) -> list[Verdict]:
        """The ways out of the state."""
        return self._of(EffectKind.LEAVE)

    @property
    def answers(self) -> list[Verdict]:
        """What events would be answered by."""
        return self._of(EffectKind.ANSWER)

    @property
    def tasks(self) -> list[Verdict]:
        """What can come of tasks that have a time limit."""
        return self._of(EffectKind.RESULT, EffectKind.OVERRUN)

    def _of(self, *kinds: EffectKind) -> list[Verdict]:
        return [each for each in self.verdicts if each.effect.kind in kinds]

    @property
    def waiting_for(self) -> Verdict | None:
        """The step the account waits for; None where no step is left."""
        return next(iter(self.steps), None)

    @property
    def sentence(self) -> str:
        """Why the account is where it is, in one sentence."""
        leaving = next((each.effect for each in self.leaves if each.stopped_by is None), None)
        if leaving is not None and leaving.to_place is not None:
            said = _("{state}: it goes on to “{next_state}” with the coming run.")
            said = said if self.is_now else _("{state}: it goes on to “{next_state}” with the run of that day.")
            return said.format(
                state=self.place.state.title, next_state=self.program.places[leaving.to_place].state.title
            )
        if self.place.is_awaiting and self.place.step:
            return self._said_task(self.place.step.title)
        waiting = self.waiting_for
        if waiting is None:
            return _("{state}: nothing more happens by time.").format(state=self.place.state.title)
        stopped = waiting.stopped_by
        if waiting.is_paused:
            return _("{state}: the account is paused, and “{step}” waits.").format(
                state=self.place.state.title, step=waiting.effect.title
            )
        if stopped is None:
            said = _("{state}: “{step}” is next, with the run of that day.")
            said = _("{state}: “{step}” is next, with the coming run.") if self.is_now else said
            return said.format(state=self.place.state.title, step=waiting.effect.title)
        if stopped.question.about is About.DAY and self.next_review_on and self.next_review_on > self.day:
            return _("{state}: “{step}” is next, on {day} at the earliest.").format(
                state=self.place.state.title, step=waiting.effect.title, day=plain.value_aloud(self.next_review_on)
            )
        parts = [
            _("{state}: “{step}” waits until {condition}.").format(
                state=self.place.state.title, step=waiting.effect.title, condition=stopped.question.said
            )
        ]
        if stopped.said_values:
            now = _("Now {values}.") if self.is_now else _("Then {values}.")
            parts.append(now.format(values=stopped.said_values))
        if comes := waiting.comes or stopped.comes:
            parts.append(_("It comes {comes}.").format(comes=comes))
        return " ".join(parts)

    def _said_task(self, step: str) -> str:
        """Say what the task is waited for."""
        if any(each.stopped_by is None for each in self.tasks):
            said = _("{state}: it goes on after “{step}” with the coming run.")
            said = said if self.is_now else _("{state}: it goes on after “{step}” with the run of that day.")
            return said.format(state=self.place.state.title, step=step)
        if self.next_review_on is None:
            return _("{state}: “{step}” waits for a person, and is late.").format(
                state=self.place.state.title, step=step
            )
        return _("{state}: “{step}” waits for a person until {day}.").format(
            state=self.place.state.title, step=step, day=plain.value_aloud(self.next_review_on)
        )

    @property
    def coming(self) -> Verdict | None:
        """What comes first by itself if nothing happens; None where something comes with the coming run, or nothing does."""
        by_time = [*self.leaves, *self.steps]
        if any(each.stopped_by is None for each in by_time):
            return None
        return min((each for each in by_time if each.comes_on), key=_coming_on, default=None)


def accounts_named(name: str) -> list[Account]:
    """Give the accounts of a reference, whichever client's, or the one of a number.

    :raises NotFound: there is none
    """
    found = list(Account.objects.select_related("client").filter(reference=name).order_by("pk"))
    if not found and name.isdecimal():
        found = list(Account.objects.select_related("client").filter(pk=int(name)))
    if not found:
        raise NotFound(what="account", reference=name)
    return found


def why(account_id: int, *, day: date, past: int = 20, is_brief: bool = False) -> Why | None:
    """Explain an account on a day by its facts as they stand; None where it is in no strategy.

    In brief, only what comes by time is looked at: enough for its sentence.
    """
    rows = sql.rows(
        "SELECT version_id, place, state_entered_on, next_review_on FROM strategy_book WHERE account_id = %s",
        [account_id],
    )
    if not rows or rows[0]["version_id"] is None:
        return None
    seen = Seen(account_id, day, **rows[0], source=BOOK, params={"reach_id": account_id})
    return explain(seen, past=history(account_id, limit=past), is_brief=is_brief)


#: Where the row of an account is found as it stands.
BOOK = "FROM strategy_book AS book WHERE book.account_id = %(reach_id)s"


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as it is looked at: on which day, where it stands in its strategy, and where its row is found."""

    account_id: int
    day: date
    version_id: int
    place: int
    state_entered_on: date
    next_review_on: date | None
    #: The FROM clause that gives the row as `book`, and its parameters.
    source: str
    params: Mapping[str, Any]
    #: The number of the last change that had happened; None for what stands now.
    last: int | None = None
    is_now: bool = True
    #: What words meant then; None for what they mean now.
    policies: catalogue.Key | None = None


def explain(seen: Seen, *, past: Iterable[Past] = (), is_brief: bool = False) -> Why:
    """Explain an account as it is looked at."""
    version = versions.get_version(seen.version_id)
    published = versions.published(version.pk, version.document, seen.day)
    place = published.program.places[seen.place]
    policies = catalogue.catalogue() if seen.policies is None else catalogue.catalogue_by(seen.policies)
    words = own_words.words(published.program.document, policies)
    reasoning = Reasoning(published, words, seen.day, seen.last)
    options = reasoning.coming(place) if is_brief else reasoning.options(place)
    return Why(
        account_id=seen.account_id,
        day=seen.day,
        version=version,
        program=published.program,
        place=place,
        entered_on=seen.state_entered_on,
        next_review_on=seen.next_review_on,
        verdicts=tuple(_answered(seen, published, words, options, is_brief=is_brief)),
        past=tuple(past),
        is_now=seen.is_now,
    )


def _answered(
    seen: Seen, published: Published, words: Catalogue, options: list[Option], *, is_brief: bool
) -> list[Verdict]:
    """Ask the questions of all options in one statement, with the facts they read, and in another when the rest comes true.

    In brief, the latter only of the step that is waited for.
    """
    facts = list(dict.fromkeys(fact for each in options for question in each.questions for fact in question.facts))
    questions = [question for each in options for question in each.questions]
    read = [catalogue.expression(fact, seen.day) for fact in facts]
    made = [details.expression(fact, seen.day) for fact in facts]
    currency = catalogue.expression(words.currency, seen.day)
    selected = ", ".join([*(question.sql for question in questions), *read, *made, currency])
    with sql.cursor() as cursor:
        cursor.execute(f"SELECT {selected} {seen.source}", seen.params)
        found = cursor.fetchone()
    before = len(questions) + len(facts)
    read_facts = dict(zip((fact.name for fact in facts), found[len(questions) : before], strict=True))
    standing = Standing(words, seen.day, {**read_facts, words.currency.name: found[-1]})
    values = {
        fact: said_value(
            fact, read_facts[fact.name], found[-1], detail=details.said(fact, read_facts[fact.name], parts)
        )
        for fact, parts in zip(facts, found[before:-1], strict=True)
    }
    answers = dict(zip(map(id, questions), found, strict=False))
    awaited = [each for each in options if each.effect.step or not is_brief]
    first = _first_days(seen, published, words, awaited, answers) if seen.last is None else {}
    return [
        Verdict(
            option.effect,
            tuple(
                Answered(
                    question,
                    answers[id(question)],
                    tuple(values[fact] for fact in question.facts),
                    standing,
                    first.get(id(question)),
                )
                for question in option.questions
            ),
            standing,
            first.get(id(option)),
        )
        for option in options
    ]


def _first_days(
    seen: Seen, published: Published, words: Catalogue, options: list[Option], answers: dict[int, bool | None]
) -> dict[int, date | None]:
    """Give the first days on which what is not so today becomes so by itself: of questions, and of options as a whole."""
    writer = Ahead(words)
    until = _covered(published, ahead.furthest(seen.day))
    conditions: dict[int, str] = {}
    for option in options:
        open_ = [question for question in option.questions if not answers[id(question)]]
        texts = {id(question): question.by_day(writer) for question in option.questions if open_}
        conditions |= {id(each): text for each in open_ if (text := texts[id(each)])}
        days = _days(seen, published, option, until)
        timeless = [each for each in option.questions if each.about is not About.DAY]
        # While an account is paused its clocks stand still, and nobody knows by how much its steps move.
        is_paused = any(fact.name == PAUSED for each in open_ for fact in each.facts)
        if open_ and not is_paused and days is not None and all(texts[id(each)] for each in timeless):
            conditions[id(option)] = " AND ".join(["TRUE", *days, *(str(texts[id(each)]) for each in timeless)])
    found = ahead.first_days(seen.account_id, list(conditions.values()), day=seen.day, until=until)
    return dict(zip(conditions, found, strict=True))


def _days(seen: Seen, published: Published, option: Option, until: date) -> list[str] | None:
    """Write that a day is one on which an option may happen at all; None where that is not for days to say."""
    step = option.effect.step
    if step is None:
        return []
    if any(question.about is About.ORDER for question in option.questions):
        return None
    found = days_of(
        step,
        entered_on=seen.state_entered_on,
        review_on=seen.next_review_on,
        after=seen.day,
        until=until,
        holidays=published.holidays,
    )
    days = ", ".join(quote_day(day) for day in found)
    return [f"ahead.day = ANY(ARRAY[{days}]::date[])"]


def _covered(published: Published, until: date) -> date:
    """Give the last day up to another whose holidays are known."""
    calendar = jurisdictions.get_calendar(published.program.document.calendar)
    return min(until, calendar.effective_until - timedelta(days=1))


def _wait(day: date, until: date | None) -> Wait | None:
    return Wait((until - day).days, until) if until else None


def _coming_on(verdict: Verdict) -> date:
    return verdict.comes_on or date.max
