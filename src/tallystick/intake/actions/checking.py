"""Choose how a file is read, and check every line of it before anything changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from babel.core import get_global
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.sql import SQL, Identifier

from tallystick.accounts.models import Client, Portfolio
from tallystick.accounts.rules import ItemKind
from tallystick.intake import queries, rules
from tallystick.intake.actions.uploading import drop_lines, opened_lines
from tallystick.intake.models import Batch, BatchTotal, Mapping, RowError, Source
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import decimals_of
from tallystick.kernel.refusals import NotFound

#: Lines that are loaded in one transaction; an account is not parted unless it has more.
CHUNK_LINES = 25_000
#: Lines that a guess looks at.
_SAMPLE = 2_000

#: Currency taken where a file names none, by the client's country.
HOME_CURRENCIES = {
    "GB": "GBP",
    "IE": "EUR",
    "DE": "EUR",
    "FR": "EUR",
    "NL": "EUR",
    "IT": "EUR",
    "ES": "EUR",
    "US": "USD",
}

_ITEM_KINDS = {
    rules.FileKind.INVOICES: (
        *(kind for kind in ItemKind if kind != ItemKind.BALANCE),
        *rules.CREDIT_MEANINGS,
    ),
    rules.FileKind.PLACEMENTS: (ItemKind.BALANCE,),
    rules.FileKind.CHARGES: (ItemKind.PENALTY, ItemKind.INTEREST, ItemKind.FEE, ItemKind.COST),
    rules.FileKind.PAYMENTS: ("payment",),
    rules.FileKind.CUSTOMERS: (),
}
_DEFAULT_KINDS = {
    rules.FileKind.INVOICES: ItemKind.INVOICE,
    rules.FileKind.PLACEMENTS: ItemKind.BALANCE,
    rules.FileKind.PAYMENTS: "payment",
}


def samples(batch: Batch, count: int = _SAMPLE) -> list[list[str]]:
    """Give the cells of the first lines below a batch's headings, as text."""
    with opened_lines(batch) as opened:
        lines = (line for line in opened if line.number > batch.heading_line and not line.fault)
        return [[str(cell) for cell in line.cells] for line in islice(lines, count)]


def guess_mapping(*, batch_id: int, by: Actor) -> rules.Guess:
    """Guess how a batch's file is read from its headings and first lines; a form that stays open is asked of the whole file."""
    by.must_be_allowed_to("import receivables")
    batch = queries.get_batch(batch_id, scope=by.scope)
    portfolios = Portfolio.objects.filter(client_id=batch.source.client_id).values_list("code", flat=True)
    currency = HOME_CURRENCIES.get(_country(batch.source.client), "")
    guessed = rules.guess(
        batch.source.kind, batch.headings, samples(batch), currency=currency, portfolios=frozenset(portfolios)
    )
    if not guessed.open_questions:
        return guessed
    columns: dict[str, list[str]] = {heading: [] for heading in batch.headings}
    for cells in samples(batch, 10**9):
        for heading, cell in zip(batch.headings, cells, strict=False):
            columns[heading].append(cell)
    return rules.settle_forms(guessed.mapping, columns)


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a batch's file may be read: as its source remembers, or as guessed, with what only a person can say."""

    mapping: rules.Mapping
    name: str
    is_saved: bool
    open_questions: tuple[str, ...] = ()


def propose_mapping(*, batch_id: int, name: str = "", by: Actor) -> Proposal:
    """Propose how a batch's file is read: by the mapping of a name, by the one its source remembers, or by a guess.

    A remembered mapping is proposed where the file has all the columns that it needs; one that is named has to fit.

    :raises NotFound: there is no mapping of that name
    :raises MappingUnfit: the one named needs columns that the file has not
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.get_batch(batch_id, scope=by.scope)
    saved = queries.find_mapping(client_id=batch.source.client_id, name=name) if name else batch.source.mapping
    if name and saved is None:
        raise NotFound(what="mapping", reference=name)
    if saved is not None:
        mapping = rules.mapping_of(saved.document)
        if name:
            rules.check_fits(mapping, batch.headings, name=name)
        if not set(mapping.columns()) - set(batch.headings):
            return Proposal(mapping, saved.name, is_saved=True)
    guessed = guess_mapping(batch_id=batch_id, by=by)
    return Proposal(guessed.mapping, batch.source.name, is_saved=False, open_questions=guessed.open_questions)


@transaction.atomic
def map_batch(*, batch_id: int, document: dict[str, Any], name: str, at: datetime, by: Actor) -> Mapping:
    """Save how a batch's file is read, and remember it for the source. A mapping that says the same is no new version.

    :raises MappingUnreadable, MappingIncomplete, MappingUnfit: see `rules.mapping`
    :raises BatchStateUnfit: the batch is being loaded, or is past it
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    _must_be_open(batch)
    mapping = rules.mapping_of(document)
    if mapping.kind != batch.source.kind:
        raise rules.MappingUnreadable(problem=_("it is for files of another kind"))
    rules.check_complete(mapping)
    rules.check_fits(mapping, batch.headings, name=name)
    client_id = batch.source.client_id
    last = queries.find_mapping(client_id=client_id, name=name)
    if last is None or last.document != mapping.as_document():
        last = Mapping.objects.create(
            client_id=client_id,
            name=name,
            version=last.version + 1 if last else 1,
            document=mapping.as_document(),
            made_at=at,
            made_by=by.label,
        )
    batch.mapping = last
    batch.save(update_fields=["mapping"])
    Source.objects.filter(pk=batch.source_id).update(mapping=last)
    return last


