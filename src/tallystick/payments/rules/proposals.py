"""What of an account a line would pay: what the payer named first, then what fits, then the oldest due, what is on hold last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OwedItem:
    """An open item of an account, in minor units."""

    item_id: int
    reference: str
    due_on: date
    open_minor: int
    #: How much of it is on hold or disputed.
    held_minor: int = 0


def proposal(
    *,
    left_minor: int,
    items: Sequence[OwedItem],
    named: Collection[str] = (),
    exact: Collection[str] = (),
    by_order: Mapping[int, int] | None = None,
) -> Mapping[int, int]:
    """Give what of an amount goes to which items, in minor units by item id; the rest stays on account.

    A payer's own word goes first: what it named is paid, the oldest of it first, and nothing else. Where it named nothing, an
    amount that is all that is owed pays all, one that is exactly an item pays that, any other the oldest due, and what is on hold
    or disputed only after all that is not. Where an order is set for the account, `by_order` is what it says, and holds instead
    of the oldest due.

    >>> owed = [OwedItem(1, "A", date(2026, 1, 1), 500), OwedItem(2, "B", date(2026, 2, 1), 300)]
    >>> proposal(left_minor=300, items=owed), proposal(left_minor=300, items=owed, exact=["B"])
    ({1: 300}, {2: 300})
    >>> proposal(left_minor=600, items=owed), proposal(left_minor=600, items=owed, named=["B"])
    ({1: 500, 2: 100}, {2: 300})
    >>> proposal(left_minor=600, items=owed, by_order={1: 300, 2: 300})
    {1: 300, 2: 300}
    >>> disputed = [OwedItem(1, "A", date(2026, 1, 1), 500, held_minor=400), owed[1]]
    >>> proposal(left_minor=350, items=disputed), proposal(left_minor=450, items=disputed)
    ({1: 100, 2: 250}, {1: 150, 2: 300})
    """
    oldest = sorted(items, key=lambda item: (item.due_on, item.item_id))
    if named_items := [item for item in oldest if item.reference in named]:
        return _poured(left_minor, [(item, item.open_minor) for item in named_items])
    if sum(item.open_minor for item in oldest) != left_minor:
        fitting = [item for item in oldest if item.reference in exact and item.open_minor == left_minor]
        if fitting:
            return {fitting[0].item_id: left_minor}
    if by_order is not None:
        return by_order
    chased = [(item, item.open_minor - item.held_minor) for item in oldest]
    return _poured(left_minor, [*chased, *((item, item.held_minor) for item in oldest)])


def _poured(left_minor: int, parts: Iterable[tuple[OwedItem, int]]) -> dict[int, int]:
    paid: dict[int, int] = {}
    for item, minor in parts:
        part = min(left_minor - sum(paid.values()), minor)
        if part > 0:
            paid[item.item_id] = paid.get(item.item_id, 0) + part
    return paid
