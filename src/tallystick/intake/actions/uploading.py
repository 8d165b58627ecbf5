"""Open sources, take files in, and let go of them."""

from __future__ import annotations

import codecs
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from tallystick.accounts import queries as account_queries
from tallystick.intake import queries, rules
from tallystick.intake.models import Batch, FilePart, Source
from tallystick.intake.queries import files
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
def upload_first(
    *,
    client_code: str,
    name: str,
    kind: rules.FileKind,
    prefix: str = "",
    file_name: str,
    content: Iterable[bytes],
    heading_line: int | None = None,
    at: datetime,
    by: Actor,
) -> Batch:
    """Open a source with its first file. A file that is refused opens none.

    :raises: see `open_source` and `upload_file`
    """
    source = open_source(client_code=client_code, name=name, kind=kind, prefix=prefix, at=at, by=by)
    return upload_file(
        source_id=source.pk, file_name=file_name, content=content, heading_line=heading_line, at=at, by=by
    )


@transaction.atomic
def upload_file(
    *,
    source_id: int,
    file_name: str,
    content: Iterable[bytes],
    heading_line: int | None = None,
    at: datetime,
    by: Actor,
) -> Batch:
    """Take a file in as a batch of a source: keep it as it came, and find out how it is written and what its headings are.

    `content` is read once, a piece at a time. Nothing of the book changes. Without `heading_line` the headings are found.

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
    if batch.file_type != rules.FileType.TEXT:
        batch.writing = {"sheets": files.sheets(batch)}
        batch.writing["sheet"] = _likely_sheet(batch)
    set_heading(batch, heading_line)
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
    """Write down how a batch's file is written."""
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
        with files.as_file(batch) as path:
            if batch.file_type == rules.FileType.XLSX:
                batch.file_type = rules.check_workbook(path, name=batch.file_name)


def _likely_sheet(batch: Batch) -> str:
    """Find the sheet of a workbook that holds its list: the one with the line of most headings that we know, else the first."""
    best, found = 0, ""
    for name in batch.writing["sheets"]:
        batch.writing["sheet"] = name
        lines = files.first_lines(batch, rules.LOOK_AT)
        known = max((rules.known_headings([str(cell) for cell in line.cells]) for line in lines), default=0)
        if known > best:
            best, found = known, name
    return found


def set_heading(batch: Batch, heading_line: int | None) -> None:
    """Take a line of a batch's file as its headings; without one, the line that looks most like headings.

    :raises HeadingMissing: there is no such line, or none looks like headings
    """
    lines = files.first_lines(batch, max(200, heading_line or 0))
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


@transaction.atomic
def choose_heading(*, batch_id: int, heading_line: int | None = None, sheet: str = "", at: datetime, by: Actor) -> None:
    """Take another line of a batch's file, or another sheet of it, as its headings: how it is read has to be said anew.

    Without a line, the headings of the sheet are found.

    :raises HeadingMissing: there is no such line
    :raises BatchStateUnfit: it is being loaded, or is loaded
    :raises BatchBusy: it is being checked at this moment
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope, wait=False)
    rules.check_open(batch.state)
    if sheet in batch.writing.get("sheets", ()):
        batch.writing["sheet"] = sheet
    set_heading(batch, heading_line)
    batch.state = rules.BatchState.UPLOADED
    batch.mapping = None
    batch.save(update_fields=["heading_line", "headings", "writing", "state", "mapping"])


@transaction.atomic
def abandon_batch(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Let go of a batch that is not loaded: nothing of it came into the book, and nothing will.

    :raises BatchStateUnfit: it is being loaded, or is loaded
    :raises BatchBusy: it is being checked at this moment
    """
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope, wait=False)
    rules.check_open(batch.state)
    batch.state = rules.BatchState.ABANDONED
    batch.save(update_fields=["state"])
    drop_lines(batch.pk)


def drop_lines(batch_id: int) -> None:
    """Drop the tables in which a batch's lines stand while it is worked on."""
    for table in queries.line_tables(batch_id):
        sql.execute(sql.fill("DROP TABLE IF EXISTS {table}", table=queries.quoted(table)))
