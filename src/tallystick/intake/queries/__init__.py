"""Reads of imports: sources, mappings, batches, what is wrong with their lines, and what became of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import OperationalError, connection
from django.db.models import F, QuerySet
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from tallystick.accounts import queries as account_queries
from tallystick.intake import rules
from tallystick.intake.models import Batch, BatchTotal, Change, Chunk, FilePart, Mapping, RowError, Source
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound

EVERYTHING = Scope()


def must_reach(client_id: int, *, scope: Scope) -> None:
    """Refuse a client that lies outside the scope.

    :raises NotFound: it does
    """
    if not scope.allows(client_id):
        raise NotFound(what="client", reference=client_id)


def sources(*, scope: Scope = EVERYTHING) -> QuerySet[Source]:
    """Give the sources within a scope, by client and name."""
    found = Source.objects.select_related("client", "mapping").order_by("client__name", "name")
    return found if scope.client_ids is None else found.filter(client_id__in=scope.client_ids)


def get_source(source_id: int, *, scope: Scope = EVERYTHING) -> Source:
    """Give a source with its client and mapping.

    :raises NotFound: there is none, or it lies outside the scope
    """
    source = Source.objects.select_related("client", "mapping").filter(pk=source_id).order_by("pk").first()
    if source is None or not scope.allows(source.client_id):
        raise NotFound(what="source", reference=source_id)
    return source


def find_source(*, client_code: str, name: str, scope: Scope = EVERYTHING) -> Source | None:
    """Give a client's source by name, or None."""
    return sources(scope=scope).filter(client__code=client_code, name=name).order_by("pk").first()


def find_mapping(*, client_id: int, name: str) -> Mapping | None:
    """Give the latest version of a client's saved mapping, or None."""
    return Mapping.objects.filter(client_id=client_id, name=name).order_by("-version").first()


def mappings(client_id: int) -> QuerySet[Mapping]:
    """Give the latest version of each of a client's saved mappings, by name."""
    return Mapping.objects.filter(client_id=client_id).order_by("name", "-version").distinct("name")


def batches(*, scope: Scope = EVERYTHING) -> QuerySet[Batch]:
    """Give the batches within a scope, the newest first."""
    found = (
        Batch.objects.select_related("source", "source__client", "mapping")
        .annotate(good_lines=F("lines") - F("errors"))
        .order_by("-pk")
    )
    return found if scope.client_ids is None else found.filter(source__client_id__in=scope.client_ids)


def get_batch(batch_id: int, *, scope: Scope = EVERYTHING) -> Batch:
    """Give a batch with its source, client and mapping.

    :raises NotFound: there is none, or it lies outside the scope
    """
    batch = batches(scope=scope).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(what="import", reference=batch_id)
    return batch


def lock_batch(batch_id: int, *, scope: Scope = EVERYTHING, wait: bool = True) -> Batch:
    """Lock a batch for the transaction and give it.

    :raises NotFound: there is none, or it lies outside the scope
    :raises BatchBusy: somebody else works on it, and `wait` is False
    """
    found = batches(scope=scope)
    try:
        # What refers to a batch may be written meanwhile: its key does not change.
        batch = found.select_for_update(of=("self",), no_key=True, nowait=not wait).filter(pk=batch_id).first()
    except OperationalError as taken:
        if isinstance(taken.__cause__, LockNotAvailable):
            raise rules.BatchBusy() from taken
        raise
    if batch is None:
        raise NotFound(what="import", reference=batch_id)
    return batch


def country_of(batch: Batch) -> str:
    """Give the country of the client that a batch is of, by its calendar."""
    return batch.source.client.calendar[:2]


def twin_of(batch: Batch) -> Batch | None:
    """Give the last batch of the source that was loaded from the very same bytes, or None."""
    return (
        Batch.objects.filter(source_id=batch.source_id, sha256=batch.sha256, state=rules.BatchState.COMMITTED)
        .exclude(pk=batch.pk)
        .order_by("-pk")
        .first()
    )


def file_content(batch_id: int) -> Iterator[bytes]:
    """Give a batch's file as it came, a part at a time."""
    position = 0
    while (
        part := FilePart.objects.filter(batch_id=batch_id, position=position)
        .order_by("pk")
        .values_list("content")
        .first()
    ) is not None:
        yield zlib.decompress(part[0])
        position += 1


