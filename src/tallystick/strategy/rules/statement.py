"""Programs as SQL text: which effect happens to each account of the book, and what it changes.

One number answers "what happens?": a CASE over the version and the place of an account, transitions first, then the step it
waits for. Several versions share one statement, so their effects are numbered on: an effect's number in the statement is its
number in the program plus the base of its version. Constants of the run day stand in arrays, by that number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import evidence, own_words, timing
from tallystick.strategy.rules.document import Due, Otherwise, State, Step
from tallystick.strategy.rules.program import Effect, EffectKind, Program
from tallystick.strategy.rules.types import Catalogue

#: Nothing is done about a closed account. It may still be moved from state to state.
OPEN = "book.is_open"


def rested(program: Program, state: State, *, day: str) -> str:
    """Write that an account may make a step of a state on a day: it has made none yet, or none of this state since it came to it.

    Who pays on the day of a reminder is in another state at once, and what that state begins with does not wait for tomorrow.
    What the version before decided in a state that was come to on the day counts as a step of it: on the day of a publication.
    The offset keeps the planner from looking through the decisions of all accounts.
    """
    own = ",".join(str(effect.number) for effect in program.of_state(state, EffectKind.STEP))
    return f"""(book.stepped_on IS NULL OR book.stepped_on < {day} OR (book.state_entered_on = {day} AND NOT EXISTS (
        SELECT FROM strategy_decision AS made
        WHERE made.account_id = book.account_id AND made.due_on = {day} AND made.cause_id = 0 AND CASE
            WHEN made.version_id = book.version_id THEN made.effect IN ({own}) ELSE made.from_entered_on = {day} END
        OFFSET 0
    )))"""


def not_decided(effect: Effect, *, day: str) -> str:
    """Write that an effect has not happened to an account on a day."""
    return f"""NOT EXISTS (
        SELECT FROM strategy_decision AS made
        WHERE made.account_id = book.account_id AND made.version_id = book.version_id AND made.due_on = {day}
          AND made.cause_id = 0 AND made.effect = {effect.number}
        OFFSET 0
    )"""


def not_passed_over(effect: Effect, *, day: str) -> str:
    """Write that a step has not been passed over on a day: a state that is come to twice passes over it once, and then waits."""
    return f"(book.state_entered_on IS DISTINCT FROM {day} OR {not_decided(effect, day=day)})"


def came(effect: Effect) -> str:
    """Write that the task an account waits for has ended, with the result of the effect."""
    assert effect.step is not None and effect.step.watch is not None  # noqa: S101
    mark = compiler.quote_text(effect.step.watch.mark)
    result = f"= {compiler.quote_text(effect.result)}" if effect.result else "IS NOT NULL"
    return f"(book.awaited_mark = {mark} AND book.awaited_on = book.stepped_on AND book.awaited_result {result})"


def overran(effect: Effect, *, day: str) -> str:
    """Write that the limit of a task has come: of the one an account waits for, or of one that is open still."""
    assert effect.step is not None and effect.step.watch is not None  # noqa: S101
    if effect.step.awaits:
        return f"book.next_review_on <= {day}"
    return f"{compiler.quote_text(effect.step.watch.mark)} = ANY (book.tasks_overrun)"


def has_come(at: Due, *, day: date, holidays: Collection[date]) -> str:
    """Write that the day of a step by the due day has come."""
    return f"book.oldest_due_on <= {compiler.quote_day(timing.due_by(at, day=day, holidays=holidays))}"


def is_due(*, day: str) -> str:
    """Write that the due day has come, so that nothing can be done before it."""
    return f"book.oldest_due_on <= {day}"


@dataclass(frozen=True, slots=True)
class Published:
    """A published version: its id, its program, and the holidays of its calendar."""

    version_id: int
    program: Program
    holidays: Collection[date]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A version with the base of its effects' numbers in a statement."""

    version: Published
    base: int
    #: What its conditions may speak of.
    words: Catalogue
    #: The place from which places are counted.
    first_place: int = 0


