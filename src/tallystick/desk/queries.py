"""What the pages of the desk show, read in as few queries as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Item
from tallystick.desk.rules import sentences
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Head
from tallystick.timeline import queries as timeline_queries


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on an account today, and how old it is."""

    balance: Money
    overdue: Money
    not_due: Money
    on_account: Money
    oldest_due_on: date | None
    open_items: int


def owed(account: Account, items: Sequence[Item], *, today: date) -> Owed:
    """Add up the open items of an account and its money on account."""
    late = [item for item in items if item.open_minor and item.due_on < today]
    waiting = [item for item in items if item.open_minor and item.due_on >= today]
    heads = ledger_queries.balances_by_head([account.pk])
    on_account = -sum(row["balance_minor"] for row in heads if row["head"] == Head.ON_ACCOUNT)
    overdue, not_due = sum(item.open_minor for item in late), sum(item.open_minor for item in waiting)
    return Owed(
        balance=Money(overdue + not_due - on_account, account.currency),
        overdue=Money(overdue, account.currency),
        not_due=Money(not_due, account.currency),
        on_account=Money(on_account, account.currency),
        oldest_due_on=min((item.due_on for item in late), default=None),
        open_items=len(late) + len(waiting),
    )


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event as a person reads it."""

    id: int
    at: Any
    text: str
    icon: str
    tone: str
    by: str
    kind: str
    document_id: int | None


def timeline(
    account_ids: Sequence[int],
    *,
    locale: Locale,
    kinds: Sequence[str] | None = None,
    before_id: int | None = None,
    limit: int = 40,
) -> list[TimelineEntry]:
    """Give a page of the timeline, newest first, each event as a sentence."""
    entries = []
    for event in timeline_queries.of_account(account_ids, before_id=before_id, kinds=kinds, limit=limit):
        text, icon, tone = sentences.sentence(event["kind"], event["data"], locale)
        entries.append(
            TimelineEntry(
                id=event["id"],
                at=event["recorded_at"],
                text=text,
                icon=icon,
                tone=tone,
                by=event["actor"],
                kind=event["kind"],
                document_id=event["data"].get("document_id"),
            )
        )
    return entries


def account_in(scope: Scope, account_id: int) -> Account:
    """Give an account that the scope allows, with client, portfolio and party.

    :raises NotFound: there is none, or it lies outside the scope
    """
    return account_queries.get_account(account_id, scope=scope)
