"""Open accounts and add items a set at a time: the twins of `open_account`, `add_item` and `adjust_item`.

The sets are rows that stand in the database already (`kernel.sql.Rows`); nothing is carried through Python. Each function
is a handful of statements whatever the size of its set, and belongs in one transaction with what prepared the rows.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import queries, rules
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline

#: The verdicts of the last set of this transaction: a temporary table that callers may read.
JUDGED = "accounts_judged"


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "bulk.sql", name)


@transaction.atomic
def claim_accounts(rows: sql.Rows, *, at: datetime, by: Actor) -> int:
    """Claim references for accounts to be, and give how many were free.

    The rows have the columns client_id, reference and account_id (drawn from `queries.NEW_ACCOUNT_ID`). Two sets that want
    the same reference at the same time wait for each other here, and the lookup tells whose id it got.
    """
    by.must_be_allowed_to("open accounts")
    return sql.execute(*rows.into(_query("claim_accounts"), {}))


@transaction.atomic
def open_accounts(rows: sql.Rows, *, opened_on: date, at: datetime, by: Actor) -> int:
    """Open accounts whose references are claimed, and give how many. The bulk twin of `open_account`.

    The rows have the columns account_id, client_id, portfolio_id, party_id, reference and currency.
    """
    by.must_be_allowed_to("open accounts")
    opened = sql.execute(*rows.into(_query("open_accounts"), {"opened_on": opened_on, "open": rules.AccountState.OPEN}))
    told = sql.Rows(*rows.into(_query("told_opened"), {"opened_on": opened_on}))
    timeline.append_rows(told, kind="accounts.AccountOpened", at=at, by=by)
    return opened


@transaction.atomic
def lock_accounts(rows: sql.Rows) -> int:
    """Lock accounts for the transaction, in id order, and give how many. The rows have the column account_id."""
    return sql.execute(*rows.into(_query("lock"), {}))


@transaction.atomic
def add_or_correct_items(rows: sql.Rows, *, today: date, origin: str, at: datetime, by: Actor) -> None:
    """Add items, correct those that stand and settle what the source has settled. The twin of `add_item` and `adjust_item`.

    The rows have the columns of `queries.judge_items`, in the order of account and reference, which is fastest. Their
    accounts are locked by the caller. An item is what it is by account, reference and kind, so doing it twice changes
    nothing. What became of each row, and why it was refused, stands in the table `JUDGED` until the transaction ends.
    `origin` says on the timeline where the items come from.
    """
    by.must_be_allowed_to("add items")
    by.must_be_allowed_to("adjust items")
    judged = queries.judge_items(rows)
    sql.execute(_query("forget_verdicts"))
    sql.execute(sql.fill(_query("keep_verdicts"), judged=judged.select), judged.params)
    sql.execute(_query("refuse_whole_keys"))
    # What no row calls for is left out: on a set of new items that is most of it.
    [found] = sql.rows(_query("count_verdicts"))
    told: list[tuple[str, str]] = []
    if found["added"]:
        _add(today=today, at=at)
        told.append(("told_added", "accounts.ItemsAdded"))
    if found["changed"]:
        _correct(today=today, at=at)
        told += [("told_adjusted", "accounts.ItemAdjusted"), ("told_redated", "accounts.ItemRedated")]
    if found["settled"]:
        _settle(today=today, at=at)
        told += [("told_settled", "accounts.SettledAtSource"), ("told_cleared", "accounts.BalanceCleared")]
    for name, kind in told:
        timeline.append_rows(sql.Rows(_query(name), {"today": today, "origin": origin}), kind=kind, at=at, by=by)


_HEADS = {"heads": [int(head) for head in CHARGED_AGAINST], "fars": [int(far) for far in CHARGED_AGAINST.values()]}


def _add(*, today: date, at: datetime) -> None:
    sql.execute(_query("add_items"), {"today": today})
    ledger.post_rows(sql.Rows(_query("charges"), {**_HEADS, "item": Cause.ITEM}), at=at)


def _correct(*, today: date, at: datetime) -> None:
    ledger.post_rows(sql.Rows(_query("corrections"), {**_HEADS, "adjustment": Cause.ADJUSTMENT}), at=at)
    sql.execute(_query("correct_items"), {"today": today})


def _settle(*, today: date, at: datetime) -> None:
    sql.execute(_query("add_settlements"), {"today": today, "settlement": rules.SourceCreditKind.SETTLEMENT})
    heads = {"paid": Head.PAID_TO_CLIENT, "on_account": Head.ON_ACCOUNT, "credit": Cause.CREDIT}
    ledger.post_rows(sql.Rows(_query("settlements"), {**heads, "today": today}), at=at)
