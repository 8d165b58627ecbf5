"""A strategy read aloud: every state, step, transition and answer as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.words import TO_DEBTOR, Audience, Channel, Command, To
from tallystick.holds.rules import Reason
from tallystick.strategy.rules import own_words, plain
from tallystick.strategy.rules.document import (
    Answer,
    Condition,
    Delay,
    Document,
    Due,
    Learning,
    Otherwise,
    Roll,
    Since,
    Split,
    State,
    Step,
)
from tallystick.strategy.rules.orders import (
    PRIORITIES,
    CancelTasks,
    Hold,
    LiftHold,
    Message,
    Note,
    Notice,
    Order,
    Overrun,
    Pause,
    Service,
    Task,
    Watch,
)
from tallystick.strategy.rules.types import Catalogue
from tallystick.worklists.rules import RESULTS


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that can happen: what it is called, when it happens, and what is done then."""

    title: str
    when: str
    orders: tuple[str, ...]
    #: Where the account goes; empty when it stays.
    goes: str = ""


@dataclass(frozen=True, slots=True)
class ToldState:
    """A state: what can happen in it, in the order it is looked at."""

    id: str
    title: str
    leaves: tuple[Told, ...]
    steps: tuple[Told, ...]
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Narration:
    """A whole strategy."""

    splits: tuple[Told, ...]
    #: The levels of items, and who speaks.
    weighing: tuple[Told, ...]
    guards: tuple[Told, ...]
    states: tuple[ToldState, ...]
    answers: tuple[Told, ...]


def narrate(document: Document, catalogue: Catalogue) -> Narration:
    """Read a checked document aloud."""
    return _Narrator(document, own_words.words(document, catalogue)).all()


def said_order(order: Order) -> str:
    """Say what an order has done."""
    match order:
        case Message():
            return _("{channel} “{template}”").format(
                channel=order.channel.label, template=plain.name_aloud(order.template)
            )
        case Task():
            return _said_task(order)
        case Overrun():
            return _said_overrun(order.watch)
        case CancelTasks():
            return _("cancel open tasks ({kind})").format(kind=order.kind.label)
        case Hold():
            return ngettext(
                "hold the account for {days} day ({reason})", "hold the account for {days} days ({reason})", order.days
            ).format(days=order.days, reason=order.reason.label)
        case Pause():
            return _said_pause(order)
        case LiftHold(reason=Reason.PAUSE):
            return _("release the account")
        case LiftHold():
            return _("lift the hold ({reason})").format(reason=order.reason.label)
        case Service():
            return _("suspend the service") if order.command is Command.SUSPEND else _("resume the service")
        case Notice():
            return _("notice “{template}” to {colleagues}").format(
                template=plain.name_aloud(order.template), colleagues=_said_to(order.to)
            )
        case Note():
            return _("note: {text}").format(text=order.text)


def said_name(name: str) -> str:
    """Say the name under which a run counts orders that are alike (`actions.ordering.name_of`).

    >>> said_name("email reminder_1"), said_name("task call: Call them"), said_name("service suspend")
    ('E-mail “reminder 1”', 'Task: Call them', 'Suspend the service')
    """
    word, _space, rest = name.partition(" ")
    if word in {channel.value for channel in TO_DEBTOR}:
        return _("{channel} “{template}”").format(channel=Channel(word).label, template=plain.name_aloud(rest))
    match word:
        case "task":
            return _("Task: {title}").format(title=rest.partition(": ")[2])
        case "overrun":
            return _("Task not done in time: {step}").format(step=plain.name_aloud(rest.partition("/")[2]))
        case "service":
            return str(Command(rest).label)
        case "notify":
            to, _space, template = rest.rpartition(" ")
            return _("Notice “{template}” to {colleagues}").format(
                template=plain.name_aloud(template), colleagues=_said_to(To.read(to))
            )
    return plain.name_aloud(name).capitalize()


