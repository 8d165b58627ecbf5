"""Check every line of a file before anything changes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Portfolio
from tallystick.intake import queries, rules
from tallystick.intake.actions import silence
from tallystick.intake.actions.tallying import tally
from tallystick.intake.actions.uploading import drop_lines
from tallystick.intake.models import Batch, BatchTotal, Change, RowError
from tallystick.intake.queries import files
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.currencies import table as currency_table

#: Lines that are loaded in one transaction; an account is not parted unless it has more.
CHUNK_LINES = 25_000
#: Changes of items that are written down for people to look at.
_MOST_CHANGES = 100


@transaction.atomic
def start_check(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Mark a batch as being checked, for a background job to do it.

    :raises MappingChosenLater: nobody said how it is read
    :raises BatchBusy: it is being checked at this moment
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope, wait=False)
    rules.check_open(batch.state)
    if batch.mapping is None:
        raise rules.MappingChosenLater()
    batch.state = rules.BatchState.CHECKING
    batch.began_at = at
    batch.problem = ""
    batch.save(update_fields=["state", "began_at", "problem"])


@transaction.atomic
def note_problem(*, batch_id: int, problem: str, at: datetime, by: Actor) -> None:
    """Note why a check stopped, and have the batch wait for somebody to do something about it."""
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state == rules.BatchState.CHECKING:
        batch.state = rules.BatchState.UPLOADED
    batch.problem = problem
    batch.save(update_fields=["state", "problem"])


@transaction.atomic
def check_batch(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Check every line of a batch, write down what is wrong with which, and forecast what loading it would do.

    Nothing of the book changes. A batch can be checked again, with another mapping or after others were loaded.

    :raises MappingChosenLater: nobody said how it is read
    :raises BatchStateUnfit: it is being loaded, or is past it
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    rules.check_open(batch.state)
    RowError.objects.filter(batch=batch).delete()
    BatchTotal.objects.filter(batch=batch).delete()
    Change.objects.filter(batch=batch).delete()
    stage(batch)
    _note_faults(batch)
    _forecast(batch)
    silence.forecast(batch)
    _note_changes(batch)
    found = RowError.objects.filter(batch=batch)
    batch.errors = found.filter(is_warning=False).values("line").distinct().count()
    batch.warnings = found.filter(is_warning=True).count()
    batch.state = rules.BatchState.CHECKED
    batch.problem = ""
    batch.checked_at = at
    batch.save()


def stage(batch: Batch) -> None:
    """Stage the lines of a batch as text and read them: two tables of its own that can be made again at any time.

    :raises MappingChosenLater: nobody said how it is read
    """
    if batch.mapping is None:
        raise rules.MappingChosenLater()
    mapping = rules.mapping_of(batch.mapping.document)
    rules.check_fits(mapping, batch.headings, name=str(batch.mapping))
    drop_lines(batch.pk)
    sql.execute(_query("make_staged", batch))
    _copy(batch, mapping)
    queries.plan_for_a_file()
    # Room to sort the file, and for nothing but that.
    sql.execute("SET LOCAL work_mem = '128MB'")
    sql.execute(_query("make_ready", batch), _reading(batch, mapping))
    sql.execute("SET LOCAL work_mem TO DEFAULT")
    sql.execute(_query("index_ready", batch))
    sql.execute(_query("analyze_ready", batch))
    sql.execute(_query("judge_twins", batch))
    if mapping.kind in (rules.FileKind.CHARGES, rules.FileKind.PAYMENTS):
        sql.execute(_query("refuse_unknown_accounts", batch), {"client": batch.source.client_id})


def _query(name: str, batch: Batch) -> str:
    staged, ready = queries.line_tables(batch.pk)
    text = sql.load("tallystick.intake", "check.sql", name)
    markers = {"staged": queries.quoted(staged), "ready": queries.quoted(ready)}
    return sql.fill(text, **{marker: table for marker, table in markers.items() if "{" + marker + "}" in text})


def _copy(batch: Batch, mapping: rules.Mapping) -> None:
    """Copy the lines of data into the staging table, as they stream out of the file."""
    reader = rules.Reader(mapping, batch.headings, country=queries.country_of(batch))
    staged, _ready = queries.line_tables(batch.pk)
    columns = ["line", "line_fault", *reader.columns]
    copy = SQL("COPY {} ({}) FROM STDIN").format(Identifier(staged), SQL(", ").join(map(Identifier, columns)))
    nothing = [None] * len(reader.columns)
    left_out: dict[str, int] = {}
    totals: list[str] = []
    count = 0
    with files.opened_lines(batch) as opened, connection.cursor() as cursor, cursor.copy(copy) as copied:
        for line in files.data_lines(opened, batch, mapping, left_out, totals):
            count += 1
            if line.fault:
                copied.write_row((line.number, line.fault, *nothing))
            else:
                copied.write_row((line.number, None, *reader.read(line.cells)))
    batch.lines = count
    batch.left_out = left_out
    batch.stated_totals = totals[-20:]


def _reading(batch: Batch, mapping: rules.Mapping) -> dict[str, Any]:
    """Give the parameters by which the database reads a batch's lines."""
    kind = mapping.kind
    source = batch.source
    portfolios = list(Portfolio.objects.filter(client_id=source.client_id).order_by("pk").values_list("code", "pk"))
    currencies = {each.code: each.decimals for each in currency_table().values()}
    credits = rules.CREDIT_MEANINGS if kind in (rules.FileKind.INVOICES, rules.FileKind.PAYMENTS) else ()
    return {
        "prefix": source.prefix,
        "home_currency": mapping.home_currency,
        "needs_name": rules.is_required(kind, "name"),
        "needs_item": rules.is_required(kind, "item_ref"),
        "needs_due": kind == rules.FileKind.INVOICES,
        "has_items": kind != rules.FileKind.CUSTOMERS,
        "lessens": kind == rules.FileKind.INVOICES,
        "names_payments": kind == rules.FileKind.INVOICES,
        "kinds": [str(each) for each in rules.ITEM_KINDS[kind]],
        "default_kind": str(rules.DEFAULT_KINDS.get(kind, "")) or None,
        "credit_kinds": list(credits),
        "country": queries.country_of(batch),
        "portfolio": next((pk for code, pk in portfolios if code != "HOUSE"), None),
        "portfolio_codes": [code for code, _pk in portfolios],
        "portfolio_ids": [pk for _code, pk in portfolios],
        "currencies": list(currencies),
        "decimals": list(currencies.values()),
        "mark": str(mapping.decimal_mark),
        "chunk_lines": CHUNK_LINES,
        **{
            f"{name.removesuffix('_on')}_form": mapping.form_of(name)
            for name in ("issued_on", "due_on", "settled_on", "born_on")
        },
    }


def _note_faults(batch: Batch) -> None:
    assert batch.mapping is not None  # noqa: S101
    mapping = rules.mapping_of(batch.mapping.document)
    columns = {name: " + ".join(origin.columns()) for name, origin in mapping.origins.items()}
    sql.execute(
        _query("note_faults", batch),
        {"batch": batch.pk, "columns": json.dumps(columns), "phase": rules.Phase.CHECKED},
    )


def _note_changes(batch: Batch) -> None:
    """Write down the largest changes, where there are any: the lines are judged once more for it."""
    kind = rules.FileKind(batch.source.kind)
    found = BatchTotal.objects.filter(batch=batch, phase=rules.Phase.CHECKED, verdict=rules.Verdict.CHANGED)
    if kind in rules.BRINGS_ITEMS and found.exists():
        judged = account_queries.judge_items(queries.item_rows(batch, kind=kind))
        text = queries.line_query("note_changes", batch.pk, judged=judged.select)
        sql.execute(text, {**judged.params, "batch": batch.pk, "most": _MOST_CHANGES})


def _forecast(batch: Batch) -> None:
    judged = queries.judged_lines(batch, kind=rules.FileKind(batch.source.kind))
    tally(batch, judged, phase=rules.Phase.CHECKED)
