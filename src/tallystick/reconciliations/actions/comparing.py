"""Hold a statement of the finance ledger against the book: whole or not at all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as accounts
from tallystick.accounts.models import Client
from tallystick.documents import actions as documents
from tallystick.documents.rules.files import DocumentKind
from tallystick.intake import rules as intake
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.reconciliations import rules
from tallystick.reconciliations.models import Arrangement, Difference, Reconciliation
from tallystick.reconciliations.rules import Level, State, reading
from tallystick.worklists import actions as worklists
from tallystick.worklists.rules import Kind as TaskKind

_COPY = (
    "COPY reconciliations_said (line, account_ref, item_ref, portfolio, minor, currency, issued_on, due_on) FROM STDIN"
)
#: Names are given in this order: what explains a difference fully goes before what only describes it.
_NAMING = (
    "find_settled",
    "name_timing",
    "name_plainly",
    "name_currency",
    "name_other_account",
    "name_allocated",
    "name_rest",
)
_TABLES = ("said", "there", "later", "here", "found")


def _query(name: str) -> str:
    return sql.load("tallystick.reconciliations", "compare.sql", name)


@transaction.atomic
def reconcile(
    *,
    client_code: str,
    level: Level,
    on: date,
    known_at: datetime | None = None,
    content: bytes = b"",
    total: Money | None = None,
    name: str,
    currency: str = "",
    prefix: str = "",
    day_form: str = "",
    decimal_mark: str = "",
    at: datetime,
    by: Actor,
) -> Reconciliation:
    """Compare a statement, or a control total that was typed, with the book at the end of a day, and keep every difference named.

    `known_at` leaves out what became known here later; without it, nothing is left out. `currency` is the statement's, which then
    tells of no other; without one it tells of all. What the run before found and this one does not is solved.

    :raises NotFound: there is no such client, or none the actor may see
    :raises DayAhead, StatementUnreadable, ColumnsMissing, FormsOpen, StatementEmpty, PortfolioMissing: see `rules`
    """
    by.must_be_allowed_to("reconcile ledgers")
    client = accounts.get_client(client_code)
    accounts.must_reach(client.pk, scope=by.scope)
    rules.refuse_day_ahead(on, local_day(at, client.time_zone))
    if total is not None:
        level, currency, statement = Level.CONTROL, total.currency, reading.typed_total(total, name=name)
    else:
        statement = reading.read_statement(
            content, name=name, level=level, currency=currency, day_form=day_form, decimal_mark=decimal_mark
        )
    # One of a client at a time: each carries on what the one before found.
    accounts.lock_client(client.pk, scope=by.scope)
    for table in _TABLES:
        sql.execute(sql.fill("DROP TABLE IF EXISTS pg_temp.reconciliations_{table}", table=table))
    sql.execute(_query("make_there"))
    _copy(statement)
    made = Reconciliation.objects.create(
        client=client,
        level=level,
        on=on,
        known_at=known_at or at,
        currency=currency,
        prefix=prefix,
        name=name[:200],
        document_id=_stored(content, name, at=at, by=by) if total is None else None,
        owner_id=_owner(client.pk, level, by),
        made_at=at,
        made_by=by.label,
    )
    _compare(made)
    _keep(made, at=at, by=by)
    _ask_owner(made, client, at=at)
    return made


def _copy(statement: reading.Statement) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copied:
        for line in statement.lines():
            copied.write_row(
                (
                    line.number,
                    line.account_ref,
                    line.item_ref,
                    line.portfolio,
                    line.minor,
                    line.currency,
                    line.issued_on,
                    line.due_on,
                )
            )
    if statement.faulty:
        raise rules.StatementUnreadable(
            count=statement.faulty, name=statement.name, first=said(statement.faults[0]), faults=statement.faults
        )
    if not statement.read:
        raise rules.StatementEmpty(name=statement.name)
    if sql.value("SELECT count(DISTINCT portfolio = '') FROM reconciliations_said") == 2:
        raise rules.PortfolioMissing(name=statement.name)


def said(fault: rules.Fault) -> str:
    """Say what is wrong with a line, and what to do about it."""
    known = intake.fault_of(fault.code)
    place = f"{fault.number}, {fault.column}" if fault.column else str(fault.number)
    shown = f" “{fault.value}”" if fault.value else ""
    return f"{place}:{shown} {known.reason} {known.remedy}"


def _stored(content: bytes, name: str, *, at: datetime, by: Actor) -> int:
    file = documents.NewFile(None, DocumentKind.UPLOAD, name, "text/csv", content)
    return documents.store_document(file=file, at=at, by=by).pk


def _owner(client_id: int, level: Level, by: Actor) -> int | None:
    arranged = Arrangement.objects.filter(client_id=client_id, level=level).order_by("pk").first()
    return arranged.owner_id if arranged else by.user_id


def _compare(made: Reconciliation) -> None:
    """Find and name every difference, in tables that vanish with the transaction."""
    by_portfolio = bool(sql.value("SELECT bool_or(portfolio <> '') FROM reconciliations_said"))
    named = sql.value("SELECT array_agg(DISTINCT currency) FROM reconciliations_said")
    asked: dict[str, Any] = {
        "client": made.client_id,
        "level": made.level,
        "on": made.on,
        "known_at": made.known_at,
        "currencies": sorted({made.currency, *named}) if made.currency else None,
        "prefix": made.prefix,
        "by_portfolio": by_portfolio,
    }
    # A set of a whole book is sorted once; what is looked up one by one elsewhere is read together here.
    sql.execute("SET LOCAL work_mem = '64MB'")
    for step in ("find_accounts", "find_later", "find_here", "name_later"):
        _do(step, asked)
    if made.level != Level.ITEMS:
        _do(f"coarsen_{made.level}", asked)
    for step in ("index", "compare", *_NAMING, "find_entries"):
        _do(step, asked)
    sql.execute("SET LOCAL work_mem TO DEFAULT")


def _do(step: str, asked: dict[str, Any]) -> None:
    sql.execute(_query(step), asked)


def _keep(made: Reconciliation, *, at: datetime, by: Actor) -> None:
    same = Reconciliation.objects.filter(
        client_id=made.client_id, level=made.level, currency=made.currency, prefix=made.prefix
    ).exclude(pk=made.pk)
    before = same.filter(on__lte=made.on).order_by("-on", "-pk").values_list("pk", flat=True).first()
    kept = {
        "reconciliation": made.pk,
        "before": before,
        "on": made.on,
        "owner": made.owner_id,
        "at": at,
        "by": by.label,
    }
    sql.execute(_query("keep_totals"), kept)
    sql.execute(_query("keep_differences"), kept)
    # A day that is compared afterwards says nothing about what is open today.
    if before is not None and not same.filter(on__gt=made.on).exists():
        sql.execute(_query("solve"), kept)


def _ask_owner(made: Reconciliation, client: Client, *, at: datetime) -> None:
    """Have somebody look at what is open: one task, on the house account of the client."""
    open_ = Difference.objects.filter(reconciliation=made, state=State.OPEN)
    largest = open_.order_by("pk").values_list("currency", flat=True).first()
    if largest is None:
        return
    ask(
        client,
        currency=largest,
        cause_kind="reconciliation",
        cause_id=made.pk,
        owner_id=made.owner_id,
        title=_("Reconcile {name} of {day}").format(name=made.name, day=made.on.isoformat()),
        note=_("{count} differences are open: see Reconciliation {id}.").format(count=open_.count(), id=made.pk),
        at=at,
    )


def ask(
    client: Client,
    *,
    currency: str,
    cause_kind: str,
    cause_id: int,
    owner_id: int | None,
    title: str,
    note: str = "",
    at: datetime,
) -> None:
    """Ask the owner, else the client's team, to look at something about the client as a whole, once for each cause."""
    house = account_actions.house_account(client=client, currency=currency, at=at)
    worklists.open_tasks(
        Chosen([house.pk], [cause_id], cause_kind),
        kind=TaskKind.REVIEW,
        title=title,
        due_on=local_day(at, client.time_zone),
        note=note,
        assignee_id=owner_id,
        at=at,
        by=system("reconciliation"),
    )
