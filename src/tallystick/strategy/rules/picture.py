"""The picture of a strategy: its states as boxes in columns, from the start to the right, and how accounts go between them.

Only places and lines are worked out here; a template draws them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tallystick.strategy.rules.document import Document, State
from tallystick.strategy.rules.plain import event_aloud
from tallystick.strategy.rules.program import EffectKind

_WIDTH, _HEIGHT = 168, 58
_ACROSS, _DOWN = 64, 26
_MARGIN = 24
_LANE = 12
#: How far from a box a way back runs, and how it bends.
_APART, _BEND = 16, 8
#: Letters that fit in a line of a box.
_LINE = 22


@dataclass(frozen=True, slots=True)
class Box:
    """A state: where its box stands, its title in one or two lines, how many steps it has, and the events that lead to it."""

    id: str
    title: str
    lines: tuple[str, ...]
    steps: int
    on_events: tuple[str, ...]
    is_start: bool
    x: int
    y: int
    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def middle(self) -> int:
        """The middle of the box from the left."""
        return self.x + self.width // 2

    @property
    def written(self) -> tuple[tuple[int, str], ...]:
        """The lines of its title, each with its base line."""
        first = self.y + (26 if len(self.lines) == 1 else 19)
        return tuple((first + 15 * number, line) for number, line in enumerate(self.lines))

    @property
    def foot(self) -> int:
        """The base line of what stands below the title."""
        return self.y + self.height - 9


@dataclass(frozen=True, slots=True)
class Line:
    """A way from one state to another: an SVG path, what takes it, and a sentence for it."""

    path: str
    kind: EffectKind
    from_title: str
    to_title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a strategy, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def has_tasks(self) -> bool:
        """Whether a way is taken by what came of a task."""
        return any(line.kind in (EffectKind.RESULT, EffectKind.OVERRUN) for line in self.lines)


def draw(document: Document) -> Picture:
    """Lay out the states of a checked document.

    A state's column is how many moves it is from the start; what only an answer of the whole document reaches comes after
    those the states reach by themselves.
    """
    columns = _columns(document)
    on_events = _on_events(document)
    boxes: dict[str, Box] = {}
    for column, states in enumerate(columns):
        for row, state in enumerate(states):
            boxes[state.id] = Box(
                id=state.id,
                title=state.title,
                lines=_lines(state.title),
                steps=len(state.steps),
                on_events=on_events.get(state.id, ()),
                is_start=state.id == document.start,
                x=_MARGIN + column * (_WIDTH + _ACROSS),
                y=_MARGIN + row * (_HEIGHT + _DOWN),
            )
    ways = dict.fromkeys(
        (state.id, go, kind) for state in document.states for go, kind in _ways(state) if go != state.id
    )
    floor = _MARGIN + max(map(len, columns)) * (_HEIGHT + _DOWN) - _DOWN // 2
    # Ways that lead back to the same state share a lane below the boxes.
    lanes: dict[str, int] = {}
    lines: list[Line] = []
    for left, right, kind in ways:
        if boxes[right].x <= boxes[left].x:
            lanes.setdefault(right, floor + len(lanes) * _LANE)
        path = _path(boxes[left], boxes[right], lanes.get(right, floor))
        lines.append(Line(path, kind, boxes[left].title, boxes[right].title))
    return Picture(
        width=2 * _MARGIN + len(columns) * (_WIDTH + _ACROSS) - _ACROSS,
        height=floor + len(lanes) * _LANE + _MARGIN // 2,
        boxes=tuple(boxes.values()),
        lines=tuple(lines),
    )


def _on_events(document: Document) -> dict[str, tuple[str, ...]]:
    """Give the events that lead to a state from every other, by the state."""
    found: dict[str, dict[str, None]] = {}
    for answer in document.answers:
        if answer.go:
            found.setdefault(answer.go, {})[event_aloud(answer.event)] = None
    return {state_id: tuple(events) for state_id, events in found.items()}


def _ways(state: State) -> Iterator[tuple[str, EffectKind]]:
    for leave in state.leaves:
        yield leave.go, EffectKind.LEAVE
    for step in state.steps:
        if step.go:
            yield step.go, EffectKind.STEP
        if step.watch:
            for _word, go in step.watch.results:
                yield go, EffectKind.RESULT
            if step.watch.go:
                yield step.watch.go, EffectKind.OVERRUN
    for answer in state.answers:
        if answer.go:
            yield answer.go, EffectKind.ANSWER


def _columns(document: Document) -> list[list[State]]:
    depth = {document.start: 0}
    _spread(document, depth, [document.start])
    # States that only an answer of the whole document leads to begin a column behind the start.
    for answer in document.answers:
        if answer.go and answer.go not in depth:
            depth[answer.go] = 1
            _spread(document, depth, [answer.go])
    columns: list[list[State]] = [[] for _column in range(max(depth.values()) + 1)]
    for state in document.states:
        columns[depth[state.id]].append(state)
    return columns


def _spread(document: Document, depth: dict[str, int], waiting: list[str]) -> None:
    while waiting:
        here = waiting.pop(0)
        for go, _kind in _ways(document.state(here)):
            if go not in depth:
                depth[go] = depth[here] + 1
                waiting.append(go)


def _path(left: Box, right: Box, below: int) -> str:
    """Draw a way: a curve to the right; or, where it leads back, around below in the free space between the columns."""
    if right.x > left.x:
        x1, y1 = left.x + left.width, left.y + left.height // 2
        x2, y2 = right.x, right.y + right.height // 2
        bend = (x2 - x1) // 2
        return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 6} {y2}"
    x1, y1 = left.x + left.width, left.y + left.height // 2 + _APART
    x2, y2 = right.x, right.y + right.height // 2 + _APART
    r = _BEND
    return (
        f"M{x1} {y1}h{_APART - r}q{r} 0 {r} {r}V{below - r}q0 {r} {-r} {r}H{x2 - _APART + r}q{-r} 0 {-r} {-r}"
        f"V{y2 + r}q0 {-r} {r} {-r}H{x2 - 6}"
    )


def _lines(title: str) -> tuple[str, ...]:
    """Break a title into one or two lines that fit.

    >>> _lines("Broken again while the balance grows")
    ('Broken again while the', 'balance grows')
    >>> _lines("Supercalifragilisticexpialidocious state of a very long name")
    ('Supercalifragilisticex…', 'state of a very long…')
    """
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= _LINE or not lines[-1]:
            lines[-1] = longer
        elif len(lines) == 1:
            lines.append(word)
        else:
            lines[-1] = lines[-1].rstrip("…") + "…"
            break
    return tuple(line if len(line) <= _LINE + 1 else f"{line[:_LINE]}…" for line in lines)