def _said_task(task: Task) -> str:
    said = _("task for a person, {kind}: {title}").format(kind=task.kind.label, title=task.title)
    if task.team:
        said += ", " + _("for the team {team}").format(team=task.team)
    if task.to_owner:
        said += ", " + _("for whoever looks after the account")
    if task.due_business_days:
        days = task.due_business_days
        said += ", " + ngettext("within {days} business day", "within {days} business days", days).format(days=days)
    return said


def _said_pause(pause: Pause) -> str:
    if pause.days is not None:
        return ngettext("pause for {days} day", "pause for {days} days", pause.days).format(days=pause.days)
    if pause.until is not None:
        return _("pause until {day}").format(day=plain.value_aloud(pause.until))
    return _("pause until it is released")


def _said_overrun(watch: Watch) -> str:
    said = _("say that the task was not done in time")
    if watch.priority is not None:
        said += ", " + _("weigh it as {priority}").format(
            priority=next(word for word, weight in PRIORITIES.items() if weight == watch.priority)
        )
    if watch.team:
        said += ", " + _("give it to the team {team}").format(team=watch.team)
    if watch.to_owner:
        said += ", " + _("give it to whoever looks after the account")
    return said


def said_result(word: str) -> str:
    """Say what came of a task; anything else where no word is said.

    >>> said_result("promise"), said_result("")
    ('Right person: promised to pay', 'anything else')
    """
    return str(RESULTS[word]) if word else _("anything else")


def _said_to(to: To) -> str:
    match to.audience:
        case Audience.ROLE:
            return _("everybody with the role {role}").format(role=to.name)
        case Audience.TEAM:
            return _("the team {team}").format(team=to.name) if to.name else _("the client's team")
        case Audience.USER:
            return to.name
        case Audience.OWNER:
            return _("whoever looks after the account")
        case Audience.ACCOUNT_MANAGER:
            return _("the account manager of the client")


