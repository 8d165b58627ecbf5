"""The whole loop on a synthetic book: files in, facts, a night, money in, and people at work."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import resources
from statistics import median, quantiles

from django.db import transaction
from django.test import Client

from tallystick.access import actions as access_actions
from tallystick.access import queries as access_queries
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.config.bench import files, money
from tallystick.config.bench.measures import (
    BENCH,
    HANDS,
    Figure,
    Latency,
    Report,
    import_file,
    plain_scan,
    settle,
    timed,
)
from tallystick.config.demo import names
from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.kernel import clock, sql
from tallystick.kernel.hands import share
from tallystick.strategy import actions as strategy
from tallystick.strategy.queries import versions
from tallystick.worklists import actions as worklists

#: How often a page or the next account is asked for.
_TIMES = 200
#: How often a page that reads the whole book is asked for.
_FEW_TIMES = 20
#: The book is always of a Tuesday: at a week-end nobody is given anything to do, and on a Monday everybody at once.
_TUESDAY = 1
#: The measured night is the one after the import: the answers to the import have done all that was due on its day.
_LATER = timedelta(days=1)


def run(*, accounts: int, progress: Callable[[str], None]) -> Report:
    """Make a book of `accounts` and measure it. The database must be empty."""
    at = clock.now()
    at -= timedelta(days=(at.weekday() - _TUESDAY) % 7)
    today = at.date()
    report = Report(accounts, items=files.items_of(accounts))
    _prepare(at)
    for name, content in (
        ("customers", files.customers(accounts)),
        ("invoices", files.invoices(accounts, today=today)),
    ):
        progress(f"import of {name}")
        report.figures.append(import_file(name, list(content), accounts, at))
    _measure_answers(report, at, progress)
    _measure_book(report, today, progress)
    _measure_night(report, today, at, progress)
    money.measure(report, at=at + _LATER, today=today + _LATER, progress=progress)
    _measure_people(report, today + _LATER, progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.notes.append(f"largest memory of the process: {peak:,.0f} MB")
    size = int(sql.value("SELECT pg_database_size(current_database())"))
    report.notes.append(f"database: {size / accounts:,.0f} bytes an account, {size / 1e9:.2f} GB in all")
    return report


def _prepare(at: datetime) -> None:
    unit = access_actions.open_business_unit(code="BENCH", name="Bench", at=at, by=BENCH)
    team = access_actions.open_team(business_unit_id=unit.pk, name="Bench", at=at, by=BENCH)
    user = access_actions.add_user(username="bench", at=at, by=BENCH)
    roles = (Role.COLLECTOR, Role.TEAM_LEADER)
    access_actions.set_roles(user_id=user.pk, roles=roles, reaches=[EVERYTHING], at=at, by=BENCH)
    access_actions.set_teams(user_id=user.pk, team_ids=[team.pk], at=at, by=BENCH)
    client = account_actions.open_client(
        code="BENCH", name="Bench", business_unit_id=unit.pk, team_id=team.pk, at=at, by=BENCH
    )
    account_actions.open_portfolio(client=client, code="MAIN", name="Main", at=at, by=BENCH)
    load_templates(at=at, by=BENCH)
    text = resources.files("tallystick.strategy.documents").joinpath("service-dunning.yaml").read_text("utf-8")
    version = strategy.draft(document=text, at=at, by=BENCH)
    strategy.publish(version_id=version.pk, at=at, by=BENCH)
    strategy.assign(strategy="service-dunning", at=at, by=BENCH)
    work_off()


def _measure_answers(report: Report, at: datetime, progress: Callable[[str], None]) -> None:
    progress("answers to what the import brought")
    waiting = int(sql.value("SELECT count(*) FROM strategy_touched"))
    with timed() as seconds:
        share(range(HANDS), lambda _hand: strategy.answer_events(at=at, by=BENCH), hands=HANDS)
    report.figures.append(Figure("events of the import answered", waiting, "events", seconds()))


def _measure_book(report: Report, today: date, progress: Callable[[str], None]) -> None:
    progress("facts of the whole book")
    settle()
    scan = plain_scan("accounts_item")
    with timed() as seconds:
        strategy.rebuild(day=today, hands=HANDS)
    report.figures.append(
        Figure("facts of the whole book", report.accounts, "accounts", seconds(), "count(*) of items", scan)
    )


def _measure_night(report: Report, today: date, at: datetime, progress: Callable[[str], None]) -> None:
    progress("evaluation and the nightly run")
    day = today + _LATER
    settle()
    scan = plain_scan("strategy_book")
    number = versions.statement(day=day).timed
    with timed() as seconds:
        sql.value(f"SELECT count(*) FROM strategy_book AS book WHERE {number} IS NOT NULL")  # noqa: S608
    report.figures.append(
        Figure("evaluation alone", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )
    with timed() as seconds:
        night = strategy.start_run(day=day, at=at, by=BENCH)
        share(range(HANDS), lambda _hand: strategy.work_run(run_id=night.pk, at=at, by=BENCH), hands=HANDS)
        strategy.finish_run(run_id=night.pk, at=at, by=BENCH)
    decisions = int(sql.value("SELECT count(*) FROM strategy_decision WHERE run_id = %s", [night.pk]))
    report.figures.append(
        Figure("nightly run, accounts evaluated", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )
    report.figures.append(Figure("nightly run, decisions with actions and events", decisions, "decisions", seconds()))


def _measure_people(report: Report, today: date, progress: Callable[[str], None]) -> None:
    progress("next account and cockpit")
    settle()
    user = access_queries.find_user("bench")
    if user is None:
        raise RuntimeError("the user of the bench is gone")
    by = access_queries.actor_for(user)
    taken: list[int] = []

    def take() -> None:
        work = worklists.take_next(today=today, at=clock.now(), by=by)
        if work is not None:
            taken.append(work.account_id)
            with transaction.atomic():
                worklists.complete_task(work_item_id=work.pk, outcome="no_answer", at=clock.now(), by=by)

    def next_only() -> None:
        worklists.take_next(today=today, at=clock.now(), by=by)

    for _warm in range(5):
        take()
    samples = []
    for _time in range(_TIMES):
        with timed() as seconds:
            next_only()
        samples.append(seconds() * 1000)
        take()
    report.latencies.append(_latency("next account", samples))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get("/worklist")
    accounts = sorted(set(taken)) or [int(sql.value("SELECT min(id) FROM accounts_account WHERE NOT is_house"))]
    for name, address, times in (
        ("cockpit", "/accounts/{}", _TIMES),
        ("worklist", "/worklist", _TIMES),
        ("search by a name", f"/accounts?q={names.LAST_NAMES[0]}", _TIMES),
        ("ageing of the book", "/ageing", _FEW_TIMES),
        ("ageing of the book 90 days ago", f"/ageing?on={today - timedelta(days=90)}", _FEW_TIMES),
    ):
        samples = []
        for number in range(times):
            began = time.perf_counter()
            response = client.get(address.format(accounts[number % len(accounts)]))
            samples.append((time.perf_counter() - began) * 1000)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
        report.latencies.append(_latency(name, samples))


def _latency(name: str, samples: list[float]) -> Latency:
    return Latency(name, len(samples), median(samples), quantiles(samples, n=20)[18])
