"""What one version of a policy says that another does not: segments, bands and rows, in the words they are read aloud with."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeAlias

from django.utils.translation import gettext as _

from tallystick.strategy.rules import comparison
from tallystick.strategy.rules.comparison import Aspect, Difference, Part, Sign
from tallystick.strategy.rules.policies import narration
from tallystick.strategy.rules.policies.document import Policy, Scorecard, Segments, Table
from tallystick.strategy.rules.policies.narration import Line
from tallystick.strategy.rules.types import Catalogue


def compare(before: Policy, after: Policy, catalogue: Catalogue) -> list[Part]:
    """Give the parts of two versions that differ, in the order of the later one."""
    old, new = _parts(before, catalogue), _parts(after, catalogue)
    parts = [Part(_("The whole"), tuple(_whole(before, after)))]
    for key in (*new, *(each for each in old if each not in new)):
        parts.append(_part(old.get(key), new.get(key)))
    return [part for part in parts if part.differences]


def _whole(before: Policy, after: Policy) -> Iterable[Difference]:
    said = {_("title"): (before.title, after.title), _("what it is for"): (before.summary, after.summary)}
    if isinstance(before, Scorecard | Table) and isinstance(after, Scorecard | Table):
        said[_("unit")] = (before.unit, after.unit)
    if isinstance(before, Scorecard) and isinstance(after, Scorecard):
        said[_("ranks work")] = (_yes_or_no(before.ranks_work), _yes_or_no(after.ranks_work))
    for name, (was, is_now) in said.items():
        if was != is_now:
            yield Difference(Sign.CHANGED, name, "", (Aspect("", was, is_now),))


def _yes_or_no(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


_Keyed: TypeAlias = tuple[narration.Part, dict[Hashable, Line]]


def _parts(policy: Policy, catalogue: Catalogue) -> dict[str, _Keyed]:
    """Give the parts by what stays the same of them: a component by its id, the lines of each by theirs."""
    told = narration.tell(policy, catalogue)
    ids = [component.id for component in policy.components] if isinstance(policy, Scorecard) else [""]
    return {id_: (part, dict(_keys(policy, part))) for id_, part in zip(ids, told, strict=True)}


def _keys(policy: Policy, part: narration.Part) -> Iterable[tuple[Hashable, Line]]:
    for line in part.lines:
        match policy:
            case Segments():
                yield policy.every[line.place].id, line
            case Scorecard():
                yield line.title, line
            case Table():
                # No two rows ask for the same: the later one would decide nothing.
                yield line.cells, line


def _part(before: _Keyed | None, after: _Keyed | None) -> Part:
    shown = after or before
    assert shown is not None  # noqa: S101
    part = shown[0]
    differences: list[Difference] = []
    if before is None or after is None:
        differences.append(Difference(Sign.ADDED if before is None else Sign.REMOVED, _("component"), part.title))
    else:
        said = {_("title"): (before[0].title, part.title), _("looks at"): (before[0].note, part.note)}
        said |= {
            head: (dict(before[0].meanings).get(head, ""), dict(part.meanings).get(head, ""))
            for head in dict([*part.meanings, *before[0].meanings])
        }
        for name, (was, is_now) in said.items():
            if was != is_now:
                differences.append(Difference(Sign.CHANGED, name, "", (Aspect("", was, is_now),)))
    differences += comparison.differences(
        part.first.lower(), before[1] if before else {}, after[1] if after else {}, _aspects(part)
    )
    return Part(part.title, tuple(differences))


def _aspects(part: narration.Part) -> Callable[[Line | None, Line | None], Iterable[Aspect]]:
    def aspects(before: Line | None, after: Line | None) -> Iterable[Aspect]:
        for place, name in enumerate((part.first, *part.heads)):
            was, is_now = ((each.title, *each.cells)[place] if each else "" for each in (before, after))
            if was != is_now:
                yield Aspect(name.lower(), was, is_now)

    return aspects
