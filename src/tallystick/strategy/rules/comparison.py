"""What one version says that another does not: steps, conditions, orders and golden accounts, in sentences.

Both documents are read aloud, and what is said of the same ids is laid side by side. Lines that only moved or were written in
another way are no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.kernel.choices import Choice
from tallystick.strategy.rules import narration, plain
from tallystick.strategy.rules.document import Document, State
from tallystick.strategy.rules.golden import Case, said_outcome
from tallystick.strategy.rules.narration import Told, ToldState
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.types import Catalogue


class Sign(Choice):
    """What became of something."""

    ADDED = "added", gettext_lazy("added")
    REMOVED = "removed", gettext_lazy("removed")
    CHANGED = "changed", gettext_lazy("changed")
    MOVED = "moved", gettext_lazy("moved")


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that is said of something: before and after, each empty where nothing was said."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was added, removed, changed or moved, and what is said of it."""

    sign: Sign
    #: What it is: a step, a guard.
    what: str
    title: str
    aspects: tuple[Aspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a strategy with its differences: the whole, a state, the golden accounts."""

    title: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A version that is compared: its program and its golden accounts."""

    program: Program
    cases: Sequence[Case]

    @property
    def document(self) -> Document:
        """The document."""
        return self.program.document


def compare(before: Side, after: Side, catalogue: Catalogue) -> list[Part]:
    """Give the parts of two versions that differ, in the order of the later one."""
    old, new = (narration.narrate(side.document, catalogue) for side in (before, after))
    parts = [
        Part(
            _("The whole"),
            (
                *_whole(before.document, after.document),
                *_differences(_("guard"), _by_title(old.guards), _by_title(new.guards)),
                *_differences(_("answer in every state"), _answers(old.answers), _answers(new.answers)),
            ),
        )
    ]
    states_before = {state.id: (state, told) for state, told in zip(before.document.states, old.states, strict=True)}
    states_after = {state.id: (state, told) for state, told in zip(after.document.states, new.states, strict=True)}
    for state_id in (*states_after, *(each for each in states_before if each not in states_after)):
        parts.append(_state(states_before.get(state_id), states_after.get(state_id)))
    parts.append(Part(_("Golden accounts"), tuple(_golden(before, after))))
    return [part for part in parts if part.differences]


def _whole(before: Document, after: Document) -> Iterable[Difference]:
    said = {
        _("title"): (before.title, after.title),
        _("what it is for"): (before.summary, after.summary),
        _("calendar"): (before.calendar, after.calendar),
        _("start"): (before.state(before.start).title, after.state(after.start).title),
    }
    for name, (was, is_now) in said.items():
        if was != is_now:
            yield Difference(Sign.CHANGED, name, "", (Aspect("", was, is_now),))


def _state(before: tuple[State, ToldState] | None, after: tuple[State, ToldState] | None) -> Part:
    differences: list[Difference] = []
    shown = after or before
    assert shown is not None  # noqa: S101
    if before is None or after is None:
        differences.append(Difference(Sign.ADDED if before is None else Sign.REMOVED, _("state"), shown[1].title))
    elif before[1].title != after[1].title:
        aspect = Aspect(_("title"), before[1].title, after[1].title)
        differences.append(Difference(Sign.CHANGED, _("state"), "", (aspect,)))
    differences += _differences(_("transition"), _leaves(before), _leaves(after))
    differences += _differences(_("step"), _steps(before), _steps(after))
    differences += _differences(
        _("answer"), _answers(before[1].answers if before else ()), _answers(after[1].answers if after else ())
    )
    return Part(shown[1].title, tuple(differences))


def _steps(state: tuple[State, ToldState] | None) -> dict[Hashable, Told]:
    return dict(zip((step.id for step in state[0].steps), state[1].steps, strict=True)) if state else {}


def _leaves(state: tuple[State, ToldState] | None) -> dict[Hashable, Told]:
    return (
        _numbered(((leave.go, told) for leave, told in zip(state[0].leaves, state[1].leaves, strict=True)))
        if state
        else {}
    )


def _answers(told: Iterable[Told]) -> dict[Hashable, Told]:
    return _numbered((each.title, each) for each in told)


def _by_title(told: Iterable[Told]) -> dict[Hashable, Told]:
    return {each.title: each for each in told}


def _numbered(pairs: Iterable[tuple[Hashable, Told]]) -> dict[Hashable, Told]:
    """Tell apart what has the same key: the first, the second."""
    seen: Counter[Hashable] = Counter()
    numbered: dict[Hashable, Told] = {}
    for key, told in pairs:
        seen[key] += 1
        numbered[key, seen[key]] = told
    return numbered


class Titled(Protocol):
    """Something with a title that is laid side by side with another."""

    @property
    def title(self) -> str:
        """What it is called."""


T = TypeVar("T", bound=Titled)


def differences(
    what: str,
    before: Mapping[Hashable, T],
    after: Mapping[Hashable, T],
    aspects_of: Callable[[T | None, T | None], Iterable[Aspect]],
) -> list[Difference]:
    """Lay side by side what has the same key: what came, what went, what is said otherwise, and what stands elsewhere."""
    differences = []
    order = [key for key in before if key in after]
    moved = _moved(order, [key for key in after if key in before])
    for key in (*after, *(each for each in before if each not in after)):
        was, is_now = before.get(key), after.get(key)
        shown = is_now or was
        assert shown is not None  # noqa: S101
        title = shown.title or getattr(shown, "goes", "")
        aspects = tuple(aspects_of(was, is_now))
        if was is None or is_now is None:
            differences.append(Difference(Sign.ADDED if was is None else Sign.REMOVED, what, title, aspects))
        elif aspects:
            differences.append(Difference(Sign.CHANGED, what, title, aspects))
        elif key in moved:
            differences.append(Difference(Sign.MOVED, what, title))
    return differences


def _differences(what: str, before: Mapping[Hashable, Told], after: Mapping[Hashable, Told]) -> list[Difference]:
    return differences(what, before, after, _aspects)


def _moved(before: Sequence[Hashable], after: Sequence[Hashable]) -> set[Hashable]:
    """Give what stands elsewhere in an order: what, taken out, leaves the rest in the same order.

    >>> _moved("abcd", "bcda")
    {'a'}
    """
    blocks = SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    return set(after) - {key for block in blocks for key in after[block.b : block.b + block.size]}


def _aspects(before: Told | None, after: Told | None) -> Iterable[Aspect]:
    said = (
        (_("title"), lambda told: told.title),
        (_("when"), lambda told: told.when),
        (_("orders"), lambda told: "; ".join(told.orders)),
        (_("goes to"), lambda told: told.goes),
    )
    for name, read in said:
        was, is_now = (read(told) if told else "" for told in (before, after))
        if was != is_now:
            yield Aspect(name, was, is_now)


def _golden(before: Side, after: Side) -> Iterable[Difference]:
    old, new = ({case.name: case for case in side.cases} for side in (before, after))
    for name in sorted({*old, *new}):
        was, is_now = old.get(name), new.get(name)
        if was == is_now:
            continue
        shown = is_now or was
        assert shown is not None  # noqa: S101
        sign = Sign.ADDED if was is None else Sign.REMOVED if is_now is None else Sign.CHANGED
        said = [
            said_outcome(case.expected, side.program) if case else "" for case, side in ((was, before), (is_now, after))
        ]
        aspects = [Aspect(_("expected"), *said)] if said[0] != said[1] else []
        if was and is_now and not aspects:
            aspects = list(_case_aspects(was, is_now))
        yield Difference(sign, _("golden account"), shown.title, tuple(aspects))


def _case_aspects(before: Case, after: Case) -> Iterable[Aspect]:
    for name in sorted({*before.facts, *after.facts}):
        was, is_now = (
            plain.value_aloud(value) if isinstance(value := case.facts.get(name), bool) else str(value or _("unknown"))
            for case in (before, after)
        )
        if was != is_now:
            yield Aspect(name, was, is_now)
    if before.expected.orders != after.expected.orders:
        yield Aspect(_("orders"), ", ".join(before.expected.orders), ", ".join(after.expected.orders))
