"""What a payment pays: parts of debts, one after another by an order, equals in proportion. Nothing is paid twice or lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from tallystick.jurisdictions.rules.orders import First, Head, Order, Ties


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a debt that a payment may pay: so much under one head of one item, in minor units of the payment's currency."""

    reference: str
    head: Head
    minor: int
    due_on: date
    #: How far the creditor is secured, from nothing to all of it.
    secured: Decimal = Decimal(0)
    #: What it costs the debtor not to pay it, in percent a year.
    percent: Decimal = Decimal(0)
    #: Whether it is on hold or disputed: it is paid after all that is chased, by every order.
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """How much of a part a payment pays."""

    part: Part
    minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment pays, and what is left of it: money on account."""

    paid: tuple[Paid, ...]
    left: int


_Key = Callable[[Part], object]


def allocate(
    minor: int, parts: Sequence[Part], order: Order, *, on: date, chosen: Mapping[tuple[str, Head], int] | None = None
) -> Allocation:
    """Allocate a payment that was made on a day.

    `chosen` is what the debtor said to pay, by reference and head, and how much of it; it counts where the order lets the debtor
    choose, and up to what is owed. What is on hold or disputed comes last, whatever the order. Parts of nothing or less are
    passed over.

    >>> from tallystick.jurisdictions.rules.orders import First, Order, Ties
    >>> due = date(2026, 3, 1)
    >>> parts = [Part("A", Head.PRINCIPAL, 50, due, is_held=True), Part("B", Head.PRINCIPAL, 30, due)]
    >>> [(each.part.reference, each.minor) for each in allocate(40, parts, Order((First.OLDEST,), (), Ties.LISTED), on=due).paid]
    [('A', 10), ('B', 30)]
    """
    wished = chosen or {}
    owed = [part for part in parts if part.minor > 0]
    paid: dict[int, int] = {}
    left = minor
    for by_choice, by in _passes(order):
        keys: list[_Key] = [lambda part: part.is_held, *(_key(first, order, on) for first in by)]
        rooms = [
            (number, part, _room(part, paid.get(number, 0), wished if by_choice else None))
            for number, part in enumerate(owed)
        ]
        open_now = sorted((each for each in rooms if each[2] > 0), key=lambda each: [key(each[1]) for key in keys])
        for _, equals in groupby(open_now, key=lambda each: [key(each[1]) for key in keys]):
            among = list(equals)
            for (number, _part, _limit), share in zip(
                among, _shares(left, [limit for _, _, limit in among], order.ties), strict=True
            ):
                paid[number] = paid.get(number, 0) + share
                left -= share
    return Allocation(tuple(Paid(part, paid[number]) for number, part in enumerate(owed) if paid.get(number)), left)


def _passes(order: Order) -> list[tuple[bool, Sequence[First]]]:
    """Give the rounds of an order: what the debtor chose, if it lets them, and then everything."""
    by = [first for first in order.by if first is not First.CHOSEN]
    return [(True, by), (False, by)] if First.CHOSEN in order.by else [(False, by)]


def _room(part: Part, already: int, wished: Mapping[tuple[str, Head], int] | None) -> int:
    room = part.minor - already
    return room if wished is None else min(room, wished.get((part.reference, part.head), 0))


def _key(first: First, order: Order, on: date) -> _Key:
    keys: Mapping[First, _Key] = {
        First.DUE: lambda part: part.due_on > on,
        First.HEAD: lambda part: order.place(part.head),
        First.OLDEST: lambda part: part.due_on,
        First.NEWEST: lambda part: -part.due_on.toordinal(),
        First.LEAST_SECURED: lambda part: part.secured,
        First.MOST_ONEROUS: lambda part: -part.percent,
        First.SMALLEST: lambda part: part.minor,
        First.LARGEST: lambda part: -part.minor,
    }
    return keys[first]


def _shares(minor: int, limits: Sequence[int], ties: Ties) -> list[int]:
    if ties is Ties.PROPORTIONAL:
        return proportional(minor, limits)
    shares = []
    for limit in limits:
        shares.append(min(minor, limit))
        minor -= shares[-1]
    return shares


def proportional(minor: int, limits: Sequence[int]) -> list[int]:
    """Share an amount in proportion to limits, none above its own: rounded down, and what is left over to the largest first.

    >>> proportional(100, [100, 200, 300]), proportional(1000, [1, 2])
    ([16, 33, 51], [1, 2])
    """
    total = sum(limits)
    if minor >= total:
        return list(limits)
    shares = [minor * limit // total for limit in limits]
    over = minor - sum(shares)
    for number in sorted(range(len(limits)), key=lambda number: -limits[number]):
        more = min(over, limits[number] - shares[number])
        shares[number] += more
        over -= more
    return shares
