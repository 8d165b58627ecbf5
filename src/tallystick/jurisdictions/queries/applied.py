"""Packs that were brought in: those in force, and what one would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Max, QuerySet

from tallystick.jurisdictions.models import PackChange
from tallystick.jurisdictions.queries import packs as files
from tallystick.jurisdictions.rules import kinds, packs
from tallystick.jurisdictions.rules.changes import RowChange, changes, touched_rules
from tallystick.jurisdictions.rules.pack import Pack
from tallystick.jurisdictions.rules.proposals import PackRefused, State
from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.kernel.refusals import NotFound, Refusal

#: Longer files are no packs: one of a whole country has some hundred lines.
MOST_CHARACTERS = 1_000_000
_seen: list[int | None] = [None]


def refresh() -> None:
    """Take over what came into force since this process looked last. Whoever decides by the law on a book asks for it first."""
    number = PackChange.objects.filter(state=State.APPLIED).aggregate(last=Max("number"))["last"]
    if number == _seen[0]:
        return
    in_force = PackChange.objects.filter(state=State.APPLIED).order_by("number")
    files.take_over({change.pack: read(change.text) for change in in_force})
    _seen[0] = number


@cache
def read(text: str) -> Pack:
    """Read a pack from the text of its file.

    :raises PackRefused: it is not well formed, or of a jurisdiction that there is not
    """
    if len(text) > MOST_CHARACTERS:
        raise PackRefused(mistakes=f"it has more than {MOST_CHARACTERS} characters")
    try:
        content = files.content_of(text, name="the file")
        if isinstance(content, dict) and "values" in content:
            raise PackRefused(
                mistakes="it is a calendar, and calendars come with the program: conditions are written by them"
            )
        pack = packs.read_pack(content, name="the file")
    except BadPack as bad:
        raise PackRefused(mistakes="; ".join(map(str, bad.mistakes))) from bad
    if pack.jurisdiction not in files.jurisdictions():
        listed = ", ".join(files.jurisdictions())
        raise PackRefused(mistakes=f"there is no jurisdiction “{pack.jurisdiction}”; there are {listed}")
    return pack


@dataclass(frozen=True, slots=True)
class Answered:
    """A worked example of the law in force that would be answered otherwise."""

    rule: str
    title: str
    given: Mapping[str, object]
    name: str
    was: object
    now: object


@dataclass(frozen=True, slots=True)
class Difference:
    """What a pack would change: its rows, and answers to what is worked out as an example."""

    pack: Pack
    before: Pack | None
    rows: tuple[RowChange, ...]
    answers: tuple[Answered, ...]

    @property
    def rules(self) -> frozenset[str]:
        """The rules of which something would be worked out otherwise."""
        return touched_rules(self.rows)

    @property
    def reaches(self) -> tuple[str, ...]:
        """The jurisdictions that it is, or becomes, law of."""
        return files.resting_on(self.pack.jurisdiction)

    def law(self, jurisdiction: str) -> files.LawOf:
        """Give the law of a jurisdiction as it would be."""
        return files.law_with(jurisdiction, self.pack)


def difference(text: str) -> Difference:
    """Give what a pack would change.

    :raises PackRefused: it is not well formed, names what there is not, or its own examples do not hold
    """
    pack = read(text)
    failures = files.failures_of(pack, files.law_with(pack.jurisdiction, pack))
    if failures:
        raise PackRefused(mistakes="; ".join(failures))
    before = pack_in_force(pack)
    rows = changes(before, pack)
    return Difference(pack, before, rows, tuple(_answers(before, pack, touched_rules(rows))))


def pack_in_force(pack: Pack) -> Pack | None:
    """Give the pack in force that has the name of another, if there is one."""
    return next((each for each in files.packs_of(pack.jurisdiction) if each.id == pack.id), None)


def _answers(before: Pack | None, after: Pack, touched: frozenset[str]) -> list[Answered]:
    """Ask what the pack in force works out as examples once more, by the law as it would be."""
    law, found = files.law_with(after.jurisdiction, after), []
    for rule in before.rules if before else ():
        for example in rule.examples if rule.id in touched and rule.id in law.rules else ():
            try:
                now: Mapping[str, Any] = kinds.ask(law.rule(rule.id), example.given, day=example.day, law=law)
            except Refusal as refusal:
                now = dict.fromkeys(example.gives, str(refusal))
            found += [
                Answered(rule.id, rule.title, {"day": example.day, **example.given}, name, was, now.get(name))
                for name, was in example.gives.items()
                if not packs.same(now.get(name), was)
            ]
    return found


def pack_changes() -> QuerySet[PackChange]:
    """Give the packs that were brought in, the last first."""
    return PackChange.objects.order_by("-pk")


def lock_pack_change(change_id: int) -> PackChange:
    """Lock a pack that was brought in, for the transaction, and give it.

    :raises NotFound: there is none
    """
    found = PackChange.objects.select_for_update().filter(pk=change_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="pack", reference=change_id)
    return found