class _Narrator:
    """Reads one document aloud."""

    def __init__(self, document: Document, catalogue: Catalogue) -> None:
        self._document = document
        self._catalogue = catalogue

    def all(self) -> Narration:
        guards = tuple(
            Told(plain.name_aloud(each.id), self._condition(each.when), ()) for each in self._document.guards
        )
        return Narration(
            splits=tuple(map(self._split, self._document.splits)),
            weighing=tuple(_said_weighing(self._document.weighing)),
            guards=guards,
            states=tuple(self._state(state) for state in self._document.states),
            answers=tuple(self._answer(answer) for answer in self._document.answers),
        )

    def _state(self, state: State) -> ToldState:
        return ToldState(
            id=state.id,
            title=state.title,
            leaves=tuple(
                Told(
                    "",
                    _("as soon as {condition}").format(condition=self._condition(leave.when)),
                    (),
                    self._title(leave.go),
                )
                for leave in state.leaves
            ),
            steps=tuple(self._step(step) for step in state.steps),
            answers=tuple(self._answer(answer) for answer in state.answers),
        )

    def _step(self, step: Step) -> Told:
        phrases = [said_due(step.at) if step.at else _delay(step.after)]
        if step.at and step.at.roll is not Roll.NONE:
            phrases.append(_("or {instead}").format(instead=step.at.roll.label))
        if step.at and step.at.is_before:
            phrases.append(_("passed over once that has come"))
        if step.when and step.otherwise is Otherwise.SKIP:
            phrases.append(
                _("if {condition}; otherwise it is passed over").format(condition=self._condition(step.when))
            )
        elif step.when:
            phrases.append(_("as soon as {condition}").format(condition=self._condition(step.when)))
        if step.business_days_only:
            phrases.append(_("on a business day"))
        if step.despite:
            phrases.append(_("also while: {guards}").format(guards=_listed(step.despite)))
        done = (*map(said_order, step.orders), *self._task(step))
        return Told(step.title, ", ".join(filter(None, phrases)), done, self._title(step.go))

    def _task(self, step: Step) -> list[str]:
        """Say what becomes of the task of a step that has a time limit."""
        watch = step.watch
        if watch is None:
            return []
        days = _said_days(watch.limit, business=True)
        told = [_("wait until it is done, for {days} at most").format(days=days)] if watch.is_awaited else []
        told += [
            _("when it came to “{result}”, go to “{state}”").format(result=said_result(word), state=self._title(go))
            for word, go in watch.results
        ]
        late = [said_order(order) for order in (Overrun(watch), *watch.orders)]
        if watch.go:
            late.append(_("go to “{state}”").format(state=self._title(watch.go)))
        elif watch.is_awaited:
            late.append(_("wait on") if watch.keeps_waiting else _("go on"))
        return [*told, _("not done within {days}: {orders}").format(days=days, orders="; ".join(late))]

    def _answer(self, answer: Answer) -> Told:
        phrases = [_("when “{event}”").format(event=plain.event_aloud(answer.event))]
        if answer.when:
            phrases.append(_("if {condition}").format(condition=self._condition(answer.when)))
        if answer.despite:
            phrases.append(_("also while: {guards}").format(guards=_listed(answer.despite)))
        return Told(answer.title, ", ".join(phrases), tuple(map(said_order, answer.orders)), self._title(answer.go))

    def _split(self, split: Split) -> Told:
        arms = ", ".join(
            _("{share} % {arm}").format(share=share, arm=plain.name_aloud(arm)) for arm, share in split.shares
        )
        by = (
            _("by chance, each debtor with all accounts") if split.by_debtor else _("by chance, each account by itself")
        )
        learns = (self._learning(split.learns),) if split.learns else ()
        return Told(plain.name_aloud(split.id).capitalize(), f"{by}: {arms}", learns)

    def _learning(self, learns: Learning) -> str:
        days = ngettext("{days} day", "{days} days", learns.within).format(days=learns.within)
        said = _("learns every week from “{state}” on: {measure} within {days}; every arm keeps {least} %")
        return said.format(
            state=self._title(learns.state), measure=str(learns.measure.label).lower(), days=days, least=learns.at_least
        )

    def _condition(self, condition: Condition) -> str:
        return plain.read_aloud(condition.tree, self._catalogue)

    def _title(self, state_id: str | None) -> str:
        return self._document.state(state_id).title if state_id else ""


def _said_weighing(weighing: Weighing) -> Iterator[Told]:
    for level, begins in enumerate(weighing.levels, start=1):
        when = ngettext("from {days} day past due", "from {days} days past due", begins).format(days=begins)
        yield Told(_("Level {number}").format(number=level), when, ())
    if weighing.of_debtor:
        said = _("the account with the highest level speaks for all that a debtor has with the client")
        yield Told(_("One message for each debtor"), said, ())


def _listed(names: frozenset[str]) -> str:
    return ", ".join(plain.name_aloud(name) for name in sorted(names))


def said_due(at: Due) -> str:
    """Say the day of a step by the due day.

    >>> said_due(Due(5, False, True)), said_due(Due(0, False, False))
    ('5 days before the due day of the oldest open item', 'the due day of the oldest open item')
    """
    if not at.days:
        return _("the due day of the oldest open item")
    said = _said_days(at.days, business=at.business)
    if at.is_before:
        return _("{days} before the due day of the oldest open item").format(days=said)
    return _("{days} after the due day of the oldest open item").format(days=said)


def _said_days(days: int, *, business: bool) -> str:
    if business:
        return ngettext("{days} business day", "{days} business days", days).format(days=days)
    return ngettext("{days} day", "{days} days", days).format(days=days)


def _delay(delay: Delay) -> str:
    """Say how long a step waits; nothing for one that does not.

    >>> _delay(Delay(3, True))
    '3 business days after the step before'
    """
    if not delay.days:
        return ""
    said = _said_days(delay.days, business=delay.business)
    after = _("after the step before") if delay.since is Since.STEP else _("after entering the state")
    return f"{said} {after}"
