"""A document as places and effects, numbered, so that an account's position and what happens to it are one small number each.

A **place** is a state and the step an account waits for in it, or whose task it waits for; the last place of a state waits for
nothing more. An **effect** is one thing that can happen: a transition, a step, a step skipped, the result of its task or that its
time limit comes, an answer. Numbers follow the order of the document and never change, since a published document never does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.strategy.rules.document import Answer, Condition, Document, Guard, State, Step
from tallystick.strategy.rules.orders import Message, Order, Overrun, Watch


class EffectKind(Choice):
    """Kinds of things that can happen to an account in a strategy."""

    LEAVE = "leave", _("transition")
    STEP = "step", _("step")
    SKIP = "skip", _("step skipped")
    RESULT = "result", _("result of a task")
    OVERRUN = "overrun", _("time limit of a task")
    ANSWER = "answer", _("answer to an event")


@dataclass(frozen=True, slots=True)
class Place:
    """A state and the step an account waits for in it; no step in the last place of a state."""

    number: int
    state: State
    step: Step | None
    #: The step was made, and the account waits for what comes of its task.
    is_awaiting: bool = False

    @property
    def ends(self) -> bool:
        """Whether an account may wait here for no day: nothing more comes, or a person is waited for however long it takes."""
        return self.step is None or (self.is_awaiting and self.step.watch is not None and self.step.watch.keeps_waiting)


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that can happen, and the place an account is in afterwards."""

    number: int
    kind: EffectKind
    #: State it belongs to; None for an answer of the whole document.
    state: State | None
    step: Step | None
    #: Kind of the event that an answer answers; empty otherwise.
    event: str
    title: str
    condition: Condition | None
    orders: tuple[Order, ...]
    #: Place afterwards; None stays where it is and keeps waiting as before.
    to_place: int | None
    #: The account enters a state, so that delays count anew.
    is_entering: bool
    despite: frozenset[str]
    #: What came of the task, as a word; empty for whatever has no state of its own.
    result: str = ""
    #: Id of the state that the account enters; empty where it enters none.
    go: str = ""

    def comes_to(self, state_id: str) -> bool:
        """Test if an account comes to a state by it from elsewhere; an answer given in every state may find it there already."""
        return self.go == state_id and (self.state is None or self.state.id != state_id)

    @property
    def goes_on(self) -> bool:
        """Whether an account may still make the step of the day after it."""
        return self.kind in (EffectKind.LEAVE, EffectKind.SKIP, EffectKind.RESULT, EffectKind.OVERRUN)

    @property
    def only_moves(self) -> bool:
        """Whether it only moves the account: a transition, a result, an answer without orders. A step is part of a sequence."""
        return self.kind in (EffectKind.LEAVE, EffectKind.RESULT) or (
            self.kind is EffectKind.ANSWER and not self.orders
        )


@dataclass(frozen=True, slots=True)
class Program:
    """The places and effects of one document."""

    document: Document
    places: tuple[Place, ...]
    effects: tuple[Effect, ...]
    _first: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> Program:
        """Number the places and effects of a checked document."""
        places: list[Place] = []
        first: dict[str, int] = {}
        for state in document.states:
            first[state.id] = len(places)
            for step in (*state.steps, None):
                places.append(Place(len(places), state, step))
                if step and step.awaits:
                    places.append(Place(len(places), state, step, is_awaiting=True))
        effects = _Numbering(document, tuple(places), first).number()
        return cls(document, tuple(places), effects, first)

    @property
    def start(self) -> Place:
        """The place an account begins in."""
        return self.places[self._first[self.document.start]]

    def first_place(self, state_id: str) -> Place:
        """Give the place an account is in when it enters a state."""
        return self.places[self._first[state_id]]

    def effect(self, number: int) -> Effect:
        """Give an effect by its number; numbers begin at 1."""
        return self.effects[number - 1]

    def of_state(self, state: State, *kinds: EffectKind) -> list[Effect]:
        """Give the effects of some kinds of a state, in the order they are looked at."""
        return [each for each in self.effects if each.state is state and each.kind in kinds]

    def of_step(self, state: State, step: Step) -> list[Effect]:
        """Give what can come of a step: that it fires and, where it may be, that it is skipped."""
        return [each for each in self.of_state(state, EffectKind.STEP, EffectKind.SKIP) if each.step is step]

    def of_task(self, state: State, step: Step) -> list[Effect]:
        """Give what can come of the task of a step: each result and, last, that its limit comes; nothing without a limit."""
        return [each for each in self.of_state(state, EffectKind.RESULT, EffectKind.OVERRUN) if each.step is step]

    def overruns(self, state: State) -> list[Effect]:
        """Give the limits of tasks that can come while an account has gone on in the state."""
        return [each for each in self.of_state(state, EffectKind.OVERRUN) if each.step and not each.step.awaits]

    def places_of(self, state: State) -> tuple[Place, ...]:
        """Give the places of a state, in their order."""
        return tuple(place for place in self.places if place.state is state)

    def answers(self, state: State, event: str) -> list[Effect]:
        """Give the answers to an event in a state, in the order they are looked at."""
        return [
            each
            for each in self.effects
            if each.kind is EffectKind.ANSWER and each.event == event and (each.state is state or each.state is None)
        ]

    def events(self) -> frozenset[str]:
        """Give the kinds of events that the document answers."""
        return frozenset(each.event for each in self.effects if each.event)

    def guards(self, effect: Effect) -> tuple[Guard, ...]:
        """Give the guards that can stop an effect. What only moves an account by itself or for an event is stopped by none."""
        if effect.only_moves:
            return ()
        return tuple(guard for guard in self.document.guards if guard.id not in effect.despite)

    def matching(self, place: Place, other: Program) -> Place:
        """Give the place of another program that a place becomes when an account moves over to it.

        The state and step of the same ids; the end of the state where the step is gone; the start where the state is gone.
        """
        theirs = [each for each in other.places if each.state.id == place.state.id]
        if not theirs:
            return other.start
        if place.step is None:
            return theirs[-1]
        alike = [each for each in theirs if each.step and each.step.id == place.step.id]
        if place.is_awaiting and alike and not alike[-1].is_awaiting:
            # The step was made, and waits for nobody any more.
            return other.places[alike[0].number + 1]
        return next((each for each in alike if each.is_awaiting == place.is_awaiting), theirs[-1])