class Statement:
    """The SQL of some versions for one day. All text is made of checked documents and the catalogue; nothing is a parameter."""

    def __init__(self, versions: Iterable[Published], catalogue: Catalogue, day: date) -> None:
        self.day = day
        self._day = compiler.quote_day(day)
        self.versions: list[Numbered] = []
        base = 0
        for version in versions:
            self.versions.append(Numbered(version, base, own_words.words(version.program.document, catalogue)))
            base += len(version.program.effects)
        self._answers: dict[str, str] = {}

    @cached_property
    def events(self) -> frozenset[str]:
        """The kinds of events that any of the versions answers."""
        return frozenset().union(*(each.version.program.events() for each in self.versions))

    def effect(self, number: int) -> tuple[Published, Effect]:
        """Give the version and effect of a number in the statement."""
        numbered = next(each for each in reversed(self.versions) if each.base < number)
        return numbered.version, numbered.version.program.effect(number - numbered.base)

    def may_go_on(self, number: int) -> bool:
        """Test if an account may make a step yet on the day of an effect: where it is now, nothing has to come first."""
        version, effect = self.effect(number)
        if not effect.goes_on or effect.to_place is None:
            return effect.goes_on
        place, review = version.program.places[effect.to_place], self._reviews[number - 1]
        return place.is_awaiting or (place.step is not None and (review.on is None or review.on <= self.day))

    @cached_property
    def timed(self) -> str:
        """What happens by time: a transition, or the step waited for."""
        return self._by_state(self.timed_of)

    def timed_of(self, numbered: Numbered, state: State) -> str:
        """Write what happens by time in a state."""
        waiting = self._overruns(numbered, state, otherwise=self._waiting(numbered, state))
        return self._when(numbered, self._leaves(numbered, state), otherwise=waiting)

    @cached_property
    def steps(self) -> str:
        """What happens by time when no transition is looked at: the step waited for."""
        return self._by_state(self._waiting)

    @cached_property
    def leaves(self) -> str:
        """Which transition is taken."""
        return self._by_state(lambda numbered, state: self._when(numbered, self._leaves(numbered, state)))

    def answers(self, event: str) -> str:
        """Write which answer an event gets."""
        if event not in self._answers:
            self._answers[event] = self._by_state(
                lambda numbered, state: self._when(numbered, numbered.version.program.answers(state, event))
            )
        return self._answers[event]

    @cached_property
    def to_places(self) -> str:
        """The place after each effect; NULL stays."""
        return self._array("smallint", (effect.to_place for _, effect in self._effects()))

    @cached_property
    def entering(self) -> str:
        """Whether each effect enters a state."""
        return self._array("boolean", (effect.is_entering for _, effect in self._effects()))

    @cached_property
    def stepping(self) -> str:
        """Whether each effect is the step of the day."""
        return self._array("boolean", (effect.kind is EffectKind.STEP for _, effect in self._effects()))

    @cached_property
    def local_numbers(self) -> str:
        """The number of each effect in its own program."""
        return self._array("smallint", (effect.number for _, effect in self._effects()))

    @cached_property
    def caused(self) -> str:
        """Whether each effect is caused by an event when one is answered: transitions and answers are, steps are timed."""
        kinds = (EffectKind.LEAVE, EffectKind.ANSWER)
        return self._array("boolean", (effect.kind in kinds for _, effect in self._effects()))

    @cached_property
    def number_of_row(self) -> str:
        """The number in the statement of the effect that a row of `book` has in its own version."""
        cases = " ".join(f"WHEN {each.version.version_id} THEN {each.base}" for each in self.versions)
        return f"(CASE book.version_id {cases} END + book.effect)" if cases else "NULL::integer"

    @cached_property
    def review_days(self) -> str:
        """The day to look again after each effect, where it is known without the account."""
        return self._array("date", (review.on for review in self._reviews))

    @cached_property
    def review_delays(self) -> str:
        """The days since entering the state after which to look again, where that decides."""
        return self._array("integer", (review.days_since_entering for review in self._reviews))

    @cached_property
    def evidence(self) -> str:
        """The values that decided each effect, as JSON, over a row of the book that has been changed already."""
        # Many effects are decided by the same facts: each set of them is written once, and found by the effect's number.
        sets: dict[str, int] = {}
        effects = [(each, effect) for each in self.versions for effect in each.version.program.effects]
        values = [evidence.kept(effect, numbered.words, self.day) for numbered, effect in effects]
        numbers = [sets.setdefault(text, len(sets)) if text else None for text in values]
        if not sets:
            return "'{}'::jsonb"
        cases = " ".join(f"WHEN {number} THEN {text}" for text, number in sets.items())
        return f"(CASE {self._array('smallint', numbers)}[{self.number_of_row}] {cases} ELSE '{{}}'::jsonb END)"

    def _effects(self) -> list[tuple[Published, Effect]]:
        return [(each.version, effect) for each in self.versions for effect in each.version.program.effects]

    @cached_property
    def _reviews(self) -> list[timing.Review]:
        """When to look again after each effect."""
        reviews = []
        for version, effect in self._effects():
            if effect.to_place is None:
                reviews.append(timing.Review())
                continue
            place = version.program.places[effect.to_place]
            step = place.step
            if place.is_awaiting and step:
                waits = effect.kind is EffectKind.STEP
                reviews.append(
                    timing.review_of_task(step, day=self.day, holidays=version.holidays) if waits else timing.Review()
                )
                continue
            reviews.append(timing.review(step, day=self.day, is_entering=effect.is_entering, holidays=version.holidays))
        return reviews

    def _array(self, type_: str, values: Iterable[int | bool | date | None]) -> str:
        written = ",".join("NULL" if value is None else str(value) for value in values)
        return f"('{{{written}}}'::{type_}[])"

    def _by_state(self, of_state: Callable[[Numbered, State], str]) -> str:
        """Write a CASE over versions, and in each a binary tree over states, whose places lie side by side."""
        cases = []
        for numbered in self.versions:
            states = list(numbered.version.program.document.states)
            cases.append(f"WHEN {numbered.version.version_id} THEN {self._halves(numbered, states, of_state)}")
        # On a day on which no version may do anything all cases are NULL, which alone has no type.
        return f"(CASE book.version_id {' '.join(cases)} END)::integer" if cases else "NULL::integer"

    def _halves(self, numbered: Numbered, states: list[State], of_state: Callable[[Numbered, State], str]) -> str:
        if len(states) == 1:
            return of_state(numbered, states[0])
        middle = len(states) // 2
        lower = self._halves(numbered, states[:middle], of_state)
        upper = self._halves(numbered, states[middle:], of_state)
        if lower == upper:
            return lower
        border = numbered.version.program.first_place(states[middle].id).number
        return f"(CASE WHEN book.place < {border} THEN {lower} ELSE {upper} END)"

    def _leaves(self, numbered: Numbered, state: State) -> list[Effect]:
        return numbered.version.program.of_state(state, EffectKind.LEAVE)

    def _when(self, numbered: Numbered, effects: Iterable[Effect], otherwise: str = "NULL::integer") -> str:
        """Write the first of some effects whose condition is true and that no guard stops."""
        cases = [
            f"WHEN {self._all_true(self._unguarded(numbered, effect), self._condition(numbered, effect))} "
            f"THEN {numbered.base + effect.number}"
            for effect in effects
        ]
        return f"(CASE {' '.join(cases)} ELSE {otherwise} END)" if cases else otherwise

    def _waiting(self, numbered: Numbered, state: State) -> str:
        """Write the step that each place of a state waits for."""
        program = numbered.version.program
        steps = []
        for place in program.places_of(state):
            number = place.number - numbered.first_place
            if place.step and place.is_awaiting:
                steps.append(f"WHEN {number} THEN {self._task(numbered, program.of_task(state, place.step))}")
            elif place.step and timing.may_fire_on(place.step, day=self.day, holidays=numbered.version.holidays):
                fires = self._step(numbered, state, program.of_step(state, place.step))
                steps.append(f"WHEN {number} THEN {fires}")
        return f"(CASE book.place {' '.join(steps)} END)" if steps else "NULL::integer"

    def _step(self, numbered: Numbered, state: State, effects: list[Effect]) -> str:
        """Write the step of a place: nothing before its delay is over and while a guard holds, then it fires or is skipped."""
        fires, *skipped = effects
        assert fires.step is not None  # noqa: S101
        entered = timing.entered_by(fires.step, day=self.day, holidays=numbered.version.holidays)
        ready = self._all_true(
            f"book.next_review_on <= {self._day}",
            rested(numbered.version.program, state, day=self._day),
            "" if entered is None else f"book.state_entered_on <= {compiler.quote_day(entered)}",
            self._unguarded(numbered, fires),
        )
        number = numbered.base + fires.number
        condition = self._condition(numbered, fires)
        come = self._come(numbered, fires.step)
        if not skipped:
            return f"(CASE WHEN {self._all_true(ready, come, condition)} THEN {number} END)"
        [skip] = skipped
        passed = f"WHEN {not_passed_over(skip, day=self._day)} THEN {numbered.base + skip.number}"
        if fires.step.otherwise is Otherwise.SKIP:
            decided = f"(CASE WHEN {condition} THEN {number} {passed} END)"
        else:
            decided = f"(CASE WHEN {condition} THEN {number} END)"
        if fires.step.at and fires.step.at.is_before:
            late = f"WHEN {is_due(day=self._day)} THEN (CASE {passed} END)"
            return f"(CASE WHEN {ready} THEN (CASE {late} WHEN {come} THEN {decided} END) END)"
        return f"(CASE WHEN {self._all_true(ready, come)} THEN {decided} END)"

    def _come(self, numbered: Numbered, step: Step) -> str:
        """Write that the day of a step by the due day has come; nothing for other steps."""
        return has_come(step.at, day=self.day, holidays=numbered.version.holidays) if step.at else ""

    def _task(self, numbered: Numbered, effects: list[Effect]) -> str:
        """Write what comes of the task that is waited for: its result, or that its limit comes."""
        *results, overrun = effects
        cases = [
            f"WHEN {came(each)} THEN CASE WHEN {not_passed_over(each, day=self._day)} THEN {numbered.base + each.number} END"
            for each in results
        ]
        return f"(CASE {' '.join(cases)} {self._limit(numbered, overrun)} END)"

    def _overruns(self, numbered: Numbered, state: State, otherwise: str) -> str:
        """Write the limits of tasks that come while an account has gone on."""
        cases = [self._limit(numbered, effect) for effect in numbered.version.program.overruns(state)]
        return f"(CASE {' '.join(cases)} ELSE {otherwise} END)" if cases else otherwise

    def _limit(self, numbered: Numbered, effect: Effect) -> str:
        late = self._all_true(
            overran(effect, day=self._day), self._unguarded(numbered, effect), not_decided(effect, day=self._day)
        )
        return f"WHEN {late} THEN {numbered.base + effect.number}"

    def _condition(self, numbered: Numbered, effect: Effect) -> str:
        if effect.condition is None:
            return "TRUE"
        return compiler.to_sql(effect.condition.tree, numbered.words, self.day)

    def _unguarded(self, numbered: Numbered, effect: Effect) -> str:
        if effect.only_moves:
            return ""
        guards = numbered.version.program.guards(effect)
        if not guards:
            return OPEN
        stopping = (compiler.to_sql(guard.when.tree, numbered.words, self.day) for guard in guards)
        return f"({OPEN} AND NOT {compiler.any_true(stopping)})"

    def _all_true(self, *conditions: str) -> str:
        return " AND ".join(condition for condition in conditions if condition)
