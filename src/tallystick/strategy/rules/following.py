"""What follows from what: the decisions that would not have been made without some events."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """A decision of an account: the event that it answered (0 where time decided), from where to where it brought the account."""

    decision_id: int
    cause_id: int
    version_id: int
    from_place: int
    to_place: int


def following(made: Iterable[Made], event_ids: Collection[int]) -> list[int]:
    """Give the decisions that follow from events, of those of one account in their order.

    They are the answers to the events, and what time did from where these had brought the account, until something else was
    answered.

    >>> asked = Made(1, 7, 1, 0, 3), Made(2, 0, 1, 3, 4), Made(3, 8, 1, 4, 5), Made(4, 0, 1, 5, 6)
    >>> following(asked, {7})
    [1, 2]
    """
    found = []
    standing: tuple[int, int] | None = None
    for each in made:
        is_of_time = not each.cause_id and standing == (each.version_id, each.from_place)
        if each.cause_id in event_ids or is_of_time:
            found.append(each.decision_id)
            standing = (each.version_id, each.to_place)
        else:
            standing = None
    return found
