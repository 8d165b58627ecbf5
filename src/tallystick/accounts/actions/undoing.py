"""Take back what a file brought: items that it added, corrections that it made, credits that it held. A set at a time.

What a file brought is known by the instant at which it was loaded: its entries stand in the ledger with it. Each is reversed on
its own day, so that the book is as if the file had never come, and was as it was for whoever asks what was known before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.actions.charging import Recharge, recharge_items
from tallystick.accounts.actions.credits import Credit, apply_credits, tell_cleared
from tallystick.accounts.models import Item
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline

#: The columns of rows that bring no items or no credits.
_NOTHING = """
SELECT 0::bigint AS key, 0::bigint AS account_id, '' AS kind, '' AS reference, NULL::date AS issued_on, NULL::date AS due_on,
       0::bigint AS amount_minor, '' AS currency
WHERE false
"""


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "undoing.sql", name)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of something there are in a currency, and what they come to."""

    what: str
    number: int
    amount: Money


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back of a set, or would be: counts, what stays by its key, the accounts, and the items that are gone."""

    counted: tuple[Counted, ...] = ()
    #: Why a row of the set stays, by its key.
    stays: tuple[tuple[int, str], ...] = ()
    account_ids: tuple[int, ...] = ()
    items: tuple[tuple[int, int], ...] = ()
    #: The first rows of the set, as `accounts_undoing` has them.
    first: tuple[dict[str, object], ...] = field(default=(), compare=False)


def judge_loaded(
    items: sql.Rows | None, credits: sql.Rows | None, *, loaded_at: datetime, first: int = 0, by: Actor
) -> TakenBack:
    """Say what could be taken back of rows that were loaded at an instant, and what would stay; nothing is changed.

    :raises NotPermitted: `by` may not take it back
    """
    by.must_be_allowed_to("adjust items")
    _judge(items, credits, loaded_at=loaded_at)
    return _counted("counted_before", first=first)


@transaction.atomic
def take_back_loaded(
    items: sql.Rows | None,
    credits: sql.Rows | None,
    *,
    loaded_at: datetime,
    keep_on_account: bool,
    today: date,
    origin: str,
    reason: str,
    at: datetime,
    by: Actor,
) -> TakenBack:
    """Take back what rows brought that were loaded at an instant; the twin of `add_or_correct_items` and `apply_source_credits`.

    The rows are those that were given to these, and their accounts are locked by the caller. An item that was added comes to
    nothing, one that was corrected to what it was before, as far as that is known. What had paid them becomes money on
    account. What something later has changed stays, and is named. Doing it twice changes nothing.
    """
    by.must_be_allowed_to("adjust items")
    by.must_be_allowed_to("apply credits")
    _judge(items, credits, loaded_at=loaded_at)
    _reverse(loaded_at=loaded_at, today=today, at=at)
    told = {"today": today, "reason": reason, "origin": origin}
    for name, kind in (
        ("told_items", "accounts.ItemsTakenBack"),
        ("told_adjusted", "accounts.ItemAdjusted"),
        ("told_redated", "accounts.ItemRedated"),
        ("told_credits", "accounts.CreditTakenBack"),
    ):
        text = _query(name)
        asked = {key: value for key, value in told.items() if f"%({key})s" in text}
        timeline.append_rows(sql.Rows(text, asked), kind=kind, at=at, by=by)
    _apply_former(keep_on_account=keep_on_account, at=at, by=by)
    return _counted("counted")


def _judge(items: sql.Rows | None, credits: sql.Rows | None, *, loaded_at: datetime) -> None:
    sql.execute(_query("forget"))
    for name, rows in (("judge_items", items), ("judge_credits", credits)):
        sql.execute(*(rows or sql.Rows(_NOTHING)).into(_query(name), {"loaded_at": loaded_at}))
    sql.execute(_query("analyze"))


def _reverse(*, loaded_at: datetime, today: date, at: datetime) -> None:
    """Reverse what was judged to be taken back, and write down what items and accounts come to."""
    for name in ("entries", "release", "take_released"):
        sql.execute(_query(name), {"loaded_at": loaded_at} if name == "entries" else None)
    ledger.reverse_rows(sql.Rows(_query("reversals")), at=at)
    ledger.post_rows(sql.Rows(_query("again")), at=at)
    sql.execute(_query("write_items"), {"today": today})
    sql.execute(_query("write_accounts"))
    sql.execute(_query("mark_credits"), {"today": today})


@transaction.atomic
def take_item_back(*, account_id: int, item_id: int, reason: str, at: datetime, by: Actor) -> Money:
    """Take an item back whole, and give what it came to: each of its entries is reversed on its own day.

    What had paid it becomes money on account.

    :raises NothingChanges: it comes to nothing already
    """
    by.must_be_allowed_to("adjust items")
    account = queries.lock_account(account_id, scope=by.scope)
    item = queries.lock_item(item_id, account_id=account_id)
    if not item.amount_minor:
        raise rules.NothingChanges
    today = local_day(at, account.client.time_zone)
    sql.execute(_query("forget"))
    sql.execute(_query("judge_item"), {"account": account_id, "item": item_id})
    sql.execute(*sql.Rows(_NOTHING).into(_query("judge_credits"), {"loaded_at": at}))
    _reverse(loaded_at=at, today=today, at=at)
    return _told_less(account_id, item, item.amount_minor, reason=reason, today=today, at=at, by=by)


@transaction.atomic
def let_item_off(*, account_id: int, item_id: int, amount: Money, reason: str, at: datetime, by: Actor) -> Money:
    """Let an amount of an item off, today: what charged it stands, so that it is not charged again. Give how much was.

    What had paid it is released as far as it has to be, the last payment first, and becomes money on account.

    :raises NothingChanges: nothing of it is left to let off
    """
    by.must_be_allowed_to("adjust items")
    account = queries.lock_account(account_id, scope=by.scope)
    item = queries.lock_item(item_id, account_id=account_id)
    minor = min(amount.minor, item.amount_minor)
    if minor <= 0:
        raise rules.NothingChanges
    today = local_day(at, account.client.time_zone)
    _release(item, minor - item.open_minor, today=today, at=at)
    ledger.post([_less(item, minor, today)], at=at)
    released = max(minor - item.open_minor, 0)
    recharge_items([Recharge(account_id, item_id, -minor, released, today)])
    return _told_less(account_id, item, minor, reason=reason, today=today, at=at, by=by)


def _told_less(account_id: int, item: Item, minor: int, *, reason: str, today: date, at: datetime, by: Actor) -> Money:
    amount = Money(minor, item.currency)
    event = events.ItemAdjusted(account_id, item.pk, item.reference, -amount, reason)
    timeline.append(event, happened_on=today, at=at, by=by)
    tell_cleared({account_id: today}, at=at, by=by)
    return amount


def _less(item: Item, minor: int, today: date) -> ledger.Posting:
    head = Head(item.head)
    number = sql.value(
        "SELECT count(*) FROM ledger_entry WHERE account_id = %s AND cause_kind = %s AND cause_id = %s",
        [item.account_id, Cause.ADJUSTMENT, item.pk],
    )
    return ledger.Posting(
        account_id=item.account_id,
        debit=CHARGED_AGAINST[head],
        credit=head,
        amount_minor=minor,
        currency=item.currency,
        booked_on=today,
        cause_kind=Cause.ADJUSTMENT,
        cause_id=item.pk,
        cause_no=int(number),
        item_id=item.pk,
    )


def _release(item: Item, missing: int, *, today: date, at: datetime) -> None:
    """Take back what paid an item, the last first, until so much is released; what one of them still pays is entered anew."""
    reversed_ids, again = [], []
    for paid in sql.rows(_query("allocated"), {"account": item.account_id, "item": item.pk}):
        if missing <= 0:
            break
        released = min(missing, paid["amount_minor"])
        missing -= released
        reversed_ids.append(paid["id"])
        if paid["amount_minor"] > released:
            again.append(
                ledger.Posting(
                    account_id=item.account_id,
                    debit=Head.ON_ACCOUNT,
                    credit=Head(paid["credit"]),
                    amount_minor=paid["amount_minor"] - released,
                    currency=item.currency,
                    booked_on=paid["booked_on"],
                    cause_kind=Cause(paid["cause_kind"]),
                    cause_id=paid["cause_id"],
                    cause_no=paid["last_no"] + 1,
                    item_id=item.pk,
                )
            )
    ledger.reverse_entries(item.account_id, reversed_ids, booked_on=today, at=at)
    ledger.post(again, at=at)


def _apply_former(*, keep_on_account: bool, at: datetime, by: Actor) -> None:
    """Apply anew the credits that the load had replaced by others."""
    apply_credits(
        [
            Credit(
                account_id=row["account_id"],
                cause_id=row["id"],
                amount=Money(row["amount_minor"], row["currency"]),
                booked_on=row["booked_on"],
                debit=rules.DEBIT_OF[rules.SourceCreditKind(row["kind"])],
                keep_on_account=keep_on_account,
            )
            for row in sql.rows(_query("former_credits"))
        ],
        cause_kind=Cause.CREDIT,
        at=at,
        by=by,
    )


def _counted(name: str, *, first: int = 0) -> TakenBack:
    touched = sql.rows(_query("touched"))
    return TakenBack(
        tuple(
            Counted(row["what"], row["number"], Money(row["minor"], row["currency"])) for row in sql.rows(_query(name))
        ),
        tuple((row["key"], row["stays"]) for row in sql.rows(_query("kept"))),
        tuple(row["account_id"] for row in touched),
        tuple((row["account_id"], item_id) for row in touched for item_id in row["items"] or ()),
        tuple(sql.rows(_query("first_rows"), {"most": first})) if first else (),
    )
