"""What depends on an amount: scales of fees with their bands, and the limits from which something is so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tallystick.jurisdictions.rules.reading import Node
from tallystick.kernel.money import Money, decimals_of, half_up


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of amounts and what holds there: a sum, a share of what lies over a threshold, both, or words.

    It ends with `up_to` itself, or just before `below`; without either it has no end.
    """

    up_to: Decimal | None
    below: Decimal | None
    amount: Decimal
    percent: Decimal
    over: Decimal
    words: tuple[str, ...]

    def holds(self, amount: Decimal) -> bool:
        """Test if an amount does not lie beyond the end of the band."""
        if self.up_to is not None:
            return amount <= self.up_to
        return self.below is None or amount < self.below

    @property
    def end(self) -> tuple[Decimal, bool] | None:
        """The end as it is ordered: `below` comes before `up_to` of the same amount."""
        if self.up_to is not None:
            return self.up_to, True
        return None if self.below is None else (self.below, False)


@dataclass(frozen=True, slots=True)
class Scale:
    """Bands of amounts from the lowest up; the last has no end. A charge is never less than `least` or more than `most`."""

    bands: tuple[Band, ...]
    least: Decimal | None
    most: Decimal | None

    def band(self, amount: Decimal) -> Band:
        """Give the band that an amount lies in."""
        return next(band for band in self.bands if band.holds(amount))

    def charge(self, on: Money) -> Money:
        """Give the charge on an amount: exact, rounded half up once to the minor unit of its currency."""
        band = self.band(on.amount)
        exact = Fraction(band.amount) + Fraction(band.percent) / 100 * (Fraction(on.amount) - Fraction(band.over))
        if self.least is not None:
            exact = max(exact, Fraction(self.least))
        if self.most is not None:
            exact = min(exact, Fraction(self.most))
        return Money(half_up(exact * 10 ** decimals_of(on.currency)), on.currency)


class Comparison(StrEnum):
    """How an amount is held against a limit."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount from which, or up to which, something is so."""

    comparison: Comparison
    amount: Decimal

    def met(self, amount: Decimal) -> bool:
        """Test if it is so of an amount."""
        match self.comparison:
            case Comparison.AT_LEAST:
                return amount >= self.amount
            case Comparison.MORE_THAN:
                return amount > self.amount
            case Comparison.AT_MOST:
                return amount <= self.amount
            case Comparison.LESS_THAN:
                return amount < self.amount
            case Comparison.ALWAYS:
                return True
            case Comparison.NEVER:
                return False


def read_scale(node: Node) -> Scale:
    """Read a scale; its bands ascend and the last has no end."""
    node.only({"bands"}, {"least", "most"})
    bands = tuple(_read_band(each) for each in node.at("bands").each())
    ends = [band.end for band in bands]
    if not bands or ends[-1] is not None or None in ends[:-1]:
        raise node.at("bands").wrong(
            "an amount may lie in no band, or in several", "end every band but the last by “up_to” or “below”"
        )
    known = [end for end in ends if end is not None]
    if known != sorted(set(known)):
        raise node.at("bands").wrong("the bands do not ascend", "put the lowest first")
    return Scale(bands, node.maybe("least", Node.number), node.maybe("most", Node.number))


def _read_band(node: Node) -> Band:
    node.only((), {"up_to", "below", "amount", "percent", "over", "words"})
    if node.has("up_to") and node.has("below"):
        raise node.wrong("the band has two ends", "keep “up_to” (that amount too) or “below” (not that amount)")
    words = tuple(each.text() for each in node.at("words").each()) if node.has("words") else ()
    if not words and not node.has("amount") and not node.has("percent"):
        raise node.wrong("the band says nothing", "add “amount”, “percent” or “words”")
    zero = Decimal(0)
    return Band(
        up_to=node.maybe("up_to", Node.number),
        below=node.maybe("below", Node.number),
        amount=node.maybe("amount", Node.number) or zero,
        percent=node.maybe("percent", Node.number) or zero,
        over=node.maybe("over", Node.number) or zero,
        words=words,
    )


def read_limit(node: Node) -> Limit:
    """Read a limit: one comparison and its amount, or that it is always or never so."""
    if node.content in (Comparison.ALWAYS, Comparison.NEVER):
        return Limit(Comparison(str(node.content)), Decimal(0))
    node.only((), list(Comparison)[:4])
    found = [(name, each) for name, each in node.fields()]
    if len(found) != 1:
        raise node.wrong("a limit has one comparison", "keep one of at_least, more_than, at_most and less_than")
    return Limit(Comparison(found[0][0]), found[0][1].number())
