"""How late the items of a message are: each has a level by its own days past due, and the message has the highest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a message weighs items, and whose."""

    #: Days past due from which each level begins, from the first level on.
    levels: tuple[int, ...] = ()
    #: It speaks of the items of all the debtor's open accounts with the client, not of its own account alone.
    of_debtor: bool = False

    def level(self, days_past_due: int) -> int:
        """Give the level of an item; 0 before the first.

        Twin: `strategy.rules.own_words`, which gives the highest of an account.

        >>> [Weighing((1, 14, 30)).level(days) for days in (-5, 0, 1, 13, 14, 400)]
        [0, 0, 1, 1, 2, 3]
        """
        return sum(days_past_due >= begins for begins in self.levels)


#: Items without levels, of one account.
ALONE = Weighing()
