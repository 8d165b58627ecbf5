"""What can be done to a document, part by part. Each takes the text and gives another that reads, or names every mistake.

A part is named as a problem names it: keys, and positions from 1, such as `("states", "reminding", "steps", 2)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.strategy.rules import keys, reading
from tallystick.strategy.rules.editing import weaving, writing
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.reading import Vocabulary

Path = tuple[str | int, ...]
Section = dict[str, Plain]

#: Keys that are written in this order, where the document does not have them in another.
_ORDERS = {
    "document": tuple(keys.DOCUMENT),
    "state": tuple(keys.STATE),
    "step": ("id", "title", "at", "after", "roll", "when", "otherwise", "on", "despite", "do", "go"),
    "answer": ("event", "title", "when", "despite", "do", "go"),
    "split": ("by", "shares", "learns"),
    "learning": tuple(keys.LEARNING),
    "task": tuple(keys.TASK),
    "escalate": ("priority", "team", "owner", "do", "go", "wait"),
}


class StateInUse(Refusal):
    """Something leads to a state that is to be removed, and nobody said where to go instead."""

    code = "strategy.state_in_use"
    sentence = gettext_lazy("“{title}” cannot just go: something leads there. Say where that goes instead.")
    status = 422


def new(*, name: str, title: str, calendar: str, first: str, vocabulary: Vocabulary) -> str:
    """Begin a document: one state in which nothing happens yet.

    :raises DocumentMistaken: something of it is wrong
    """
    start = free_id(first, ())
    text = writing.document(
        {"name": name, "title": title, "calendar": calendar, "start": start, "states": {start: {"title": first}}}
    )
    reading.read(text, vocabulary)
    return text


def put(
    text: str, path: Path, section: Section, vocabulary: Vocabulary, *, states: Mapping[str, Plain] | None = None
) -> str:
    """Have a part say something else; `states` are added to those of the document.

    :raises DocumentMistaken: the document would not read; every mistake is named by its path
    :raises NotFound: there is no such part
    """

    def change(data: Section) -> None:
        if path:
            within, key = _around(data, path)
            within[key] = section  # type: ignore[index]
        else:
            data.clear()
            data.update(section)
        _add_states(data, states)

    return _changed(text, change, vocabulary)


def add(
    text: str, path: Path, section: Plain, vocabulary: Vocabulary, *, states: Mapping[str, Plain] | None = None
) -> str:
    """Add a part to the end of a list, or under a new key.

    :raises DocumentMistaken: the document would not read
    :raises NotFound: there is nothing that could hold it
    """

    def change(data: Section) -> None:
        *above, last = path
        if isinstance(last, int):
            *above, key = above
            if above[-1:] == ["escalate"] and "escalate" not in _mapping(_at(data, tuple(above[:-1]))):
                _insert(_mapping(_at(data, tuple(above[:-1]))), "escalate", {}, "task")
            holder = _mapping(_at(data, tuple(above)))
            items = holder.get(str(key))
            if not isinstance(items, list):
                items = []
                _insert(holder, str(key), items, _kind(tuple(above)))
            items.insert(last - 1, section)
        else:
            for place, key in enumerate(above):
                holder = _mapping(_at(data, tuple(above[:place])))
                if not isinstance(holder.get(str(key)), dict | list):
                    _insert(holder, str(key), {}, _kind(tuple(above[:place])))
            _insert(_mapping(_at(data, tuple(above))), last, section, "")
        _add_states(data, states)

    return _changed(text, change, vocabulary)


def remove(text: str, path: Path, vocabulary: Vocabulary, *, instead: str = "") -> str:
    """Take a part out. What led to a state goes to another one instead; nothing is despite a guard that is gone.

    :raises DocumentMistaken: the document would not read
    :raises NotFound: there is no such part
    :raises StateInUse: something leads to the state
    """

    def change(data: Section) -> None:
        if _is_state(path):
            _lead_elsewhere(data, str(path[1]), instead)
        if path[0] == "never_when" and len(path) == 2:
            _forget_guard(data, str(path[1]))
        within, key = _around(data, path)
        del within[key]  # type: ignore[arg-type]
        if not within and len(path) > 1 and not _is_state(path):
            around, of = _around(data, path[:-1])
            del around[of]  # type: ignore[arg-type]

    return _changed(text, change, vocabulary)


def move(text: str, path: Path, by: int, vocabulary: Vocabulary) -> str:
    """Move a part up (-1) or down (+1) among its neighbours; at the end of them nothing changes.

    :raises NotFound: there is no such part
    """

    def change(data: Section) -> None:
        within, key = _around(data, path)
        order = list(range(len(within))) if isinstance(within, list) else list(within)
        at = order.index(key)  # type: ignore[arg-type]
        to = min(max(at + by, 0), len(order) - 1)
        order.insert(to, order.pop(at))  # type: ignore[arg-type]
        if isinstance(within, list):
            within[:] = [within[place] for place in order]  # type: ignore[index]
        else:
            moved = {each: within[each] for each in order}  # type: ignore[index]
            within.clear()
            within.update(moved)  # type: ignore[arg-type]

    return _changed(text, change, vocabulary)


def part(text: str, path: Path) -> Plain:
    """Give what a document says at a path.

    :raises NotFound: there is no such part
    """
    return _at(_read(text), path)


def stands_where_it_stood(before: str, now: str, holder: Path) -> bool:
    """Test if what would be added to is still the same part: another one may have moved to its place since."""
    old, new = _read(before), _read(now)
    try:
        for place in range(1, len(holder) + 1):
            here = (_at(each, holder[:place]) for each in (old, new))
            if isinstance(holder[place - 1], int) and not writing.same(*(_but(part, holder[place:]) for part in here)):
                return False
    except NotFound:
        # Added to for the first time: the part that will hold the list is there, or it is named as missing later.
        return True
    return True


def _but(part: Plain, rest: Path) -> Plain:
    """Give a part of a list without the key under which something is added to it."""
    return {key: value for key, value in part.items() if key not in rest[:1]} if isinstance(part, dict) else part


def merged(old: Section, given: Mapping[str, Plain], kind: str) -> Section:
    """Give a section with some of its keys said otherwise, None for those that go. What is written in another way is the same.

    >>> merged({"id": "a", "when": "x  >\\n 1", "go": "b"}, {"when": "x > 1", "go": None, "title": "A"}, "step")
    {'id': 'a', 'title': 'A', 'when': 'x  >\\n 1'}
    """
    section = dict(old)
    for key, value in given.items():
        if value is None:
            section.pop(key, None)
        elif key not in section:
            _insert(section, key, value, kind)
        elif not _says_the_same(section[key], value):
            section[key] = value
    return section


def free_id(title: str, taken: Collection[str]) -> str:
    """Make an id of a title, which none of those taken has.

    >>> free_id("Définitely the 2nd!", ["definitely-the-2nd"]), free_id("2 %", [])
    ('definitely-the-2nd-2', 'part-2')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    name = made if made[:1].isalpha() else f"part-{made}".strip("-")
    return next(
        each for each in (name, *(f"{name}-{count}" for count in range(2, len(taken) + 3))) if each not in taken
    )


