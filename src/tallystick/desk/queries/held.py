"""What stands on hold on an account: the whole of it, or some of its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tallystick.accounts.models import Item
from tallystick.accounts.rules import NEVER
from tallystick.holds import queries as hold_queries
from tallystick.holds import rules as hold_rules
from tallystick.holds.models import Hold
from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class HeldItems:
    """How many of the open items are on hold or disputed today, how much that is, and when the first is chased again."""

    number: int
    of: int
    amount: Money
    #: None where all wait for somebody to lift the hold, or to decide the dispute.
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The holds of an account that nobody has lifted and that have not run out."""

    holds: Sequence[Hold]
    today: date

    @property
    def in_force(self) -> list[dict[str, Any]]:
        """The holds on the account as a whole that have begun, as `warnings` reads them."""
        return [
            {"reason": hold.reason, "label": hold.get_reason_display(), "until_on": hold.until_on, "note": hold.note}
            for hold in self.holds
            if hold.item_id is None and self._has_begun(hold)
        ]

    def _has_begun(self, hold: Hold) -> bool:
        return hold_rules.is_in_force(from_on=hold.from_on, until_on=hold.until_on, ended=False, on=self.today)

    def on(self, item: Item) -> Hold | None:
        """Give the hold on an item; None for none."""
        return next((hold for hold in self.holds if hold.item_id == item.pk), None)

    def listed(self, items: Sequence[Item]) -> list[tuple[Hold, Item | None]]:
        """Give all holds, those of items each with its item; one whose item is paid is left out, for it holds nothing."""
        by_id = {item.pk: item for item in items}
        listed = [(hold, by_id.get(hold.item_id) if hold.item_id else None) for hold in self.holds]
        return [(hold, item) for hold, item in listed if hold.item_id is None or item is not None]


def standing(account_id: int, *, today: date) -> Standing:
    """Give the holds that stand on an account, whole or item by item."""
    return Standing(list(hold_queries.standing_holds(account_id)), today)


def held_items(items: Sequence[Item], currency: str, *, today: date) -> HeldItems | None:
    """Give what of some open items is on hold or disputed today; None where nothing is."""
    held = [item for item in items if item.chased_minor(today) < item.open_minor]
    if not held:
        return None
    amount = sum(item.open_minor - item.chased_minor(today) for item in held)
    return HeldItems(len(held), len(items), Money(amount, currency), min(_ends(held, today), default=None))


def _ends(held: Sequence[Item], today: date) -> Iterator[date]:
    """Give the days on which holds end that stand today; the end of one changes nothing where as much is disputed."""
    for item in held:
        until_on = item.held_until_on
        if until_on and today < until_on < NEVER and item.chased_minor(until_on) > item.chased_minor(today):
            yield until_on
