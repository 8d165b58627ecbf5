"""Open sources, take files in, and let go of them."""

from __future__ import annotations

import codecs
import hashlib
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction

from tallystick.accounts import queries as account_queries
from tallystick.intake import queries, rules
from tallystick.intake.models import Batch, FilePart, Source
from tallystick.intake.rules import workbooks
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor

_PART_BYTES = 1 << 20
#: The lightest deflation: a file is written once and read two or three times.
_DEFLATE = 1


@transaction.atomic
def open_source(
    *, client_code: str, name: str, kind: rules.FileKind, prefix: str = "", at: datetime, by: Actor
) -> Source:
    """Open a source of files of one kind for a client.

    :raises NotFound: there is no such client, or none the actor may see
    :raises SourceExists: the client has a source of that name
    """
    by.must_be_allowed_to("import receivables")
    client = account_queries.get_client(client_code)
    queries.must_reach(client.pk, scope=by.scope)
    try:
        with transaction.atomic():
            return Source.objects.create(client=client, name=name.strip(), kind=kind, prefix=prefix)
    except IntegrityError as taken:
        raise rules.SourceExists(client=client.name, name=name) from taken


@dataclass(slots=True)
class _Intake:
    """What is found out about a file while it streams by."""

    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    is_utf8: bool = True
    holds_nul: bool = False
    last_byte: bytes = b""

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)
        self.holds_nul = self.holds_nul or b"\0" in chunk
        self.last_byte = chunk[-1:]
        if self.is_utf8:
            try:
                self.decoder.decode(chunk)
            except UnicodeDecodeError:
                self.is_utf8 = False

    def end(self) -> None:
        if self.is_utf8:
            try:
                self.decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.is_utf8 = False


@transaction.atomic
def upload_file(*, source_id: int, file_name: str, content: Iterable[bytes], at: datetime, by: Actor) -> Batch:
    """Take a file in as a batch of a source: keep it as it came, and find out how it is written and what its headings are.

    `content` is read once, a piece at a time. Nothing of the book changes.

    :raises FileEmpty, FileTooLarge, FileTypeUnknown, WorkbookUnsafe: see `rules.files`
    :raises HeadingMissing: no line looks like headings
    """
    by.must_be_allowed_to("import receivables")
    source = queries.get_source(source_id, scope=by.scope)
    name = Path(file_name).name[:200]
    batch = Batch.objects.create(
        source=source,
        file_name=name,
        file_type=rules.FileType.TEXT,
        file_bytes=0,
        sha256="",
        heading_line=0,
        headings=[],
        uploaded_at=at,
        uploaded_by=by.label,
    )
    found = _Intake()
    head = b""
    for position, part in enumerate(_parts(content)):
        found.take(part)
        if found.size > rules.MOST_BYTES:
            raise rules.FileTooLarge(name=name, most=rules.MOST_BYTES >> 20)
        if position == 0:
            head = part[: rules.HEAD_BYTES]
        FilePart.objects.create(batch=batch, position=position, content=zlib.compress(part, _DEFLATE))
    found.end()
    batch.file_type = rules.find_type(head, name=name)
    batch.file_bytes = found.size
    batch.sha256 = found.digest.hexdigest()
    _describe(batch, found, head)
    batch.save()
    return batch


def _parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into parts of even size."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) >= _PART_BYTES:
            yield bytes(waiting[:_PART_BYTES])
            del waiting[:_PART_BYTES]
    if waiting:
        yield bytes(waiting)


def _describe(batch: Batch, found: _Intake, head: bytes) -> None:
    """Write down how a batch's file is written, and its headings."""
    if batch.file_type == rules.FileType.TEXT:
        writing = rules.find_writing(head, is_utf8=found.is_utf8)
        batch.writing = {
            **writing.as_document(),
            "is_suspect": found.holds_nul or writing.encoding == "cp1252",
            "ends_in_line": found.last_byte not in (b"\n", b"\r", b"\0"),
        }
    elif found.size > rules.MOST_PACKED_BYTES:
        raise rules.FileTooLarge(name=batch.file_name, most=rules.MOST_PACKED_BYTES >> 20)
    else:
        with as_file(batch) as path:
            if batch.file_type == rules.FileType.XLSX:
                batch.file_type = rules.check_workbook(path, name=batch.file_name)
    set_heading(batch, None)


def set_heading(batch: Batch, heading_line: int | None) -> None:
    """Take a line of a batch's file as its headings; without one, the line that looks most like headings.

    :raises HeadingMissing: there is no such line, or none looks like headings
    """
    with opened_lines(batch) as opened:
        lines = list(islice(opened, max(200, heading_line or 0)))
    if heading_line is None:
        at = rules.find_heading([[str(cell) for cell in line.cells] for line in lines])
    else:
        at = next((at for at, line in enumerate(lines) if line.number == heading_line), None)
    if at is None:
        raise rules.HeadingMissing(name=batch.file_name)
    headings = rules.as_headings([str(cell) for cell in lines[at].cells])
    layout = rules.find_layout(headings)
    batch.heading_line = lines[at].number
    batch.headings = headings + (layout.carry.headings() if layout and layout.carry else [])


@contextmanager
def as_file(batch: Batch) -> Iterator[Path]:
    """Give a batch's file as a file on disk, for as long as it is looked at."""
    with tempfile.NamedTemporaryFile(suffix=f".{batch.file_type}") as opened:
        for part in queries.file_content(batch.pk):
            opened.write(part)
        opened.flush()
        yield Path(opened.name)


@contextmanager
def opened_lines(batch: Batch) -> Iterator[Iterator[rules.Line]]:
    """Open a batch's file and give its lines, furniture and all, one at a time.

    The file is put on disk first: while lines are copied into the database, its connection does nothing else.
    """
    with as_file(batch) as path:
        if batch.file_type == rules.FileType.TEXT:
            with path.open("rb") as opened:
                writing = rules.Writing(batch.writing["encoding"], batch.writing["separator"], batch.writing["quote"])
                yield rules.read_text(iter(lambda: opened.read(_PART_BYTES), b""), writing)
        else:
            yield _workbook_lines(batch, path)


def _workbook_lines(batch: Batch, path: Path) -> Iterator[rules.Line]:
    try:
        yield from workbooks.read_workbook(path, sheet=batch.writing.get("sheet", ""))
    except workbooks.WorkbookDamaged as damaged:
        problem = rules.PROTECTED if damaged.is_protected else rules.DAMAGED
        raise rules.WorkbookUnsafe(name=batch.file_name, problem=problem) from damaged


@transaction.atomic
def abandon_batch(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Let go of a batch that is not loaded: nothing of it came into the book, and nothing will.

    :raises BatchStateUnfit: it is being loaded, or is loaded
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    if batch.state not in (rules.BatchState.UPLOADED, rules.BatchState.CHECKING, rules.BatchState.CHECKED):
        raise rules.BatchStateUnfit(state=rules.BatchState(batch.state).label)
    batch.state = rules.BatchState.ABANDONED
    batch.save(update_fields=["state"])
    drop_lines(batch.pk)


def drop_lines(batch_id: int) -> None:
    """Drop the tables in which a batch's lines stand while it is worked on."""
    for table in queries.line_tables(batch_id):
        sql.execute(sql.fill("DROP TABLE IF EXISTS {table}", table=queries.quoted(table)))
