"""Close months, once, and add what became known later beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.insight import queries, rules
from tallystick.insight.models import Closing, Look
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor

#: How far a look reaches back behind the one before: an entry has the instant at which its transaction began.
_OVERLAP = timedelta(hours=6)


@transaction.atomic
def close_months(*, month_on: date, today: date, at: datetime, by: Actor) -> int:
    """Close a month of every client and currency, with those before it that were never closed, and give how many were new.

    The first time, the months of two years are closed. What is closed stays as it is: doing it twice does nothing.

    :raises MonthNotOver: the month is not over
    """
    by.must_be_allowed_to("close months")
    month_on = rules.last_of_month(month_on)
    rules.refuse_unless_over(month_on, today)
    _alone()
    months = rules.months_through(month_on, rules.REACH)
    closed = set(Closing.objects.filter(month_on__in=months).values_list("client_id", "currency", "month_on"))
    # A month that everybody had closed is not looked at again: most nights there is none.
    if _is_closed(month_on):
        return 0
    found = queries.figures(months, known_at=at)
    new = [
        Closing(
            client_id=client_id,
            currency=currency,
            month_on=month,
            number=0,
            known_at=at,
            **queries.as_values(figures),
        )
        for (client_id, currency, month), figures in found.items()
        if (client_id, currency, month) not in closed
    ]
    Closing.objects.bulk_create(new)
    return len(new)


def _alone() -> None:
    sql.execute("SELECT pg_advisory_xact_lock(hashtextextended('insight_closing', 0))")


def _is_closed(month_on: date) -> bool:
    """Test if a month is closed of every client and currency that it could be closed of."""
    return not sql.value(
        """
        SELECT EXISTS (
            SELECT FROM accounts_owed_by_day AS owed
            WHERE NOT EXISTS (
                SELECT FROM insight_closing AS closing
                WHERE closing.client_id = owed.client_id AND closing.currency = owed.currency AND closing.month_on = %(month)s
            )
        ) OR NOT EXISTS (SELECT FROM insight_closing WHERE month_on = %(month)s)
        """,
        {"month": month_on},
    )


@transaction.atomic
def add_later_known(*, at: datetime, by: Actor) -> int:
    """Add beside each closed month what became known since and changes its figures, and give how many rows were added."""
    by.must_be_allowed_to("close months")
    _alone()
    last = Look.objects.order_by("-at").values_list("at", flat=True).first()
    first = Closing.objects.order_by("known_at").values_list("known_at", flat=True).first()
    closed = Closing.objects.order_by("-month_on").values_list("month_on", flat=True).first()
    if first is None or closed is None:
        return 0
    late = queries.late(since=last - _OVERLAP if last else first, until=at, closed=closed)
    added = _added(late, at=at)
    Closing.objects.bulk_create(added)
    Look.objects.create(at=at)
    return len(added)


def _added(late: dict[queries.Whose, date], *, at: datetime) -> list[Closing]:
    kept: dict[queries.Whose, dict[date, Closing]] = defaultdict(dict)
    for whose, since in late.items():
        for closing in queries.latest(client_id=whose[0], currency=whose[1]):
            if closing.month_on >= since:
                kept[whose][closing.month_on] = closing
    months = {month for closings in kept.values() for month in closings}
    fresh = queries.figures(months, known_at=at, client_ids={client_id for client_id, _currency in kept})
    added: list[Closing] = []
    for whose, closings in kept.items():
        changed = {
            month: closing
            for month, closing in closings.items()
            if (*whose, month) in fresh and fresh[*whose, month] != queries.as_figures(closing)
        }
        if changed:
            added += _rows(whose, changed.values(), fresh, at=at)
    return added


def _rows(
    whose: queries.Whose,
    changed: Iterable[Closing],
    fresh: dict[tuple[int, str, date], rules.Figures],
    *,
    at: datetime,
) -> Iterable[Closing]:
    known = {closing.month_on: closing for closing in changed}
    counts = queries.counts_later(whose, {month: closing.known_at for month, closing in known.items()}, until=at)
    for month, closing in sorted(known.items()):
        yield Closing(
            client_id=whose[0],
            currency=whose[1],
            month_on=month,
            number=closing.number + 1,
            known_at=at,
            later_entries=counts[month],
            **queries.as_values(fresh[*whose, month]),
        )
