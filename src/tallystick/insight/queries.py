"""Reads of kept measures: the figures of months from the ledger, those that were closed, and what came later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from tallystick.accounts.rules import Bucket
from tallystick.insight import rules
from tallystick.insight.models import Closing
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound

EVERYTHING = Scope()
#: A client and a currency.
Whose = tuple[int, str]


def _query(name: str) -> str:
    return sql.load("tallystick.insight", "months.sql", name)


def figures(
    months: Collection[date], *, known_at: datetime, client_ids: Collection[int] | None = None
) -> dict[tuple[int, str, date], rules.Figures]:
    """Work out the figures of months from the ledger, as known at an instant, by client, currency and last day of the month.

    Only months from the first in which anything was booked are given. Call it in a transaction: it keeps what moved in a
    temporary table.
    """
    if not months:
        return {}
    ends = sorted({*months, *(rules.month_before(month) for month in months)})
    asked = {
        "last": ends[-1],
        "known_at": known_at,
        "clients": None if client_ids is None else sorted(client_ids),
        "months": ends,
    }
    sql.execute("DROP TABLE IF EXISTS pg_temp.insight_movement")
    sql.execute("SET LOCAL work_mem = '64MB'")
    sql.execute(_query("movements"), asked)
    sql.execute("SET LOCAL work_mem TO DEFAULT")
    sales: dict[Whose, dict[date, int]] = defaultdict(dict)
    for row in sql.rows(_query("sales")):
        sales[row["client_id"], row["currency"]][row["month_on"]] = row["minor"]
    balances = _balances(sql.rows(_query("balances"), asked))
    begun = {(row["client_id"], row["currency"]): row["month_on"] for row in sql.rows(_query("begun"))}
    return {
        (*whose, month): rules.measure(month, balances=balances[whose], sales=sales[whose])
        for whose, first in sorted(begun.items())
        for month in sorted(months)
        if month >= first
    }


def _balances(rows: Sequence[dict[str, Any]]) -> dict[Whose, dict[date, rules.Balance]]:
    aged: dict[Whose, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * len(Bucket)))
    principal: dict[tuple[Whose, date], int] = defaultdict(int)
    current: dict[tuple[Whose, date], int] = defaultdict(int)
    for row in rows:
        whose, month, place = (row["client_id"], row["currency"]), row["month_on"], row["place"] - 1
        aged[whose][month][place] += row["minor"]
        principal[whose, month] += row["principal_minor"]
        if place == 0:
            current[whose, month] += row["principal_minor"]
    found: dict[Whose, dict[date, rules.Balance]] = defaultdict(dict)
    for whose, by_month in aged.items():
        for month, places in by_month.items():
            found[whose][month] = rules.Balance(principal[whose, month], current[whose, month], tuple(places))
    return found


def as_figures(closing: Closing) -> rules.Figures:
    """Give the figures that a closing keeps."""
    kept = {name: getattr(closing, name) for name in rules.Figures.__dataclass_fields__}
    return rules.Figures(**{**kept, "aged_minor": tuple(closing.aged_minor)})


def as_values(figures_: rules.Figures) -> dict[str, Any]:
    """Give figures as the columns of a closing."""
    return {**asdict(figures_), "aged_minor": list(figures_.aged_minor)}


def latest(
    *,
    scope: Scope = EVERYTHING,
    client_id: int | None = None,
    currency: str = "",
    known_at: datetime | None = None,
) -> list[Closing]:
    """Give the figures of closed months as they were known at an instant, or are now, by client, currency and month."""
    found = Closing.objects.select_related("client")
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    if currency:
        found = found.filter(currency=currency)
    if known_at is not None:
        found = found.filter(known_at__lte=known_at)
    ordered = found.order_by("client__name", "client_id", "currency", "month_on", "-number")
    return list(ordered.distinct("client__name", "client_id", "currency", "month_on"))


def history(client_id: int, currency: str, month_on: date, *, scope: Scope = EVERYTHING) -> list[Closing]:
    """Give the closing of a month and what became known later, in order.

    :raises NotFound: it is not closed, or the client lies outside the scope
    """
    found = list(
        Closing.objects.select_related("client")
        .filter(client_id=client_id, currency=currency, month_on=month_on)
        .order_by("number")
    )
    if not found or not scope.allows(client_id):
        raise NotFound(what="closed month", reference=month_on.isoformat())
    return found


def entries_later(closing: Closing, before: Closing, *, limit: int = 200) -> list[dict[str, Any]]:
    """Give the entries that became known between two closings of a month, the largest first."""
    return sql.rows(
        _query("entries_later"),
        {
            "client": closing.client_id,
            "currency": closing.currency,
            "month": closing.month_on,
            "since": before.known_at,
            "until": closing.known_at,
            "limit": limit,
        },
    )


def late(*, since: datetime, until: datetime, closed: date) -> dict[Whose, date]:
    """Give the first month that entries which became known in a span of time lie in, by client and currency."""
    rows = sql.rows(_query("late"), {"since": since, "until": until, "closed": closed})
    return {(row["client_id"], row["currency"]): rules.last_of_month(row["month_on"]) for row in rows}


def counts_later(whose: Whose, known: dict[date, datetime], *, until: datetime) -> dict[date, int]:
    """Give how many entries of a client and currency became known after each of its closings."""
    months = sorted(known)
    asked = {
        "client": whose[0],
        "currency": whose[1],
        "months": months,
        "known": [known[month] for month in months],
        "first": min(known.values()),
        "until": until,
    }
    return {row["month_on"]: row["entries"] for row in sql.rows(_query("counts_later"), asked)}


INVARIANTS = (
    Invariant(
        name="a closed month is closed once",
        sentence="The figures of a month begin with its closing; what became known later is numbered, and later.",
        checked="SELECT count(*) FROM insight_closing",
        breaches="""
        SELECT NULL::bigint AS account_id,
               'client ' || client_id || ', ' || currency || ', ' || month_on || ': row ' || number || ' does not follow' AS what
        FROM (
            SELECT *, lag(number) OVER month AS number_before, lag(known_at) OVER month AS known_before
            FROM insight_closing
            WINDOW month AS (PARTITION BY client_id, currency, month_on ORDER BY number)
        ) AS told
        WHERE number <> coalesce(number_before + 1, 0) OR known_at <= known_before
        """,
    ),
)
