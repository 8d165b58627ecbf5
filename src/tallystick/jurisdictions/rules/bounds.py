"""Bounds of what may be done to people: hours of the day, and how often something may have been tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.jurisdictions.rules.reading import Node


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of the day, at the place of whom it is about, from `first` to `last`, both included. Times are "16:30"."""

    first: str
    last: str

    def allow(self, time: str) -> bool:
        """Test if a time lies within the hours."""
        return self.first <= time <= self.last


@dataclass(frozen=True, slots=True)
class Tally:
    """How many times something may have happened, since the last time that something else set the count back."""

    counts: frozenset[str]
    reset_by: frozenset[str]
    fewer_than: int

    def counted(self, history: Sequence[str]) -> int:
        """Give how many of a history, oldest first, count now."""
        counted = 0
        for happened in history:
            if happened in self.reset_by:
                counted = 0
            counted += happened in self.counts
        return counted

    def allows(self, history: Sequence[str]) -> bool:
        """Test if one more is allowed after a history, oldest first."""
        return self.counted(history) < self.fewer_than


def read_hours(node: Node) -> Hours:
    """Read hours of the day."""
    node.only({"first", "last"})
    hours = Hours(node.at("first").time(), node.at("last").time())
    if hours.first > hours.last:
        raise node.wrong("the hours end before they begin", "put the earlier time first")
    return hours


def read_tally(node: Node) -> Tally:
    """Read a tally."""
    node.only({"counts", "fewer_than"}, {"reset_by"})
    return Tally(
        counts=frozenset(each.name() for each in node.at("counts").each()),
        reset_by=frozenset(each.name() for each in node.at("reset_by").each()) if node.has("reset_by") else frozenset(),
        fewer_than=node.at("fewer_than").whole(least=1),
    )