def leading_to(text: str, state_id: str) -> list[Path]:
    """Give the parts of a document that lead to a state."""
    return [path for path, holder, key in _goes(_read(text)) if holder[key] == state_id]


def _changed(text: str, change: Callable[[Section], None], vocabulary: Vocabulary) -> str:
    data = _read(text)
    before = deepcopy(data)
    change(data)
    if writing.same(before, data):
        return text
    woven = weaving.weave(text, data)
    reading.read(woven, vocabulary)
    return woven


def _read(text: str) -> Section:
    return _mapping(writing.read(text))


def _at(data: Plain, path: Path) -> Plain:
    for key in path:
        if isinstance(data, dict) and key in data:
            data = data[str(key)]
        elif isinstance(data, list) and isinstance(key, int) and 1 <= key <= len(data):
            data = data[key - 1]
        else:
            raise NotFound(what=_("part"), reference=" → ".join(map(str, path)))
    return data


def _mapping(data: Plain) -> Section:
    if not isinstance(data, dict):
        raise NotFound(what=_("part"), reference="")
    return data


def _around(data: Section, path: Path) -> tuple[Section | list[Plain], str | int]:
    """Give what holds a part, and its key or position (from 0) in it."""
    _at(data, path)
    within = _at(data, path[:-1])
    if isinstance(within, list):
        return within, int(path[-1]) - 1
    return _mapping(within), str(path[-1])


def _insert(holder: Section, key: str, value: Plain, kind: str) -> None:
    """Set a key where it belongs: behind those that come before it in the order of its kind."""
    order = _ORDERS.get(kind, ())
    if key in holder or key not in order:
        holder[key] = value
        return
    earlier = order[: order.index(key)]
    place = max((number for number, each in enumerate(holder, start=1) if each in earlier), default=0)
    entries = list(holder.items())
    holder.clear()
    holder.update([*entries[:place], (key, value), *entries[place:]])


def _kind(path: Path) -> str:
    match path:
        case ():
            return "document"
        case ("states", _):
            return "state"
        case ("splits", _):
            return "split"
        case (*_, "steps", int()):
            return "step"
        case (*_, "answers", int()):
            return "answer"
        case (*_, "task" | "escalate" as kind):
            return str(kind)
    return ""


def _is_state(path: Path) -> bool:
    return len(path) == 2 and path[0] == "states"


def _add_states(data: Section, states: Mapping[str, Plain] | None) -> None:
    if states:
        _mapping(data["states"]).update(states)


def _says_the_same(old: Plain, new: Plain) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return old.split() == new.split()
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new or str(old).lower() == new
    if isinstance(old, int) and isinstance(new, str):
        return str(old) == new
    return writing.same(old, new)


def _goes(data: Plain, path: Path = ()) -> Iterator[tuple[Path, Section, str]]:
    """Give everything in a document that names a state to go to: where it is, what holds it, and under which key."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "go" and isinstance(value, str):
                yield path, data, key
            elif key == "results" and isinstance(value, dict) and path[-1:] == ("task",):
                yield from ((path, value, word) for word in value)
            else:
                yield from _goes(value, (*path, key))
    elif isinstance(data, list):
        for place, item in enumerate(data, start=1):
            yield from _goes(item, (*path, place))


def _lead_elsewhere(data: Section, state_id: str, instead: str) -> None:
    found = [
        (holder, key)
        for path, holder, key in _goes(data)
        if holder[key] == state_id and path[:2] != ("states", state_id)
    ]
    is_start = data.get("start") == state_id
    if (found or is_start) and not instead:
        state = _mapping(data["states"]).get(state_id)
        title = state.get("title") if isinstance(state, dict) else None
        raise StateInUse(title=title or state_id)
    for holder, key in found:
        holder[key] = instead
    if is_start:
        data["start"] = instead


def _forget_guard(data: Plain, guard: str) -> None:
    """Take the name of a guard out of every list of those that something is despite."""
    if isinstance(data, dict):
        named = data.get("despite")
        if isinstance(named, list) and guard in named:
            data["despite"] = [each for each in named if each != guard]
            if not data["despite"]:
                del data["despite"]
        for value in data.values():
            _forget_guard(value, guard)
    elif isinstance(data, list):
        for item in data:
            _forget_guard(item, guard)