def _must_be_open(batch: Batch) -> None:
    if batch.state not in (rules.BatchState.UPLOADED, rules.BatchState.CHECKING, rules.BatchState.CHECKED):
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)


@transaction.atomic
def start_check(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Mark a batch as being checked, for a background job to do it.

    :raises MappingChosenLater: nobody said how it is read
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    _must_be_open(batch)
    if batch.mapping is None:
        raise rules.MappingChosenLater()
    batch.state = rules.BatchState.CHECKING
    batch.save(update_fields=["state"])


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
    _must_be_open(batch)
    RowError.objects.filter(batch=batch).delete()
    BatchTotal.objects.filter(batch=batch).delete()
    stage(batch)
    _note_faults(batch)
    _forecast(batch)
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
    sql.execute("SET LOCAL work_mem = '128MB'")
    sql.execute(_query("make_ready", batch), _reading(batch, mapping))
    sql.execute(_query("index_ready", batch))
    sql.execute(_query("judge_twins", batch))


def _query(name: str, batch: Batch) -> str:
    staged, ready = queries.line_tables(batch.pk)
    text = sql.load("tallystick.intake", "check.sql", name)
    markers = {"staged": queries.quoted(staged), "ready": queries.quoted(ready)}
    return sql.fill(text, **{marker: table for marker, table in markers.items() if "{" + marker + "}" in text})


def _copy(batch: Batch, mapping: rules.Mapping) -> None:
    """Copy the lines of data into the staging table, as they stream out of the file."""
    reader = rules.Reader(mapping, batch.headings, country=_country(batch.source.client))
    staged, _ready = queries.line_tables(batch.pk)
    columns = ["line", "line_fault", *reader.columns]
    copy = SQL("COPY {} ({}) FROM STDIN").format(Identifier(staged), SQL(", ").join(map(Identifier, columns)))
    nothing = [None] * len(reader.columns)
    left_out: dict[str, int] = {}
    totals: list[str] = []
    count = 0
    with opened_lines(batch) as opened, connection.cursor() as cursor, cursor.copy(copy) as copied:
        for line in _lines_of_data(opened, batch, mapping, left_out, totals):
            count += 1
            if line.fault:
                copied.write_row((line.number, line.fault, *nothing))
            else:
                copied.write_row((line.number, None, *reader.read(line.cells)))
    batch.lines = count
    batch.left_out = left_out
    batch.stated_totals = totals[-20:]


def _lines_of_data(
    lines: Iterable[rules.Line], batch: Batch, mapping: rules.Mapping, left_out: dict[str, int], totals: list[str]
) -> Iterable[rules.Line]:
    if batch.file_type != rules.FileType.TEXT:
        lines = rules.as_texts(lines, mapping, batch.headings)
    lines = rules.data_lines(
        lines, mapping, batch.headings, heading_line=batch.heading_line, left_out=left_out, totals=totals
    )
    if batch.writing.get("is_suspect"):
        lines = _without_odd_characters(lines)
    if batch.writing.get("ends_in_line"):
        lines = _without_cut_line(lines, width=len(batch.headings))
    return lines


def _without_odd_characters(lines: Iterable[rules.Line]) -> Iterator[rules.Line]:
    """Refuse lines with characters that no text has, or that the file's encoding does not know."""
    for line in lines:
        text = "".join(line.cells)
        is_odd = "\0" in text or (not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text))
        yield rules.Line(line.number, line.cells, "characters_unreadable") if is_odd else line


def _without_cut_line(lines: Iterable[rules.Line], *, width: int) -> Iterator[rules.Line]:
    """Refuse a last line that ends the file before its last cell, where the lines before were whole."""
    waiting: rules.Line | None = None
    was_whole = False
    for line in lines:
        if waiting is not None:
            was_whole = len(waiting.cells) >= width
            yield waiting
        waiting = line
    if waiting is not None:
        is_cut = was_whole and not waiting.fault and len(waiting.cells) < width
        yield rules.Line(waiting.number, waiting.cells, "cut_off") if is_cut else waiting


def _country(client: Client) -> str:
    return client.calendar[:2]


def _reading(batch: Batch, mapping: rules.Mapping) -> dict[str, Any]:
    """Give the parameters by which the database reads a batch's lines."""
    kind = mapping.kind
    source = batch.source
    portfolios = list(Portfolio.objects.filter(client_id=source.client_id).order_by("pk").values_list("code", "pk"))
    currencies = {code: decimals_of(code) for code in get_global("all_currencies")}
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
        "kinds": [str(each) for each in _ITEM_KINDS[kind]],
        "default_kind": str(_DEFAULT_KINDS.get(kind, "")) or None,
        "credit_kinds": list(credits),
        "country": _country(source.client),
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
    if mapping.kind in (rules.FileKind.CHARGES, rules.FileKind.PAYMENTS):
        sql.execute(_query("refuse_unknown_accounts", batch), {"client": batch.source.client_id})
    columns = {name: " + ".join(origin.columns()) for name, origin in mapping.origins.items()}
    sql.execute(
        _query("note_faults", batch),
        {"batch": batch.pk, "columns": json.dumps(columns), "phase": rules.Phase.CHECKED},
    )


def _forecast(batch: Batch) -> None:
    judged = queries.judged_lines(batch, kind=rules.FileKind(batch.source.kind))
    queries_text = queries.line_query("tally", batch.pk, judged=judged.select)
    sql.execute(queries_text, {**judged.params, "batch": batch.pk, "phase": rules.Phase.CHECKED})
