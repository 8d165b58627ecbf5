"""Interest on everything that is overdue: proven once by the rules, and a day of it in a night on which nothing else happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tallystick.accounts import queries as account_queries
from tallystick.charges import actions as charges
from tallystick.config.bench import measures

_DAY = timedelta(days=1)


def measure(report: measures.Report, *, at: datetime, today: date, progress: Callable[[str], None]) -> None:
    """Agree on interest of eight percent a day late, and charge it through two days."""
    progress("interest, proven and of a day")
    [client] = account_queries.clients()
    document = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
    charges.set_agreement(client_id=client.pk, from_on=date(2000, 1, 1), document=document, at=at, by=measures.BENCH)
    for name, day in (("interest proven by the rules", today), ("interest of a day charged", today + _DAY)):
        measures.settle()
        scan = measures.plain_scan("accounts_item")
        with measures.timed() as seconds:
            outcome = charges.accrue(day=day, hands=measures.HANDS, at=at + 2 * _DAY, by=measures.BENCH)
        report.figures.append(measures.Figure(name, outcome.done, "items", seconds(), "count(*) of items", scan))
