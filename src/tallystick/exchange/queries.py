"""What currencies were worth on a day, as known now or at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tallystick.exchange.models import Load
from tallystick.exchange.rules.converting import Rate, Rates
from tallystick.kernel import sql


def _query(name: str) -> str:
    return sql.load("tallystick.exchange", "rates.sql", name)


def rates(currencies: Iterable[str], *, on: date, known_at: datetime | None = None) -> Rates:
    """Give the rates by which amounts of some currencies can be told in each other on a day.

    How old a rate may be, and by way of which currency two others meet, is set for the installation.
    """
    base, most_days = settings.EXCHANGE_BASE, settings.EXCHANGE_MOST_DAYS
    params = {"codes": sorted({*currencies, base}), "on": on, "most_days": most_days, "known_at": known_at}
    found = [Rate(**row) for row in sql.rows(_query("usable"), params)]
    return Rates.of(found, on=on, most_days=most_days, base=base)


def pairs(*, on: date | None = None, known_at: datetime | None = None) -> list[Rate]:
    """Give each pair with its last rate by a day, however old, as known at an instant."""
    return [Rate(**row) for row in sql.rows(_query("pairs"), {"on": on, "known_at": known_at})]


def history(
    base: str, quote: str, *, on: date | None = None, known_at: datetime | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Give what was ever said of a pair, the latest day first; `holds` marks what counts of a day."""
    params = {"base": base, "quote": quote, "on": on, "known_at": known_at, "limit": limit}
    return sql.rows(_query("history"), params)


def loads(limit: int = 20) -> list[Load]:
    """Give the files that were taken lately, the last first."""
    return list(Load.objects.order_by("-pk")[:limit])
