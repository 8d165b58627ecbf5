"""Apply what matches exactly, as a set; and turn lines into payments, whoever decided it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Outcome
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause, Head
from tallystick.payments import events
from tallystick.timeline import actions as timeline
from tallystick.timeline import rules as timeline_rules


def _query(name: str) -> str:
    return sql.load("tallystick.payments", "matching.sql", name)


@dataclass(frozen=True, slots=True)
class Portion:
    """Part or all of a line that pays on one account: the items in minor units by id, the rest as `keep_on_account` says."""

    line_id: int
    account_id: int
    amount_minor: int
    items: Mapping[int, int]
    keep_on_account: bool = False


@transaction.atomic
def match_lines(*, bank_account_ids: Sequence[int], at: datetime, by: Actor) -> Outcome:
    """Apply every waiting line whose reference and amount are exact; say of the others why they wait.

    It can be asked again at any time: a line that was applied does not wait any more.
    """
    by.must_be_allowed_to("allocate money")
    accounts = {"bank_accounts": list(bank_account_ids)}
    portions: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    waiting: dict[int, str] = {}
    for row in sql.rows(_query("decide"), accounts):
        if row["waits"] is not None:
            waiting[row["line_id"]] = row["waits"]
        else:
            portions[row["line_id"], row["account_id"]][row["item_id"]] = row["open_minor"]
    chosen = _still_true(portions)
    receive(
        [Portion(line, account, sum(items.values()), items) for (line, account), items in chosen.items()],
        at=at,
        by=by,
    )
    sql.execute(_query("say_why_lines_wait"), {"line_id": list(waiting), "waits": list(waiting.values())})
    sql.execute(_query("say_why_money_out_waits"), accounts)
    refused = Counter(f"payments.{reason}" for reason in waiting.values())
    return Outcome(done=len({line for line, _ in chosen}), refused=refused)


def _still_true(portions: Mapping[tuple[int, int], dict[int, int]]) -> dict[tuple[int, int], dict[int, int]]:
    """Lock lines and accounts, and leave out the lines that somebody has changed since they were matched."""
    if not portions:
        return {}
    lines = {row["id"] for row in sql.rows(_query("lock_lines"), {"line_id": sorted({line for line, _ in portions})})}
    sql.rows(_query("lock_accounts"), {"account_id": sorted({account for _, account in portions})})
    matched = {item: minor for items in portions.values() for item, minor in items.items()}
    unchanged = {
        row["id"]
        for row in sql.rows(_query("unchanged_items"), {"item_id": list(matched), "open_minor": list(matched.values())})
    }
    lines -= {line for (line, _), items in portions.items() if not unchanged.issuperset(items)}
    return {(line, account): items for (line, account), items in portions.items() if line in lines}


def receive(portions: Sequence[Portion], *, at: datetime, by: Actor) -> list[dict[str, Any]]:
    """Turn portions of locked lines into payments on their accounts, and give the payments.

    The money leaves suspense on the house account and arrives on the debtor's: two entries, each on its own account, that meet
    in the head for transfers.
    """
    if not portions:
        return []
    made = sql.rows(
        _query("make_payments"),
        {
            "line_id": [portion.line_id for portion in portions],
            "account_id": [portion.account_id for portion in portions],
            "amount_minor": [portion.amount_minor for portion in portions],
            "recorded_by": by.label,
            "at": at,
        },
    )
    wanted = {(portion.line_id, portion.account_id): portion for portion in portions}
    _leave_suspense(made, at=at)
    account_actions.apply_credits(
        [
            account_actions.Credit(
                account_id=payment["account_id"],
                cause_id=payment["id"],
                amount=Money(payment["amount_minor"], payment["currency"]),
                booked_on=payment["booked_on"],
                debit=Head.TRANSFER,
                items=wanted[payment["line_id"], payment["account_id"]].items,
                keep_on_account=wanted[payment["line_id"], payment["account_id"]].keep_on_account,
            )
            for payment in made
        ],
        cause_kind=Cause.PAYMENT,
        at=at,
        by=by,
    )
    sql.execute(
        _query("lessen_lines"),
        {
            "line_id": [payment["line_id"] for payment in made],
            "amount_minor": [payment["amount_minor"] for payment in made],
            "decided_by": by.label,
            "at": at,
        },
    )
    announce(made, at=at, by=by)
    return made


def _leave_suspense(made: Sequence[dict[str, Any]], *, at: datetime) -> None:
    houses = {
        row["id"]: row["account_id"]
        for row in sql.rows(
            "SELECT id, account_id FROM payments_statement_line WHERE id = ANY(%(lines)s)",
            {"lines": [payment["line_id"] for payment in made]},
        )
    }
    ledger.post(
        [
            ledger.Posting(
                account_id=houses[payment["line_id"]],
                debit=Head.SUSPENSE,
                credit=Head.TRANSFER,
                amount_minor=payment["amount_minor"],
                currency=payment["currency"],
                booked_on=payment["booked_on"],
                cause_kind=Cause.PAYMENT,
                cause_id=payment["id"],
            )
            for payment in made
        ],
        at=at,
    )


def announce(made: Sequence[dict[str, Any]], *, at: datetime, by: Actor) -> None:
    """Tell of payments that were received, on the day each was booked."""
    by_day: dict[date, list[events.PaymentReceived]] = defaultdict(list)
    for payment in made:
        by_day[payment["booked_on"]].append(
            events.PaymentReceived(
                account_id=payment["account_id"],
                payment_id=payment["id"],
                amount=Money(payment["amount_minor"], payment["currency"]),
                booked_on=payment["booked_on"],
                method=payment["method"],
                payer=payment["payer"],
                reference=payment["reference"],
            )
        )
    for day, told in sorted(by_day.items()):
        timeline.append_bulk(
            kind="payments.PaymentReceived",
            account_ids=[event.account_id for event in told],
            data=[timeline_rules.data_of(event) for event in told],
            happened_on=day,
            at=at,
            by=by,
        )