def row_errors(batch_id: int) -> QuerySet[RowError]:
    """Give what is wrong with the lines of a batch, in the order of the file; errors before warnings of a line."""
    return RowError.objects.filter(batch_id=batch_id).order_by("line", "is_warning", "pk")


def faults_by_code(batch_id: int) -> list[dict[str, Any]]:
    """Give how often each fault was found in a batch, errors first and the commonest first."""
    return sql.rows(
        """
        SELECT code, field, "column", is_warning, count(*) AS count, min(line) AS first_line
        FROM intake_row_error WHERE batch_id = %(batch)s
        GROUP BY code, field, "column", is_warning
        ORDER BY is_warning, count(*) DESC, code
        """,
        {"batch": batch_id},
    )


def totals(batch_id: int, *, phase: rules.Phase) -> list[rules.Total]:
    """Give what became of a batch's lines: count and value by currency and verdict, what cannot be read last."""
    found = BatchTotal.objects.filter(batch_id=batch_id, phase=phase)
    totals = [rules.Total(rules.Verdict(each.verdict), each.currency, each.lines, each.value_minor) for each in found]
    verdicts = list(rules.Verdict)
    return sorted(totals, key=lambda total: (not total.currency, total.currency, verdicts.index(total.verdict)))


def changes(batch_id: int) -> QuerySet[Change]:
    """Give the largest changes that a batch makes, or made, as found by its check."""
    return Change.objects.filter(batch_id=batch_id).order_by("pk")


def progress(batch_id: int) -> tuple[int, int]:
    """Give how many chunks of a batch are loaded, and how many there are."""
    [row] = sql.rows(
        "SELECT count(done_at) AS done, count(*) AS chunks FROM intake_chunk WHERE batch_id = %s", [batch_id]
    )
    return row["done"], row["chunks"]


def undo_progress(batch_id: int) -> tuple[int, int]:
    """Give how many chunks of a batch are taken back, and how many were loaded."""
    [row] = sql.rows(
        "SELECT count(undone_at) AS done, count(done_at) AS chunks FROM intake_chunk WHERE batch_id = %s", [batch_id]
    )
    return row["done"], row["chunks"]


def undone(batch_id: int) -> list[list[dict[str, Any]]]:
    """Give what taking a batch back came to so far, chunk by chunk, as it was noted."""
    chunks = Chunk.objects.filter(batch_id=batch_id, undone__isnull=False).order_by("position")
    silenced = Batch.objects.filter(pk=batch_id, unsilenced__isnull=False).order_by("pk")
    noted = [*chunks.values_list("undone", flat=True), *silenced.values_list("unsilenced", flat=True)]
    return [each for each in noted if each is not None]


def line_tables(batch_id: int) -> tuple[str, str]:
    """Give the names of the two tables in which a batch's lines stand while it is worked on: as text, and as read."""
    return f"intake_staged_{int(batch_id)}", f"intake_ready_{int(batch_id)}"


def quoted(table: str) -> str:
    """Give a table's name as SQL writes it."""
    with connection.cursor() as cursor:
        return SQL("{}").format(Identifier(table)).as_string(cursor.connection)


def holds_lines(batch_id: int) -> bool:
    """Test if a batch's lines still stand as read; a server that crashed empties tables that are not logged.

    The size is asked for, since who reads the table holds it: whoever makes it again would wait for others who wait for that.
    """
    _staged, ready = line_tables(batch_id)
    return bool(sql.value("SELECT coalesce(pg_relation_size(to_regclass(%s)), 0) > 0", [ready]))


def plan_for_a_file() -> None:
    """Have statements of this transaction that read a whole file planned so that workers share them, which is worth their start.

    Workers keep hash tables of their own: shared ones would stand in /dev/shm, of which a container has 64 MB.
    """
    sql.execute("SET LOCAL enable_parallel_hash = off")
    sql.execute("SET LOCAL parallel_setup_cost = 0")
    sql.execute("SET LOCAL parallel_tuple_cost = 0.01")


