"""Reads of reconciliations: the list, one of them with its differences, and what each difference rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.calendars import local_day, subtract_business_days
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.reconciliations.models import Arrangement, Difference, Reconciliation, Total
from tallystick.reconciliations.rules import Kind, Level, State

EVERYTHING = Scope()


def reconciliations(*, scope: Scope = EVERYTHING, client_id: int | None = None) -> QuerySet[Reconciliation]:
    """Give the reconciliations within a scope, the latest day first, each with how many differences are open and explained."""
    found = Reconciliation.objects.select_related("client").prefetch_related("totals")
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    return found.annotate(
        open=Count("differences", filter=Q(differences__state=State.OPEN)),
        explained=Count("differences", filter=Q(differences__state=State.EXPLAINED)),
        solved=Count("differences", filter=Q(differences__state=State.SOLVED)),
    ).order_by("-on", "-pk")


def get_reconciliation(reconciliation_id: int, *, scope: Scope = EVERYTHING) -> Reconciliation:
    """Give a reconciliation.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = Reconciliation.objects.select_related("client").filter(pk=reconciliation_id).order_by("pk").first()
    if found is None or not scope.allows(found.client_id):
        raise NotFound(what="reconciliation", reference=reconciliation_id)
    return found


@dataclass(frozen=True, slots=True)
class Side:
    """Both sides of a reconciliation in a currency."""

    there: Money
    here: Money
    there_lines: int
    here_lines: int

    @property
    def difference(self) -> Money:
        """What stands there less what stands here."""
        return self.there - self.here


