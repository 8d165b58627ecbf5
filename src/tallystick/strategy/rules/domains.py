"""Which values of a fact a condition accepts, and which of them is nearest to the one it has.

Numbers, amounts (in minor units) and days (by their number in the calendar) are whole, so that the nearest value is exact.
Unknown is a value of its own, written None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias

#: Nothing is accepted. A tuple with one value is that value, which may be None.
NOWHERE: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers between two bounds, both included, without some; a bound of None is none."""

    low: int | None = None
    high: int | None = None
    without: frozenset[int] = frozenset()
    unknown: bool = False

    def meet(self, other: Self) -> Range:
        """Give what both accept."""
        lows = [each.low for each in (self, other) if each.low is not None]
        highs = [each.high for each in (self, other) if each.high is not None]
        return Range(
            max(lows, default=None),
            min(highs, default=None),
            self.without | other.without,
            unknown=self.unknown and other.unknown,
        )

    def accepts(self, value: int | None) -> bool:
        """Test if a value is accepted."""
        if value is None:
            return self.unknown
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and value not in self.without
        )

    def nearest(self, value: int | None) -> tuple[int | None] | tuple[()]:
        """Give the accepted value nearest to one, the lower of two that are equally near; unknown where no number is.

        >>> Range(low=7).nearest(3), Range(without=frozenset({3})).nearest(3), Range(low=2, high=1, unknown=True).nearest(3)
        ((7,), (2,), (None,))
        """
        if self.accepts(value):
            return (value,)
        start = 0 if value is None else value
        start = start if self.low is None else max(start, self.low)
        start = start if self.high is None else min(start, self.high)
        for distance in range(len(self.without) + 1):
            for near in (start - distance, start + distance):
                if self.accepts(near):
                    return (near,)
        return (None,) if self.unknown else NOWHERE


@dataclass(frozen=True, slots=True)
class Choice:
    """Texts, or yes and no: those named, or all but those named."""

    only: frozenset[str | bool] | None = None
    without: frozenset[str | bool] = frozenset()
    unknown: bool = False

    def meet(self, other: Self) -> Choice:
        """Give what both accept."""
        named = [each.only for each in (self, other) if each.only is not None]
        only = frozenset.intersection(*named) if named else None
        return Choice(only, self.without | other.without, unknown=self.unknown and other.unknown)

    def accepts(self, value: str | bool | None) -> bool:
        """Test if a value is accepted."""
        if value is None:
            return self.unknown
        return (self.only is None or value in self.only) and value not in self.without

    def nearest(self, value: str | bool | None) -> tuple[str | bool | None] | tuple[()]:
        """Give the value itself where it is accepted, else one that is; unknown where no other is, or any would do.

        >>> Choice(only=frozenset({"GB", "IE"})).nearest("FR"), Choice(without=frozenset({"FR"})).nearest("FR")
        (('GB',), ('other than FR',))
        """
        if self.accepts(value):
            return (value,)
        if self.only is not None:
            left = sorted(self.only - self.without, key=str)
            return (left[0],) if left else (None,) if self.unknown else NOWHERE
        if self.unknown:
            return (None,)
        other = "other than " + ", ".join(sorted(map(str, self.without)))
        return (other,)


Domain: TypeAlias = Range | Choice
