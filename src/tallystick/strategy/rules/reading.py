"""From the text of a strategy document to a checked `Document`, or to every mistake in it, each with its line and path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.contact.rules.weighing import Weighing
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules import grammar, keys, mistakes, own_words, reading_orders, strict_yaml, types
from tallystick.strategy.rules.document import (
    Answer,
    Condition,
    Delay,
    Document,
    Due,
    Guard,
    Learning,
    Leave,
    Otherwise,
    Roll,
    Since,
    Split,
    State,
    Step,
)
from tallystick.strategy.rules.orders import Task
from tallystick.strategy.rules.section import Problem, Section
from tallystick.strategy.rules.strict_yaml import YamlUnreadable
from tallystick.strategy.rules.trials.terms import LEARNED, Measure
from tallystick.strategy.rules.words import KEYWORDS

MOST_STATES = 200
MOST_STEPS = 60

_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LEVEL = re.compile(r"([0-9]{1,4}) days? past due")
_DUE = re.compile(r"([0-9]{1,3}) (business )?days? (before|after) due")
_WITHIN = re.compile(r"([0-9]{1,3}) days?")
_DELAY = re.compile(r"([0-9]{1,4}) (business )?days?( since entering)?")


class DocumentMistaken(Refusal):
    """A strategy document with mistakes: `problems` has every one of them, with line and path."""

    code = "strategy.document_mistaken"
    sentence = gettext_lazy("The document has {count} mistakes. The first, {first}")
    status = 422

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems), first=str(self.problems[0]))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a document may speak of: facts, kinds of events, and calendars; None leaves events or calendars unchecked."""

    catalogue: types.Catalogue
    events: Collection[str] | None = None
    calendars: Collection[str] | None = None


def read(text: str, vocabulary: Vocabulary) -> Document:
    """Read a strategy document and check all of it.

    :raises DocumentMistaken: something in it is wrong; every mistake is named
    """
    try:
        root = strict_yaml.read(text)
    except YamlUnreadable as refusal:
        raise DocumentMistaken([Problem((), refusal.fields["line"], str(refusal.fields["reason"]))]) from None
    reader = _Reader(vocabulary)
    document = reader.document(Section(root, (), reader.problems))
    if reader.problems:
        raise DocumentMistaken(sorted(reader.problems, key=lambda problem: problem.line))
    return document