def totals(reconciliation_id: int) -> list[Side]:
    """Give what both sides come to, by currency."""
    return [
        Side(
            Money(each.there_minor, each.currency),
            Money(each.here_minor, each.currency),
            each.there_lines,
            each.here_lines,
        )
        for each in Total.objects.filter(reconciliation_id=reconciliation_id).order_by("currency")
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """The differences of a name and currency: how many, and what they come to."""

    kind: Kind
    currency: str
    count: int
    amount: Money
    open: int


_BY_KIND = """
SELECT kind, currency, count(*) AS count, sum(minor)::bigint AS minor, count(*) FILTER (WHERE state = 'open') AS open
FROM reconciliations_difference
WHERE reconciliation_id = %(reconciliation)s
GROUP BY kind, currency
ORDER BY currency, sum(abs(minor)) DESC, kind
"""


def by_kind(reconciliation_id: int) -> list[Named]:
    """Give the differences of a reconciliation by name and currency, those that move most first."""
    return [
        Named(Kind(row["kind"]), row["currency"], row["count"], Money(row["minor"], row["currency"]), row["open"])
        for row in sql.rows(_BY_KIND, {"reconciliation": reconciliation_id})
    ]


def differences(
    reconciliation_id: int,
    *,
    kind: Kind | None = None,
    state: State | None = None,
    currency: str = "",
    text: str = "",
) -> QuerySet[Difference]:
    """Give differences of a reconciliation, the largest first."""
    found = Difference.objects.filter(reconciliation_id=reconciliation_id)
    if kind is not None:
        found = found.filter(kind=kind)
    if state is not None:
        found = found.filter(state=state)
    if currency:
        found = found.filter(currency=currency)
    if text:
        found = found.filter(Q(account_ref__icontains=text) | Q(item_ref__icontains=text) | Q(note__icontains=text))
    return found.order_by("pk")


def stream_differences(reconciliation_id: int) -> Iterator[Difference]:
    """Give all differences of a reconciliation one by one, the largest first."""
    return differences(reconciliation_id).iterator()


def get_difference(difference_id: int, *, scope: Scope = EVERYTHING) -> Difference:
    """Give a difference with its reconciliation.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = (
        Difference.objects.select_related("reconciliation__client", "solved_by")
        .filter(pk=difference_id)
        .order_by("pk")
        .first()
    )
    if found is None or not scope.allows(found.reconciliation.client_id):
        raise NotFound(what="difference", reference=difference_id)
    return found


_BEHIND = """
SELECT entry.id, entry.booked_on, entry.posted_at, entry.amount_minor, entry.currency, entry.cause_kind, entry.debit,
       entry.credit, entry.reverses_id IS NOT NULL AS is_reversal, item.reference,
       entry.booked_on > %(on)s OR entry.posted_at > %(known_at)s AS is_later, entry.id = %(entry)s AS is_it,
       CASE WHEN %(item)s::bigint IS NULL
            THEN CASE WHEN (entry.debit IN (1, 2, 3, 4, 9)) = (entry.credit IN (1, 2, 3, 4, 9)) THEN 0
                      WHEN entry.debit IN (1, 2, 3, 4, 9) THEN entry.amount_minor ELSE -entry.amount_minor END
            WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE -entry.amount_minor END AS minor
FROM ledger_entry AS entry
LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
WHERE entry.account_id = %(account)s AND entry.currency = %(currency)s
  AND (%(item)s::bigint IS NULL OR entry.item_id = %(item)s)
ORDER BY entry.booked_on, entry.id
LIMIT 500
"""


def entries_behind(difference: Difference) -> list[dict[str, Any]]:
    """Give the entries of the item that a difference is about, or of its account: which were left out, and which it rests on.

    `minor` is what each moved of what is owed.
    """
    if difference.account_id is None:
        return []
    return sql.rows(
        _BEHIND,
        {
            "account": difference.account_id,
            "currency": difference.currency,
            "item": difference.item_id,
            "entry": difference.entry_id or 0,
            "on": difference.reconciliation.on,
            "known_at": difference.reconciliation.known_at,
        },
    )


def same_day(reconciliation: Reconciliation) -> list[Reconciliation]:
    """Give the latest reconciliation of each level for the day of one, itself among them: the three ways."""
    found = Reconciliation.objects.filter(client_id=reconciliation.client_id, on=reconciliation.on)
    latest: dict[str, Reconciliation] = {each.level: each for each in found.order_by("pk")}
    latest[reconciliation.level] = reconciliation
    return [latest[level] for level in Level if level in latest]


def late(arranged: Iterable[Arrangement], *, at: datetime) -> list[tuple[Arrangement, date]]:
    """Give which of some statements did not come, each with the last business day that is over where its client is."""
    found = [(each, _last_due(each, at=at)) for each in arranged]
    came = set(
        Reconciliation.objects.filter(
            client_id__in={each.client_id for each, _day in found}, on__in={day for _each, day in found}
        ).values_list("client_id", "level", "on")
    )
    return [(each, day) for each, day in found if day >= each.from_on and (each.client_id, each.level, day) not in came]


def _last_due(arranged: Arrangement, *, at: datetime) -> date:
    yesterday = local_day(at, arranged.client.time_zone) - timedelta(days=1)
    return subtract_business_days(yesterday, 0, jurisdictions.holidays(arranged.client.calendar))


def arrangements(*, scope: Scope = EVERYTHING) -> QuerySet[Arrangement]:
    """Give what clients within a scope send every day, by client."""
    found = Arrangement.objects.select_related("client")
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    return found.order_by("client__name", "level")


def main_currency(client_id: int) -> str:
    """Give the currency of most of a client's accounts; sterling where there is none."""
    found = sql.value(
        """
        SELECT currency FROM accounts_account WHERE client_id = %(client)s AND NOT is_house
        GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
        """,
        {"client": client_id},
    )
    return str(found or "GBP")


INVARIANTS = (
    Invariant(
        name="every difference has a name",
        sentence="The differences of a reconciliation add up to the difference of its totals, in each currency, to the penny.",
        checked="SELECT count(*) FROM reconciliations_total",
        breaches="""
        SELECT NULL::bigint AS account_id,
               'reconciliation ' || reconciliation_id || ' differs by ' || sum(minor) || ' ' || currency
               || ', its differences come to ' || sum(named) AS what
        FROM (
            SELECT reconciliation_id, currency, there_minor - here_minor AS minor, 0 AS named FROM reconciliations_total
            UNION ALL
            SELECT reconciliation_id, currency, 0, minor FROM reconciliations_difference
        ) AS told
        GROUP BY reconciliation_id, currency
        HAVING sum(minor) <> sum(named)
        """,
    ),
)
