"""Reads of the file behind an import: its lines as they stand, its data as a mapping sees it, and the lines with a fault."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from tallystick.intake import queries, rules
from tallystick.intake.models import Batch, RowError
from tallystick.intake.rules import workbooks

_PIECE_BYTES = 1 << 20
#: Lines that a guess looks at.
SAMPLE_LINES = 2_000


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
                yield rules.read_text(iter(lambda: opened.read(_PIECE_BYTES), b""), _writing(batch))
        else:
            yield _workbook_lines(batch, path)


def first_lines(batch: Batch, count: int) -> list[rules.Line]:
    """Give the first lines of a batch's file; of a text, no more is read than they need."""
    if batch.file_type == rules.FileType.TEXT:
        return list(islice(rules.read_text(queries.file_content(batch.pk), _writing(batch)), count))
    with opened_lines(batch) as opened:
        return list(islice(opened, count))


def samples(batch: Batch, count: int = SAMPLE_LINES) -> list[rules.Line]:
    """Give the first lines below a batch's headings, without those that are broken."""
    lines = first_lines(batch, count + batch.heading_line)
    return [line for line in lines if line.number > batch.heading_line and not line.fault][:count]


def sheets(batch: Batch) -> list[str]:
    """Give the names of the sheets of a batch's workbook; a text has none.

    :raises WorkbookUnsafe: it is damaged, or a password protects it
    """
    if batch.file_type == rules.FileType.TEXT:
        return []
    with as_file(batch) as path, _named_problem(batch):
        return workbooks.sheet_names(path)


def first_data(lines: Iterable[rules.Line], batch: Batch, mapping: rules.Mapping, count: int) -> list[rules.Line]:
    """Give the first of some lines that are data to a mapping, and whole."""
    copies = (rules.Line(line.number, list(line.cells), line.fault) for line in lines)
    whole = (line for line in data_lines(copies, batch, mapping, {}, []) if not line.fault)
    return list(islice(whole, count))


def _writing(batch: Batch) -> rules.Writing:
    return rules.Writing(batch.writing["encoding"], batch.writing["separator"], batch.writing["quote"])


def _workbook_lines(batch: Batch, path: Path) -> Iterator[rules.Line]:
    with _named_problem(batch):
        yield from workbooks.read_workbook(path, sheet=batch.writing.get("sheet", ""))


@contextmanager
def _named_problem(batch: Batch) -> Iterator[None]:
    try:
        yield
    except workbooks.WorkbookDamaged as damaged:
        problem = rules.PROTECTED if damaged.is_protected else rules.DAMAGED
        raise rules.WorkbookUnsafe(name=batch.file_name, problem=problem) from damaged


def data_lines(
    lines: Iterable[rules.Line], batch: Batch, mapping: rules.Mapping, left_out: dict[str, int], totals: list[str]
) -> Iterable[rules.Line]:
    """Give the lines of data as a mapping sees them: as text, without furniture, and with what is broken marked."""
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


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line of a file with all that is wrong with it."""

    number: int
    cells: list[str]
    errors: list[RowError]


def faulty_lines(batch: Batch, *, code: str = "") -> Iterator[FaultyLine]:
    """Give the lines of a batch that have a fault, or one fault, in the order of the file, as they stand in it.

    The file streams by once beside what is written down of it: neither is held in memory.
    """
    assert batch.mapping is not None  # noqa: S101
    found = queries.row_errors(batch.pk)
    if code:
        found = found.filter(code=code)
    waiting = ((number, list(errors)) for number, errors in groupby(found.iterator(), key=lambda error: error.line))
    mapping = rules.mapping_of(batch.mapping.document)
    faulty = next(waiting, None)
    with opened_lines(batch) as opened:
        for line in data_lines(opened, batch, mapping, {}, []):
            if faulty is None:
                return
            if line.number == faulty[0]:
                yield FaultyLine(line.number, [str(cell) for cell in line.cells], faulty[1])
                faulty = next(waiting, None)
