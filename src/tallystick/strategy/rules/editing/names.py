"""What people call a part of a document: the way to it, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallystick.strategy.rules import plain
from tallystick.strategy.rules.editing.changes import Path, Section
from tallystick.strategy.rules.editing.writing import Plain


def way(data: Plain, path: Path) -> list[tuple[Path, str]]:
    """Give each part on the way to a part of a document that people have a name for, with its name.

    >>> data = {"states": {"late": {"steps": [{"id": "first-call", "do": [{"task": {}}]}]}}}
    >>> [name for _path, name in way(data, ("states", "late", "steps", 1, "do", 1, "task", "due"))]
    ['Late', 'First call', 'task']
    """
    found: list[tuple[Path, str]] = []
    here: Plain = data
    for length, key in enumerate(path, start=1):
        if isinstance(here, dict):
            here = here.get(str(key))
        elif isinstance(here, list) and isinstance(key, int) and 1 <= key <= len(here):
            here = here[key - 1]
        else:
            break
        if name := _name(data, path[:length], here):
            found.append((path[:length], name))
    return found


def name(data: Plain, path: Path) -> str:
    """Give what people call a part."""
    named = way(data, path)
    return named[-1][1] if named else _("the whole")


def state_title(data: Plain, state_id: str) -> str:
    """Give what people call a state."""
    states = data.get("states") if isinstance(data, dict) else None
    state = states.get(state_id) if isinstance(states, dict) else None
    title = state.get("title") if isinstance(state, dict) else None
    return " ".join(str(title or plain.name_aloud(state_id).capitalize()).split())


def _name(data: Plain, path: Path, here: Plain) -> str:
    match path:
        case ("states", str(state_id)):
            return state_title(data, state_id)
        case ("never_when" | "splits", str(part_id)):
            return plain.name_aloud(part_id).capitalize()
        case (*_before, "steps", int()) if isinstance(here, dict):
            return _titled(here) or plain.name_aloud(str(here.get("id", ""))).capitalize()
        case (*_before, "leave", int()) if isinstance(here, dict):
            return _("to {state}").format(state=state_title(data, str(here.get("go", ""))))
        case (*_before, "answers", int()) if isinstance(here, dict):
            return _titled(here) or plain.event_aloud(str(here.get("event", ""))).capitalize()
        case (*_before, "do", int()):
            return plain.name_aloud(str(next(iter(here), "") if isinstance(here, dict) else here or ""))
        case (*_before, "escalate"):
            return _("when the limit comes")
    return ""


def _titled(section: Section) -> str:
    return " ".join(str(section.get("title") or "").split())