class _Reader:
    """Reads one document; mistakes are gathered, and what is mistaken is read as something harmless."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._catalogue = vocabulary.catalogue
        self.problems: list[Problem] = []
        self._states: tuple[str, ...] = ()
        self._guards: tuple[str, ...] = ()

    def document(self, root: Section) -> Document:
        root.only(keys.DOCUMENT, required=("name", "title", "start", "states"))
        states = root.section("states")
        guards = root.section("never_when")
        self._states, self._guards = tuple(states.keys()), tuple(guards.keys())
        splits = self._splits(root.section("splits"), root)
        weighing = self._weighing(root)
        self._catalogue = own_words.with_words(splits, weighing, self._catalogue)
        if len(self._states) > MOST_STATES:
            states.problem(_("there are more than {limit} states.").format(limit=MOST_STATES))
        document = Document(
            name=self._id(root, "name"),
            title=root.text("title"),
            summary=root.text("summary", default=""),
            calendar=self._calendar(root),
            start=self._state_id(root, "start"),
            splits=splits,
            weighing=weighing,
            guards=(*(self._guard(guards, guard) for guard in self._guards), *self._paused()),
            states=tuple(self._state(states.section(state), state) for state in self._states),
            answers=tuple(self._answer(each, frozenset()) for each in root.sections("answers")),
        )
        self._check_reachable(document, states)
        self._check_learned(document, root.section("splits"))
        return document

    def _calendar(self, root: Section) -> str:
        name = root.text("calendar", default="GB-EAW")
        known = self._vocabulary.calendars
        if known is not None and name not in known:
            root.problem(_("there is no calendar “{word}”."), "calendar", word=name, existing=known)
        return name

    def _paused(self) -> tuple[Guard, ...]:
        """Give the guard that every document has; a catalogue without pauses knows none."""
        if own_words.PAUSED not in self._catalogue.facts:
            return ()
        return (Guard("paused", Condition(own_words.PAUSED, types.understand(own_words.PAUSED, self._catalogue))),)

    def _splits(self, section: Section, root: Section) -> tuple[Split, ...]:
        splits: dict[str, Split] = {}
        for split_id in section.keys():  # noqa: SIM118
            word = own_words.name_of_split(split_id)
            if word.partition(".")[2] in KEYWORDS or not _ID.fullmatch(split_id):
                section.problem(_("“{word}” cannot be the name of a split."), split_id, word=split_id)
            elif word in splits:
                section.problem(_("two splits are named “{word}”."), split_id, word=split_id)
            else:
                splits[word] = self._split(section.section(split_id), split_id, root)
        return tuple(splits.values())

    def _split(self, section: Section, split_id: str, root: Section) -> Split:
        section.only(keys.SPLIT, required=("shares",))
        shares = section.section("shares")
        arms = tuple((arm, shares.whole(arm, default=0, least=0, most=100)) for arm in shares.keys())  # noqa: SIM118
        for arm, _share in arms:
            self._check_id(shares, arm, arm)
        if section.has("shares") and sum(share for _arm, share in arms) != 100:
            section.problem(_("the shares of the arms come to a hundred."), "shares")
        by_debtor = section.choice("by", ("account", "debtor"), default="account") == "debtor"
        learns = self._learning(section.section("learns"), root, arms=len(arms)) if section.has("learns") else None
        return Split(split_id, arms, by_debtor, learns)

    def _learning(self, section: Section, root: Section, *, arms: int) -> Learning:
        section.only(keys.LEARNING, required=("state", "measure", "within"))
        state = self._state_id(section, "state")
        if state and state == root.text("start"):
            section.problem(_("accounts begin in this state, so that nothing says when they come to it."), "state")
        written = section.text("within", default="1 day")
        found = _WITHIN.fullmatch(written)
        if found is None or not 1 <= int(found.group(1)) <= 365:
            section.problem(_("write a time like “14 days”, not “{word}”."), "within", word=written)
        at_least = section.whole("at_least", default=10, least=1, most=49)
        if at_least * arms >= 100:
            section.problem(_("arms that keep so much leave nothing to what was learned."), "at_least")
        measure = section.choice("measure", LEARNED, default=LEARNED[0])
        return Learning(root.text("name"), state, Measure(measure), int(found.group(1)) if found else 1, at_least)

    def _check_learned(self, document: Document, splits: Section) -> None:
        """Have nobody speak of an arm outside the state it belongs to: it may be another one there."""
        for split in document.splits:
            word = own_words.name_of_split(split.id)
            for where, condition in _conditions(document, but=split.learns.state) if split.learns else ():
                if word in {fact.name for fact in self._catalogue.of_tree(condition.tree)}:
                    said = _("only conditions of its state may speak of the arm; one of “{where}” does.")
                    splits.section(split.id).problem(said.format(where=where), "learns")

    def _weighing(self, root: Section) -> Weighing:
        levels = root.section("levels")
        begins: list[int] = []
        for number, level in enumerate(levels.keys(), start=1):
            written = levels.text(level)
            found = _LEVEL.fullmatch(written)
            if level != str(number):
                levels.problem(_("levels are numbered from 1, so this is {number}.").format(number=number), level)
            if found is None:
                levels.problem(_("write a level like “14 days past due”, not “{word}”."), level, word=written)
            elif begins and int(found.group(1)) <= begins[-1]:
                levels.problem(_("a level begins later than the one before."), level)
            else:
                begins.append(int(found.group(1)))
        per = root.choice("one_message_per", ("account", "debtor"), default="account")
        return Weighing(tuple(begins), of_debtor=per == "debtor")

    def _check_reachable(self, document: Document, states: Section) -> None:
        reached = {document.start} | {answer.go for answer in document.answers}
        for state in document.states:
            reached |= {leave.go for leave in state.leaves}
            reached |= {step.go for step in state.steps} | {answer.go for answer in state.answers}
            for watch in (step.watch for step in state.steps if step.watch):
                reached |= {watch.go} | {go for _word, go in watch.results}
        for state in document.states:
            if state.id not in reached:
                states.problem(_("nothing leads to this state."), state.id)

    def _guard(self, guards: Section, guard: str) -> Guard:
        self._check_id(guards, guard)
        return Guard(guard, self._condition(guards, guard) or _NEVER)

    def _state(self, section: Section, state_id: str) -> State:
        self._check_id(section, state_id)
        section.only(keys.STATE)
        despite = self._despite(section)
        steps = section.sections("steps")
        if len(steps) > MOST_STEPS:
            section.problem(_("there are more than {limit} steps.").format(limit=MOST_STEPS), "steps")
        read = tuple(self._step(each, state_id, despite) for each in steps)
        for number, step in enumerate(read):
            if step.id in [earlier.id for earlier in read[:number]]:
                steps[number].problem(_("two steps of the state have this id."), "id")
        return State(
            id=state_id,
            title=section.text("title", default=state_id.replace("-", " ").replace("_", " ").capitalize()),
            leaves=tuple(self._leave(each) for each in section.sections("leave")),
            steps=read,
            answers=tuple(self._answer(each, despite) for each in section.sections("answers")),
        )

    def _leave(self, section: Section) -> Leave:
        section.only(keys.LEAVE, required=("when", "go"))
        return Leave(self._condition(section, "when") or _NEVER, self._state_id(section, "go"))

    def _step(self, section: Section, state_id: str, despite: frozenset[str]) -> Step:
        section.only(keys.STEP, required=("id",))
        step_id = self._id(section, "id")
        if not section.has("do") and not section.has("go"):
            section.problem(_("a step does something or goes to a state."))
        watched = reading_orders.Watched(f"{state_id}/{step_id}", section.has("go"), self._state_id)
        orders = reading_orders.read(section, watched)
        if sum(isinstance(order, Task) and order.watch is not None for order in orders) > 1:
            section.problem(_("one task of a step has a limit, not several."), "do")
        human = any(order.is_human for order in orders)
        on = section.choice("on", ("business days", "any day"), default="business days" if human else "any day")
        when = self._condition(section, "when")
        otherwise = Otherwise(section.choice("otherwise", ("wait", "skip"), default="wait"))
        if otherwise is Otherwise.SKIP and when is None:
            section.problem(_("a step without a condition is never skipped."), "otherwise")
        return Step(
            id=step_id,
            title=section.text("title", default=step_id.replace("-", " ").replace("_", " ").capitalize()),
            when=when,
            after=self._delay(section),
            at=self._due(section),
            business_days_only=on == "business days",
            orders=orders,
            go=self._state_id(section, "go") if section.has("go") else None,
            otherwise=otherwise,
            despite=despite | self._despite(section),
        )

    def _answer(self, section: Section, despite: frozenset[str]) -> Answer:
        section.only(keys.ANSWER, required=("event",))
        event = section.text("event")
        events = self._vocabulary.events
        if events is not None and event and event not in events:
            section.problem(_("there is no event “{word}”."), "event", word=event, existing=events)
        if not section.has("do") and not section.has("go"):
            section.problem(_("an answer does something or goes to a state."))
        return Answer(
            event=event,
            title=section.text("title", default=""),
            when=self._condition(section, "when"),
            orders=reading_orders.read(section),
            go=self._state_id(section, "go") if section.has("go") else None,
            despite=despite | self._despite(section),
        )

    def _delay(self, section: Section) -> Delay:
        written = section.text("after", default="0 days")
        found = _DELAY.fullmatch(written)
        if found is None:
            section.problem(
                _("write a delay like “3 days”, “5 business days” or “30 days since entering”, not “{word}”."),
                "after",
                word=written,
            )
            return Delay()
        days, business, entering = found.groups()
        return Delay(int(days), bool(business), Since.ENTERING if entering else Since.STEP)

    def _due(self, section: Section) -> Due | None:
        if section.has("roll") and not section.has("at"):
            section.problem(_("only a day by the due day is rolled."), "roll")
        if not section.has("at"):
            return None
        if section.has("after"):
            section.problem(_("a step has a delay or a day by the due day, not both."), "at")
        written = section.text("at")
        found = _DUE.fullmatch(written)
        if found is None:
            section.problem(
                _("write a day like “5 days before due” or “3 business days after due”, not “{word}”."),
                "at",
                word=written,
            )
            return None
        days, business, where = found.groups()
        roll = Roll(section.choice("roll", [Roll.NEXT.value, Roll.PREVIOUS.value], default=Roll.NONE.value))
        if where == "before" and int(days) == 0:
            section.problem(_("a day before the due day is one day before it at least."), "at")
        return Due(int(days), bool(business), where == "before", roll)

    def _condition(self, section: Section, key: str) -> Condition | None:
        if not section.has(key):
            return None
        text = section.text(key, or_boolean=True)
        try:
            return Condition(text, types.understand(text, self._catalogue))
        except mistakes.ConditionMistake as mistake:
            section.problem(str(mistake), key)
            return None

    def _despite(self, section: Section) -> frozenset[str]:
        names = section.texts("despite")
        for name in names:
            if name not in (*self._guards, "paused"):
                section.problem(_("there is no guard “{word}”."), "despite", word=name, existing=self._guards)
        return frozenset(names)

    def _state_id(self, section: Section, key: str) -> str:
        name = section.text(key)
        if name and name not in self._states:
            section.problem(_("there is no state “{word}”."), key, word=name, existing=self._states)
        return name

    def _id(self, section: Section, key: str) -> str:
        name = section.text(key)
        self._check_id(section, name, key)
        return name

    def _check_id(self, section: Section, name: str, *key: str) -> None:
        if name and not _ID.fullmatch(name):
            section.problem(_("an id is made of small letters, digits and hyphens, not “{word}”."), *key, word=name)


def _conditions(document: Document, *, but: str) -> list[tuple[str, Condition]]:
    """Give the conditions of a document outside one state, each with where it stands."""
    found: list[tuple[str, Condition | None]] = [(guard.id, guard.when) for guard in document.guards]
    found += [(answer.event, answer.when) for answer in document.answers]
    for state in document.states:
        if state.id != but:
            of_state: tuple[Leave | Step | Answer, ...] = (*state.leaves, *state.steps, *state.answers)
            found += [(state.id, each.when) for each in of_state]
    return [(where, condition) for where, condition in found if condition]


_NEVER = Condition("false", grammar.read("false"))
