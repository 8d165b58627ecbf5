"""Why and why not: everything that is asked before an effect happens, one question after the other.

The questions are the parts of the very text that decides, asked by themselves: there is no second evaluator that could tell
another story. The first that is answered by no is what stops the effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _

from tallystick.kernel.calendars import add_business_days
from tallystick.kernel.choices import Choice
from tallystick.kernel.facts import Fact
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import narration, plain, timing, tree
from tallystick.strategy.rules.ahead import Ahead
from tallystick.strategy.rules.document import Due, Guard, State, Step
from tallystick.strategy.rules.evidence import DUE_DAY
from tallystick.strategy.rules.levers import Wish
from tallystick.strategy.rules.program import Effect, EffectKind, Place
from tallystick.strategy.rules.statement import OPEN, Published, came, has_come, is_due, overran, rested
from tallystick.strategy.rules.tree import Node
from tallystick.strategy.rules.types import Catalogue


class About(Choice):
    """What a question is about."""

    OPEN = "open", "account"
    ORDER = "order", "order of steps"
    DAY = "day", "day"
    TASK = "task", "task"
    DUE = "due", "due day"
    GUARD = "guard", "guard"
    CONDITION = "condition", "condition"


@dataclass(frozen=True, slots=True)
class Question:
    """One question that must be answered by yes: how it is said, how the database answers it, and which facts it reads."""

    about: About
    said: str
    sql: str
    facts: tuple[Fact, ...] = ()
    #: The condition, where it is one, and what it is to be: a guard is to be anything but true.
    tree: Node | None = None
    wish: Wish = Wish.TRUE

    def by_day(self, writer: Ahead) -> str | None:
        """Write how the database answers it for a column of days; None where it does not look ahead."""
        if self.tree is None:
            return self.sql if self.about is About.OPEN else None
        text = writer.to_sql(self.tree)
        return f"(({text}) IS NOT TRUE)" if self.wish is Wish.NOT_TRUE else text


@dataclass(frozen=True, slots=True)
class Option:
    """An effect that can happen to an account in its place, with everything that is asked before."""

    effect: Effect
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Reasoning:
    """Takes the effects within reach of a place apart into questions, for a day."""

    version: Published
    catalogue: Catalogue
    day: date
    #: The number of the last decision that was made at the time; None for all that have been made.
    last: int | None = None

    def options(self, place: Place) -> list[Option]:
        """Give the effects within reach of a place: transitions, its step and the ones behind it, answers to events."""
        answers = [
            Option(effect, self._asked(effect))
            for effect in self.version.program.effects
            if effect.kind is EffectKind.ANSWER and (effect.state is place.state or effect.state is None)
        ]
        return [*self._leaves(place), *self._tasks(place), *self._steps(place), *answers]

    def _tasks(self, place: Place) -> Iterator[Option]:
        """Give what can come of tasks: of the one that is waited for, or of those that are open while the account has gone on."""
        program, state = self.version.program, place.state
        awaited = program.of_task(state, place.step) if place.is_awaiting and place.step else []
        for effect in (*awaited, *program.overruns(state)):
            if effect.kind is EffectKind.RESULT:
                said = _("what came of the task is: {result}").format(result=narration.said_result(effect.result))
                question = Question(About.TASK, said, came(effect), (self._fact("worklists.result"),))
            else:
                late = overran(effect, day=compiler.quote_day(self.day))
                said = _("the time limit of the task has come")
                question = Question(About.TASK, said, late, (self._fact("worklists.limit_on"),))
            yield Option(effect, (question, *self._asked(effect)))

    def _fact(self, name: str) -> Fact:
        return self.catalogue.facts[name]

    def coming(self, place: Place) -> list[Option]:
        """Give what can come of a place by time alone: transitions, what comes of tasks, and the step it waits for."""
        return [*self._leaves(place), *self._tasks(place), *islice(self._steps(place), 1)]

    def _leaves(self, place: Place) -> Iterator[Option]:
        for effect in self.version.program.of_state(place.state, EffectKind.LEAVE):
            yield Option(effect, self._asked(effect))

    def _steps(self, place: Place) -> Iterator[Option]:
        if place.step is None:
            return
        steps = place.state.steps
        waiting = steps.index(place.step)
        if place.is_awaiting:
            waiting += 1
        for number, step in enumerate(steps[waiting:]):
            [fires, *_skipped] = self.version.program.of_step(place.state, step)
            is_next = number == 0 and not place.is_awaiting
            first = self._timing(place.state, step) if is_next else (self._after(place.step),)
            yield Option(fires, (*first, *self._asked(fires)))

    def _after(self, step: Step) -> Question:
        return Question(About.ORDER, _("after the step “{step}”").format(step=step.title), "false")

    def _timing(self, state: State, step: Step) -> tuple[Question, ...]:
        day = compiler.quote_day(self.day)
        entered = timing.entered_by(step, day=self.day, holidays=self.version.holidays)
        delayed = f"book.next_review_on <= {day}"
        if entered is not None:
            delayed += f" AND book.state_entered_on <= {compiler.quote_day(entered)}"
        questions = [
            Question(About.DAY, _("its day has come"), f"({delayed})"),
            Question(
                About.DAY,
                _("no other step was made that day"),
                self._made_by_then(rested(self.version.program, state, day=day)),
            ),
        ]
        if step.at:
            questions += self._by_due_day(step.at)
        if not timing.may_fire_on(step, day=self.day, holidays=self.version.holidays):
            following = add_business_days(self.day, 0, self.version.holidays)
            said = _("it is a business day (the next is {day})").format(day=plain.value_aloud(following))
            questions.append(Question(About.DAY, said, "false"))
        return tuple(questions)

    def _by_due_day(self, at: Due) -> list[Question]:
        due_on = (self._fact(DUE_DAY),)
        come = has_come(at, day=self.day, holidays=self.version.holidays)
        asked = [Question(About.DUE, _("it is {when}").format(when=narration.said_due(at)), come, due_on)]
        if at.is_before:
            passed = f"NOT {is_due(day=compiler.quote_day(self.day))}"
            asked.append(Question(About.DUE, _("the due day has not come"), passed, due_on))
        return asked

    def _made_by_then(self, rested_: str) -> str:
        """Leave out of what is asked of decisions those that were made later."""
        if self.last is None:
            return rested_
        return rested_.replace("made.due_on =", f"made.id <= {self.last:d} AND made.due_on =")

    def _asked(self, effect: Effect) -> tuple[Question, ...]:
        questions: list[Question] = []
        if not effect.only_moves:
            questions.append(Question(About.OPEN, _("the account is open"), OPEN))
            questions += (self._guard(guard) for guard in self.version.program.guards(effect))
        if effect.condition:
            questions += (self._condition(part) for part in tree.conjuncts(effect.condition.tree))
        return tuple(questions)

    def _guard(self, guard: Guard) -> Question:
        said = _("the guard “{guard}” does not stop it ({condition})").format(
            guard=plain.name_aloud(guard.id), condition=plain.read_aloud(guard.when.tree, self.catalogue)
        )
        sql = f"(({compiler.to_sql(guard.when.tree, self.catalogue, self.day)}) IS NOT TRUE)"
        facts = tuple(self.catalogue.of_tree(guard.when.tree))
        return Question(About.GUARD, said, sql, facts, guard.when.tree, Wish.NOT_TRUE)

    def _condition(self, part: Node) -> Question:
        return Question(
            About.CONDITION,
            plain.read_aloud(part, self.catalogue),
            compiler.to_sql(part, self.catalogue, self.day),
            tuple(self.catalogue.of_tree(part)),
            part,
        )
