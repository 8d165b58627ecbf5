"""Write down on items what of them is on hold, and what is disputed, for the rooms that decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tallystick.accounts import rules
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Held:
    """What of an item is on hold: from a day, until a day (None until it is lifted), a part of it or (None) all."""

    account_id: int
    item_id: int
    from_on: date | None = None
    until_on: date | None = None
    amount_minor: int | None = None


def hold_items(held: Sequence[Held], *, by: Actor) -> None:
    """Write down what of some items is on hold; one without a first day is on hold no longer.

    Their accounts are locked by the caller. Nothing is told on a timeline: whoever holds them tells it.
    """
    by.must_be_allowed_to("place holds")
    sql.execute(
        """
        UPDATE accounts_item AS item
        SET held_from_on = held.from_on, held_until_on = held.until_on, held_minor = held.amount_minor
        FROM unnest(
            %(account_ids)s::bigint[], %(item_ids)s::bigint[], %(froms)s::date[], %(untils)s::date[], %(amounts)s::bigint[]
        ) AS held(account_id, item_id, from_on, until_on, amount_minor)
        WHERE item.id = held.item_id AND item.account_id = held.account_id
        """,
        {
            "account_ids": [each.account_id for each in held],
            "item_ids": [each.item_id for each in held],
            "froms": [each.from_on for each in held],
            "untils": [each.until_on or (rules.NEVER if each.from_on else None) for each in held],
            "amounts": [each.amount_minor for each in held],
        },
    )


def dispute_items(disputed: Mapping[tuple[int, int], int], *, by: Actor) -> None:
    """Write down how much of some items is disputed, by account and item; nothing where they are disputed no longer.

    Their accounts are locked by the caller. Nothing is told on a timeline: whoever hears disputes tells it.
    """
    by.must_be_allowed_to("raise disputes")
    sql.execute(
        """
        UPDATE accounts_item AS item SET disputed_minor = nullif(disputed.minor, 0)
        FROM unnest(%(account_ids)s::bigint[], %(item_ids)s::bigint[], %(minors)s::bigint[])
            AS disputed(account_id, item_id, minor)
        WHERE item.id = disputed.item_id AND item.account_id = disputed.account_id
        """,
        {
            "account_ids": [account_id for account_id, _ in disputed],
            "item_ids": [item_id for _, item_id in disputed],
            "minors": list(disputed.values()),
        },
    )
