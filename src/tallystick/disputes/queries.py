"""Read disputes, and how much of a debt they concern."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet, Sum

from tallystick.disputes import rules
from tallystick.disputes.models import Dispute
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound


def disputes(account_id: int) -> QuerySet[Dispute]:
    """Give all disputes of an account, the open ones first, then those resolved last."""
    return Dispute.objects.filter(account_id=account_id).order_by(F("resolved_at").desc(nulls_first=True), "-pk")


def open_disputes(account_ids: Sequence[int]) -> QuerySet[Dispute]:
    """Give the open disputes of some accounts, oldest first."""
    return Dispute.objects.filter(account_id__in=account_ids, state=rules.State.OPEN).order_by("account_id", "pk")


def disputed_minor(account_id: int, *, item_id: int | None) -> int:
    """Give how much is disputed on an item, or beside all items where none is named, in minor units."""
    found = open_disputes([account_id]).filter(item_id=item_id).aggregate(minor=Sum("amount_minor"))
    return int(found["minor"] or 0)


def disputed_by_item(account_ids: Sequence[int]) -> dict[int, int]:
    """Give how much is disputed on each item of some accounts, in minor units by item id; items without are left out."""
    by_item: dict[int, int] = {}
    for dispute in open_disputes(account_ids).exclude(item_id=None):
        by_item[dispute.item_id or 0] = by_item.get(dispute.item_id or 0, 0) + dispute.amount_minor
    return by_item


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
