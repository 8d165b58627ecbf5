"""`tallystick bench ledger`: balances and ageing as of a day, and interest on everything that is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median, quantiles

from tallystick.accounts import queries as account_queries
from tallystick.charges import actions as charges
from tallystick.config.bench import filling, measures
from tallystick.config.bench.measures import BENCH, Figure, Latency, Report, timed
from tallystick.kernel import clock, sql
from tallystick.ledger import queries as ledger

_DAY = timedelta(days=1)
_PAST = timedelta(days=90)
#: Accounts whose balance is asked for.
_TIMES = 500
_TERMS = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}


def run(*, accounts: int, progress: Callable[[str], None]) -> Report:
    """Fill a book of `accounts` and its ledger, and measure it to the day. The database must be empty."""
    at = clock.now()
    today = at.date()
    report = Report(accounts, items=0)
    filling.prepare(at)
    progress("filling the book and its ledger")
    filling.fill(report, accounts, today, at)
    filling.fill_ledger(at)
    measures.settle()
    progress("balances and ageing as of a day")
    _measure_past(report, today - _PAST)
    for client in account_queries.clients():
        charges.set_agreement(client_id=client.pk, from_on=date(2000, 1, 1), document=_TERMS, at=at, by=BENCH)
    for name, day in (
        ("interest proven by the rules, from the first day on", today - 3 * _DAY),
        ("interest of the next day charged", today - 2 * _DAY),
        ("interest of the day after that charged", today - _DAY),
    ):
        progress(name)
        measures.settle()
        _measure_interest(report, name, day, at)
    bearing = int(sql.value("SELECT count(DISTINCT account_id) FROM charges_bearing WHERE NOT is_settled"))
    report.notes.append(f"{bearing:,} accounts bear interest")
    _measure_quiet_day(report, today - _DAY, at)
    # As when the bank sets another rate, and the law has another row.
    sql.execute("UPDATE charges_bearing SET law = 0")
    measures.settle()
    _measure_interest(report, "interest after a change of the law, everything proven again", today, at)
    return report


def _measure_past(report: Report, day: date) -> None:
    scan = measures.plain_scan("ledger_entry")
    chosen = sql.rows(
        "SELECT id, currency FROM accounts_account WHERE NOT is_house ORDER BY hashint8extended(id, 8) LIMIT %s",
        [_TIMES],
    )
    samples = []
    for account in chosen:
        with timed() as seconds:
            ledger.balance(account["id"], currency=account["currency"], on=day)
        samples.append(seconds() * 1000)
    report.latencies.append(
        Latency("balance of an account 90 days ago", len(samples), median(samples), quantiles(samples, n=20)[18])
    )
    report.latencies.append(Latency("… yardstick: count(*) of entries", 3, scan * 1000, scan * 1000))
    with timed() as seconds:
        found = account_queries.ageing(on=day)
    count = sum(row["accounts"] for row in found)
    report.figures.append(
        Figure("ageing 90 days ago", count, "balances in a bucket", seconds(), "count(*) of entries", scan)
    )


def _measure_interest(report: Report, name: str, day: date, at: datetime) -> None:
    scan = measures.plain_scan("accounts_item")
    before = measures.processor_seconds()
    with timed() as seconds:
        outcome = charges.accrue(day=day, hands=measures.HANDS, at=at, by=BENCH)
    server, own = (after - begun for after, begun in zip(measures.processor_seconds(), before, strict=True))
    report.figures.append(Figure(name, outcome.done, "items", seconds(), "count(*) of items", scan))
    report.notes.append(f"{name}: {server:.1f} s of processor time by the server, {own:.1f} s by us")


def _measure_quiet_day(report: Report, day: date, at: datetime) -> None:
    """Ask for a day once more: nothing is charged, as on the days of a month on which nothing is due, and all is looked at."""
    looked_at = int(sql.value("SELECT count(*) FROM charges_bearing"))
    scan = measures.plain_scan("accounts_item")
    with timed() as seconds:
        charges.accrue(day=day, hands=measures.HANDS, at=at, by=BENCH)
    report.figures.append(
        Figure(
            "interest of a day on which nothing is charged", looked_at, "items", seconds(), "count(*) of items", scan
        )
    )