def line_query(name: str, batch_id: int, **markers: str) -> str:
    """Give a query of `sql/lines.sql` for the lines of a batch; without markers, for all of them, by the lookup of accounts."""
    text = sql.load("tallystick.intake", "lines.sql", name)
    _staged, ready = line_tables(batch_id)
    whole = {"ready": quoted(ready), "bound": "", "accounts": _BY_LOOKUP, "account_id": "looked.account_id", **markers}
    return sql.fill(text, **{marker: part for marker, part in whole.items() if "{" + marker + "}" in text})


_BY_LOOKUP = """LEFT JOIN accounts_account_lookup AS looked
    ON looked.client_id = %(client)s AND looked.reference = ready.account_key"""


def item_rows(batch: Batch, *, kind: rules.FileKind, **markers: str) -> sql.Rows:
    """Give the items of a batch's lines as `accounts.queries.judge_items` wants them."""
    name = "placed_item_rows" if kind == rules.FileKind.PLACEMENTS else "item_rows"
    return sql.Rows(line_query(name, batch.pk, **markers), {"client": batch.source.client_id})


def credit_rows(batch: Batch, **markers: str) -> sql.Rows:
    """Give the credits of a batch's lines as `accounts.queries.judge_source_credits` wants them."""
    return sql.Rows(line_query("credit_rows", batch.pk, **markers), {"client": batch.source.client_id})


def debtor_verdicts(batch: Batch, **markers: str) -> sql.Rows:
    """Judge what the lines of a batch say of debtors against what is known of them."""
    return sql.Rows(line_query("debtor_verdicts", batch.pk, **markers), {"client": batch.source.client_id})


_VERDICT = "SELECT key, currency, value_minor, refusal, verdict, is_ahead_of_source FROM {judged}"
_CREDIT_VERDICT = "SELECT key, currency, value_minor, refusal, verdict, false AS is_ahead_of_source FROM {judged}"


def judged_lines(batch: Batch, *, kind: rules.FileKind) -> sql.Rows:
    """Judge the lines of a batch against the book as it is now; the key of a verdict is its line."""
    parts: list[sql.Rows] = []
    if kind in rules.TELLS_OF_DEBTORS:
        verdicts = debtor_verdicts(batch)
        parts.append(sql.Rows(sql.fill(_VERDICT, judged=f"({verdicts.select}) AS judged"), verdicts.params))
    if kind in rules.BRINGS_ITEMS:
        items = account_queries.judge_items(item_rows(batch, kind=kind))
        parts.append(sql.Rows(sql.fill(_VERDICT, judged=f"({items.select}) AS judged"), items.params))
    if kind in rules.BRINGS_CREDITS:
        credits = account_queries.judge_source_credits(credit_rows(batch))
        parts.append(sql.Rows(sql.fill(_CREDIT_VERDICT, judged=f"({credits.select}) AS judged"), credits.params))
    params = {name: value for part in parts for name, value in part.params.items()}
    return sql.Rows(one_verdict([part.select for part in parts], kind=kind), params)


def one_verdict(judged: Sequence[str], *, kind: rules.FileKind) -> str:
    """Give the SELECT of one verdict a line from those of all that lines bring."""
    every = " UNION ALL ".join(judged)
    if kind != rules.FileKind.PLACEMENTS:
        return every
    return sql.fill(sql.load("tallystick.intake", "lines.sql", "one_verdict"), judged=every)


def verdicts_of(table: str) -> str:
    """Give the SELECT of verdicts from a table of them."""
    return sql.fill(_VERDICT, judged=quoted(table))


def credit_verdicts_of(table: str) -> str:
    """Give the SELECT of verdicts from a table of those on credits."""
    return sql.fill(_CREDIT_VERDICT, judged=quoted(table))


def in_book(batch: Batch) -> list[rules.Total]:
    """Ask the book what it holds for the lines of a batch that were taken, by currency: the other side of a receipt."""
    refused = RowError.objects.filter(batch=batch, phase=rules.Phase.COMMITTED, is_warning=False)
    found = sql.rows(
        line_query("in_book", batch.pk),
        {
            "client": batch.source.client_id,
            "refused": list(refused.values_list("line", flat=True)),
            "is_customers": batch.source.kind == rules.FileKind.CUSTOMERS,
            "is_placements": batch.source.kind == rules.FileKind.PLACEMENTS,
        },
    )
    return [rules.Total(rules.Verdict.UNCHANGED, row["currency"], row["lines"], row["minor"]) for row in found]