class _Numbering:
    """Makes the effects of a document, in its order."""

    def __init__(self, document: Document, places: tuple[Place, ...], first: dict[str, int]) -> None:
        self._document = document
        self._places = places
        self._first = first
        self.effects: list[Effect] = []

    def number(self) -> tuple[Effect, ...]:
        for state in self._document.states:
            for leave in state.leaves:
                title = f"→ {self._document.state(leave.go).title}"
                self._add(EffectKind.LEAVE, state, leave.when, title=title, go=leave.go)
            for place in self._places:
                if place.state is state and not place.is_awaiting:
                    self._add_step(place)
            for answer in state.answers:
                self._add_answer(state, answer)
        for answer in self._document.answers:
            self._add_answer(None, answer)
        return tuple(self.effects)

    def _add_step(self, place: Place) -> None:
        step = place.step
        if step is None:
            return
        awaiting = place.number + 1
        following = awaiting + 1 if step.awaits else awaiting
        self._add(
            EffectKind.STEP,
            place.state,
            step.when,
            step=step,
            title=step.title,
            orders=step.orders,
            go=None if step.awaits else step.go,
            following=awaiting,
            despite=step.despite,
        )
        if step.may_be_skipped:
            self._add(
                EffectKind.SKIP,
                place.state,
                step.when,
                step=step,
                title=step.title,
                following=following,
                despite=step.despite,
            )
        if step.watch:
            self._add_task(place.state, step, step.watch, awaiting if step.awaits else None, following)

    def _add_task(self, state: State, step: Step, watch: Watch, awaiting: int | None, following: int) -> None:
        """Add what can come of a task; `awaiting` is where an account waits for it, and `following` where it goes on."""
        if awaiting is not None:
            for word, go in (*watch.results, ("", step.go)):
                self._add(
                    EffectKind.RESULT, state, None, step=step, title=step.title, go=go, following=following, result=word
                )
        stays = awaiting if watch.keeps_waiting else following
        self._add(
            EffectKind.OVERRUN,
            state,
            None,
            step=step,
            title=step.title,
            orders=(Overrun(watch), *watch.orders),
            go=watch.go or (None if awaiting is None or watch.keeps_waiting else step.go),
            following=None if awaiting is None else stays,
            despite=step.despite,
        )

    def _add_answer(self, state: State | None, answer: Answer) -> None:
        self._add(
            EffectKind.ANSWER,
            state,
            answer.when,
            event=answer.event,
            title=answer.title or answer.event,
            orders=answer.orders,
            go=answer.go,
            despite=answer.despite,
        )

    def _weighed(self, order: Order) -> Order:
        """Have a message weigh items as the document does."""
        return replace(order, weighing=self._document.weighing) if isinstance(order, Message) else order

    def _add(
        self,
        kind: EffectKind,
        state: State | None,
        condition: Condition | None,
        *,
        step: Step | None = None,
        event: str = "",
        title: str = "",
        orders: tuple[Order, ...] = (),
        go: str | None = None,
        following: int | None = None,
        despite: frozenset[str] = frozenset(),
        result: str = "",
    ) -> None:
        self.effects.append(
            Effect(
                number=len(self.effects) + 1,
                kind=kind,
                state=state,
                step=step,
                event=event,
                title=title,
                condition=condition,
                orders=tuple(map(self._weighed, orders)),
                to_place=following if go is None else self._first[go],
                is_entering=go is not None,
                despite=despite,
                result=result,
                go=go or "",
            )
        )
