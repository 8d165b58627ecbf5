"""Prove in the database what needs no more than balances and rates by day: new debts, payments, a change of rate on a whole book.

It gives the lines, entries and notes that the rules give (`queries.proofs`, `actions.proving`), which prove everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from tallystick.accounts import actions as accounts
from tallystick.accounts.rules import ItemKind
from tallystick.charges.queries import proofs
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.queries.common_rates import CommonRates
from tallystick.charges.rules import accruing
from tallystick.jurisdictions.rules.rates import DayCount
from tallystick.jurisdictions.rules.refusals import NoFigure
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline

#: So many accounts are not looked up one by one.
_LARGE = 500


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "proofs.sql", name)


def prove_in_sets(
    agreements: Sequence[InForce], *, asked: dict[str, Any], chosen: str, entries: str, at: datetime, by: Actor
) -> int:
    """Prove what is common of `charges_due`, write down what follows, and take it away there; give on how many items.

    `chosen` and `entries` are the queries of these names in `sql/accrual.sql`, `asked` what they ask.
    """
    common = [each for each in agreements if accruing.is_common(each.agreed)]
    chunk = {"low": asked["low"], "high": asked["high"]}
    begun = sql.rows(_query("beginnings"), {**chunk, "agreements": [each.id for each in common]})
    if not begun:
        return 0
    params = {**asked, **_counted(common), **_rates(common, begun, asked)}
    account_ids = sql.value(_query("accounts"))
    freezes = frozenset[str]().union(*(each.agreed.freezes for each in common))
    stopped = proofs.stopped_on(account_ids)
    params["stopped"] = sorted({each.account_id for each in stopped if each.reason in freezes})
    is_large = len(account_ids) > _LARGE
    params |= {"principal": Head.PRINCIPAL, "on_account": Head.ON_ACCOUNT}
    sql.execute(_query("forget_chunk"))
    sql.execute(_query("look_at_due"))
    with _joining_sets(is_large=is_large):
        if not sql.execute(sql.fill(_query("common"), chosen=chosen), params):
            return 0
        sql.execute(_query("look_at_common"))
        sql.execute(_query("proof"), params)
        sql.execute(_query("look_at_proof"))
        sql.execute(_query("leave_what_differs"), params)
        sql.execute(_query("leave_items"), {"item_ids": list(_with_other_fixed_sums(common, params))})
        done = sql.execute(_query("take_in_hand"))
    _charge(at=at, by=by)
    with _joining_sets(is_large=is_large):
        sql.execute(_query("grow_lines"), chunk)
        sql.execute(_query("new_lines"), {"at": at})
        sql.execute(sql.fill(_query("note"), entries=entries), params)
    return done


@contextmanager
def _joining_sets(*, is_large: bool) -> Iterator[None]:
    """Have the planner join large sets by hashes: what it knows of tables that were made a moment ago is little."""
    if is_large:
        sql.execute(_query("join_sets"))
    yield
    if is_large:
        sql.execute(_query("join_as_usual"))


def _counted(common: Sequence[InForce]) -> dict[str, Any]:
    """Say how each agreement counts days, and what its law says."""
    return {
        "counted_agreement": [each.id for each in common],
        "year_days": [accruing.YEAR_DAYS[each.agreed.terms.day_count] for each in common],
        "is_thirty": [each.agreed.terms.day_count is DayCount.THIRTY_360 for each in common],
        "counted_law": [each.law_print for each in common],
        "with_fixed_sum": [each.id for each in common if each.agreed.fixed_sum is not None],
    }


def _rates(common: Sequence[InForce], begun: Sequence[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    """Give the rates for interest that began by these agreements on these days."""
    by_id = {each.id: each for each in common}
    until: dict[int, date] = dict(zip(asked["agreement"], asked["until_on"], strict=True))
    found = CommonRates()
    for row in begun:
        agreement = by_id[row["agreement_id"]]
        found.add(agreement, row["first_day"], until[agreement.id])
    return found.columns()


def _with_other_fixed_sums(common: Sequence[InForce], params: dict[str, Any]) -> Iterator[int]:
    """Give the items whose fixed sum is not the one that was charged: it is charged, or taken back, by the rules."""
    if not params["with_fixed_sum"]:
        return
    by_id = {each.id: each for each in common}
    for row in sql.rows(_query("fixed_sums"), params):
        owed = Money(row["owed_minor"], row["currency"])
        try:
            scale = by_id[row["agreement_id"]].fixed_sum(row["first_day"])
        except NoFigure:
            yield row["item_id"]
        else:
            if row["fixed_minor"] != (scale.charge(owed).minor if scale and owed else 0):
                yield row["item_id"]


def _charge(*, at: datetime, by: Actor) -> None:
    missing = sql.rows(_query("without_an_item"))
    opened = accounts.open_items_beside([tuple(row.values()) for row in missing], kind=ItemKind.INTEREST)
    if opened:
        names = {"item_id": list(opened), "interest_item_id": list(opened.values())}
        sql.execute(_query("name_items"), names)
    heads = {"debit": Head.INTEREST, "credit": CHARGED_AGAINST[Head.INTEREST], "interest": Cause.INTEREST}
    ledger.post_rows(sql.Rows(_query("charged"), heads), at=at)
    accounts.grow_items(sql.Rows(_query("growth_of_items")))
    timeline.append_rows(sql.Rows(_query("told")), kind="charges.InterestCharged", at=at, by=by)
