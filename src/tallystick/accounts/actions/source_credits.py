"""Apply the credits that a client's own books hold: credit notes, and payments made to the client."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.actions.credits import Credit, apply_credits
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause
from tallystick.timeline import actions as timeline

#: The verdicts of the last set of this transaction: a temporary table that callers may read.
JUDGED_CREDITS = "accounts_judged_credit"


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "source_credits.sql", name)


@transaction.atomic
def apply_source_credits(
    rows: sql.Rows, *, keep_on_account: bool, today: date, origin: str, at: datetime, by: Actor
) -> None:
    """Apply credits of the client's books that are new, and take back and apply anew those that changed.

    The rows have the columns of `queries.judge_source_credits`; their accounts are locked by the caller. A credit is what
    it is by account, kind and reference, so doing it twice changes nothing. With `keep_on_account` a credit waits there,
    as it does in the client's books; without it, it pays the oldest items. What became of each row stands in
    the table `JUDGED_CREDITS` until the transaction ends.
    """
    by.must_be_allowed_to("apply credits")
    judged = queries.judge_source_credits(rows)
    sql.execute(_query("forget_verdicts"))
    if not sql.execute(sql.fill(_query("keep_verdicts"), judged=judged.select), judged.params):
        return
    _take_back(today=today, origin=origin, at=at, by=by)
    credits = [
        Credit(
            account_id=row["account_id"],
            cause_id=row["id"],
            amount=Money(row["amount_minor"], row["currency"]),
            booked_on=row["booked_on"],
            debit=rules.DEBIT_OF[rules.SourceCreditKind(row["kind"])],
            keep_on_account=keep_on_account,
        )
        for row in sql.rows(_query("add"))
    ]
    apply_credits(credits, cause_kind=Cause.CREDIT, at=at, by=by)


def _take_back(*, today: date, origin: str, at: datetime, by: Actor) -> None:
    taken_back = sql.rows(_query("take_back"), {"today": today})
    if not taken_back:
        return
    params = {
        "account_id": [row["account_id"] for row in taken_back],
        "credit_id": [row["id"] for row in taken_back],
        "credit": Cause.CREDIT,
        "reversal": Cause.REVERSAL,
    }
    sql.execute(_query("open_again"), params)
    ledger.reverse_rows(sql.Rows(_query("reversals"), {**params, "today": today}), at=at)
    timeline.append_all(
        [
            (
                events.CreditTakenBack(
                    row["account_id"], int(Cause.CREDIT), row["id"], Money(row["amount_minor"], row["currency"]), origin
                ),
                today,
            )
            for row in taken_back
        ],
        at=at,
        by=by,
    )
