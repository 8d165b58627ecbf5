"""Read disputes, and how much of a debt they concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F, QuerySet

from tallystick.disputes import rules
from tallystick.disputes.models import Dispute
from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound


def disputes(account_id: int) -> QuerySet[Dispute]:
    """Give all disputes of an account, the open ones first, then those resolved last."""
    return Dispute.objects.filter(account_id=account_id).order_by(F("resolved_at").desc(nulls_first=True), "-pk")


def open_disputes(account_ids: Sequence[int]) -> QuerySet[Dispute]:
    """Give the open disputes of some accounts, oldest first."""
    return Dispute.objects.filter(account_id__in=account_ids, state=rules.State.OPEN).order_by("account_id", "pk")


def all_disputes(account_ids: Sequence[int]) -> QuerySet[Dispute]:
    """Give all disputes of some accounts, oldest first."""
    return Dispute.objects.filter(account_id__in=account_ids).order_by("account_id", "pk")


def disputed_of_items(items: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Give how much of each of some items is disputed and not decided yet, by account and item, in minor units."""
    rows = sql.rows(
        """
        SELECT item.account_id, item.item_id, coalesce(sum(dispute.amount_minor), 0)::bigint AS minor
        FROM unnest(%(accounts)s::bigint[], %(items)s::bigint[]) AS item(account_id, item_id)
        LEFT JOIN disputes_dispute AS dispute
            ON dispute.account_id = item.account_id AND dispute.item_id = item.item_id AND dispute.state = 'open'
        GROUP BY item.account_id, item.item_id
        """,
        {"accounts": [account for account, _ in items], "items": [item for _, item in items]},
    )
    return {(row["account_id"], row["item_id"]): row["minor"] for row in rows}


def lock_dispute(dispute_id: int, *, account_id: int) -> Dispute:
    """Lock a dispute of an account and give it.

    :raises NotFound: the account has no such dispute
    """
    found = Dispute.objects.select_for_update().filter(pk=dispute_id, account_id=account_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="dispute", reference=dispute_id)
    return found


INVARIANTS = (
    Invariant(
        name="disputes are of the account's items",
        sentence="Every dispute of an item is of an item of the same account.",
        checked="SELECT count(*) FROM disputes_dispute WHERE item_id IS NOT NULL",
        breaches="""
        SELECT dispute.account_id, 'dispute ' || dispute.id || ' is of no item of the account' AS what
        FROM disputes_dispute AS dispute
        LEFT JOIN accounts_item AS item ON item.id = dispute.item_id AND item.account_id = dispute.account_id
        WHERE dispute.item_id IS NOT NULL AND item.id IS NULL
        """,
    ),
    Invariant(
        name="items are disputed as their disputes say",
        sentence="What an item says is disputed is what the open disputes of it come to.",
        checked="SELECT count(*) FROM disputes_dispute WHERE item_id IS NOT NULL",
        breaches="""
        SELECT coalesce(item.account_id, disputed.account_id) AS account_id,
               'item ' || coalesce(item.reference, disputed.item_id::text) || ' says ' || coalesce(item.disputed_minor, 0)
               || ' is disputed, its disputes ' || coalesce(disputed.minor, 0) AS what
        FROM (SELECT * FROM accounts_item WHERE disputed_minor IS NOT NULL) AS item
        FULL JOIN (
            SELECT account_id, item_id, sum(amount_minor) AS minor FROM disputes_dispute
            WHERE state = 'open' AND item_id IS NOT NULL
            GROUP BY account_id, item_id
        ) AS disputed ON disputed.item_id = item.id AND disputed.account_id = item.account_id
        WHERE item.disputed_minor IS DISTINCT FROM disputed.minor
        """,
    ),
    Invariant(
        name="upheld disputes are credited",
        sentence="What a dispute says it credited is what the ledger credited for it.",
        checked="SELECT count(*) FROM disputes_dispute WHERE state = 'upheld'",
        breaches="""
        SELECT dispute.account_id, 'dispute ' || dispute.id || ' says ' || dispute.credited_minor || ', the ledger '
               || coalesce(entry.amount_minor, 0) AS what
        FROM disputes_dispute AS dispute
        LEFT JOIN ledger_entry AS entry ON entry.account_id = dispute.account_id AND entry.cause_kind = 8
             AND entry.cause_id = dispute.id AND entry.cause_no = 0
        WHERE dispute.credited_minor <> coalesce(entry.amount_minor, 0)
        """,
    ),
)
