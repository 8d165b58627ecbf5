"""Charge interest on a book through a day: extend what is steady in the database, and prove the rest by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction

from tallystick.accounts import actions as accounts
from tallystick.charges.actions import proving
from tallystick.charges.actions.proving_in_sets import prove_in_sets
from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.rules import accruing as rules
from tallystick.kernel import hands as kernel_hands
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Outcome
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline

#: Accounts that are held at once. A payment on one of them waits until their chunk is done.
CHUNK = 10_000
#: So many items that begin to bear interest in a night are more than the planner expects.
_MANY = 10_000


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "accrual.sql", name)


def _with_entries(name: str) -> str:
    return sql.fill(_query(name), entries=_query("entries_of_accounts"))


def accrue(*, day: date, chunk: int = CHUNK, hands: int = 1, at: datetime, by: Actor) -> Outcome:
    """Charge the interest of every open account through a day, and give on how many items; what is charged that far stays.

    Each chunk of accounts is a transaction of its own: what is stopped is begun again where it was, and several may do
    it at once. With one hand the caller may hold a transaction around it.

    :raises DayNotOver: the day is not over
    """
    by.must_be_allowed_to("set charges")
    if day > at.date():
        raise rules.DayNotOver(day=day)
    agreements = [each for each in agreement_queries.in_force() if by.scope.allows(each.client_id)]
    if not agreements:
        return Outcome()
    clients = sorted({each.client_id for each in agreements})
    if register(agreements, day=day) > _MANY:
        sql.execute(_query("look_at_bearing"))
    chunks = agreement_queries.chunks(clients, size=chunk)
    done = kernel_hands.share(
        chunks, partial(_accrue_chunk, agreements, day, at, by), hands=min(hands, len(chunks) or 1)
    )
    return sum(done, Outcome())


@transaction.atomic
def _accrue_chunk(agreements: Sequence[InForce], day: date, at: datetime, by: Actor, chunk: tuple[int, int]) -> Outcome:
    asked = {
        **agreement_queries.asked(agreements, day),
        "low": chunk[0],
        "high": chunk[1],
        "other_causes": list(rules.OTHER_CAUSES),
    }
    sql.execute(_query("forget_chunk"))
    if not sql.execute(_query("lock"), asked):
        return Outcome()
    sql.execute(_query("look_at_locked"))
    sql.execute(_with_entries("due"), asked)
    done = _extend(chunk, at=at, by=by)
    queries = {"chosen": agreement_queries.chosen(), "entries": _query("entries_of_accounts")}
    done += prove_in_sets(agreements, asked=asked, **queries, at=at, by=by)
    rows = sql.rows(_query("to_prove"))
    return Outcome(done=done) + proving.prove(rows, agreements=agreements, day=day, at=at, by=by)


def register(agreements: Sequence[InForce], *, day: date, account_ids: Sequence[int] | None = None) -> int:
    """Note the items whose interest has begun by a day, of some accounts or of the whole book; give how many are new."""
    of_accounts = {"accounts": None if account_ids is None else list(account_ids)}
    asked = {**agreement_queries.asked(agreements, day), **of_accounts, "principal": Head.PRINCIPAL}
    return sql.execute(sql.fill(_query("register"), chosen=agreement_queries.chosen()), asked)


def _extend(chunk: tuple[int, int], *, at: datetime, by: Actor) -> int:
    """Charge what steady lines have grown by, and give how many they are."""
    extended = sql.execute(_query("extend"), {"low": chunk[0], "high": chunk[1]})
    if not extended:
        return 0
    heads = {"debit": Head.INTEREST, "credit": CHARGED_AGAINST[Head.INTEREST], "interest": Cause.INTEREST}
    ledger.post_rows(sql.Rows(_query("growth"), heads), at=at)
    accounts.grow_items(sql.Rows(_query("growth_of_items")))
    timeline.append_rows(sql.Rows(_query("told_growth")), kind="charges.InterestCharged", at=at, by=by)
    return extended


@transaction.atomic
def prove_again(*, account_ids: Sequence[int], by: Actor) -> int:
    """Have the interest on some accounts proven afresh by the next accrual, since a hold or a due day has changed."""
    by.must_be_allowed_to("set charges")
    return sql.execute(_query("prove_again"), {"account_ids": list(account_ids)})
