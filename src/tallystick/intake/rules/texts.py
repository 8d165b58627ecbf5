"""Read delimited text of any encoding, separator and quoting as a stream of lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, NamedTuple

#: How much of a file is looked at to find out how it is written.
HEAD_BYTES = 256 * 1024
_SEPARATORS = (",", ";", "\t", "|", "^", "~")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: A cell that runs over more lines than this has a quotation mark that is never closed.
_MOST_LINES_IN_A_CELL = 40
_LONGEST_CELL = 100_000
#: Lines that are looked at together: if none of them has a quotation mark, they are read together.
_LINES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text file is written."""

    encoding: str
    separator: str
    #: Quotation mark around cells; empty when the file has none.
    quote: str = '"'

    def as_document(self) -> dict[str, str]:
        """Give it as JSON."""
        return asdict(self)


class Line(NamedTuple):
    """A line of a table: its number in the file, its cells, and what is wrong with it as a line, if something is."""

    number: int
    cells: list[Any]
    fault: str = ""


def find_encoding(head: bytes, *, is_utf8: bool) -> str:
    """Find how a text is encoded: by its byte order mark, as UTF-8 if all of it is, else as Windows-1252.

    `is_utf8` says whether the whole file, not only its head, reads as UTF-8.

    >>> find_encoding("café".encode("cp1252"), is_utf8=False)
    'cp1252'
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    if not is_utf8:
        return "cp1252"
    # UTF-16 without a mark: every other byte of western text is zero.
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 8 and head[first::2].count(0) > len(head) // 3:
            return encoding
    return "utf-8"


def find_writing(head: bytes, *, is_utf8: bool) -> Writing:
    r"""Find encoding, separator and quoting from the head of a file.

    The separator is the one that parts most lines into the same number of cells, more cells being better.

    >>> find_writing(b'Kunde;Betrag\nA;"1.250,50"\nB;9,00\n', is_utf8=True)
    Writing(encoding='utf-8', separator=';', quote='"')
    """
    encoding = find_encoding(head, is_utf8=is_utf8)
    text = head.decode(encoding, errors="replace")
    lines = text.splitlines(keepends=True)
    if len(head) >= HEAD_BYTES:
        lines = lines[:-1]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip("\r\n")) == 5:
        return Writing(encoding, lines[0][4], _find_quote(lines[1:], lines[0][4]))
    scores = {separator: _evenness(lines[:500], separator) for separator in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda each: scores[each])
    return Writing(encoding, separator, _find_quote(lines, separator))


def _evenness(lines: Sequence[str], separator: str) -> float:
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(lines, delimiter=separator):
            if len(cells) > 1:
                widths[len(cells)] += 1
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, often = max(widths.items(), key=lambda each: (each[1], each[0]))
    return float(often / len(lines) * (width - 1) ** 0.5)


def _find_quote(lines: Sequence[str], separator: str) -> str:
    """Find the quotation mark: the one that stands at the beginning and the end of cells; none when no cell has both."""
    text = "".join(lines[:2000])
    for quote in ('"', "'"):
        closed = text.count(quote + separator) + text.count(quote + "\n") + text.count(quote + "\r")
        opened = text.count(separator + quote) + text.count("\n" + quote) + text.startswith(quote)
        if opened and closed and (quote == '"' or min(opened, closed) * 20 > len(lines)):
            return quote
    return "" if text.count('"') % 2 else '"'


class _Stream(io.RawIOBase):
    """Chunks of bytes as a file that can be read once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        wanted = memoryview(buffer)
        taken = min(len(wanted), len(self._rest))
        wanted[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


class _NeverClosed(Exception):
    """A cell runs over too many lines."""


class _Lines:
    """Lines of a text, with those of the present record at hand so that they can be given back."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        #: Lines that are to be read before those of the text, the next one last.
        self._waiting: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES_IN_A_CELL:
            raise _NeverClosed
        line = self._waiting.pop() if self._waiting else next(self._text, None)
        if line is None:
            # The file ends; in the middle of a record that means inside a quotation mark.
            raise _NeverClosed if self.taken else StopIteration
        self.taken.append(line)
        return line

    def take_many(self) -> list[str]:
        """Take the lines that come next, a lot of them; none when the text ends. There is no present record."""
        if self._waiting:
            lines, self._waiting = self._waiting[::-1], []
            return lines
        return list(islice(self._text, _LINES_AT_ONCE))

    def give_back(self, lines: Sequence[str]) -> None:
        """Have lines read again before the rest."""
        self._waiting.extend(reversed(lines))

    def is_between(self) -> bool:
        """Test if no line is waiting, so that many can be taken from the text."""
        return not self._waiting


def read_text(chunks: Iterable[bytes], writing: Writing) -> Iterator[Line]:
    """Read a text as lines of cells, one at a time, whatever its length.

    Line numbers are those of an editor: a record that runs over several lines has the number of its first. A quotation mark
    that is never closed costs its own line only. Blank lines are left out.
    """
    csv.field_size_limit(_LONGEST_CELL)
    text = io.TextIOWrapper(
        io.BufferedReader(_Stream(chunks), 1 << 20), encoding=writing.encoding, errors="surrogateescape", newline=""
    )
    lines = _Lines(text)
    number = 1
    while many := lines.take_many():
        if _is_plain(many, writing):
            # A record is a line: nothing has to be kept at hand, which is twice as fast.
            for at, cells in enumerate(_reader(iter(many), writing), number):
                if any(cells):
                    yield Line(at, cells)
            number += len(many)
        else:
            lines.give_back(many)
            number = yield from _read_with_care(lines, writing, number)


def _is_plain(lines: Sequence[str], writing: Writing) -> bool:
    """Test if lines hold no quotation mark and no cell that is too long, so that each is a record and none can be at fault."""
    return len(max(lines, key=len)) <= _LONGEST_CELL and not (writing.quote and writing.quote in "".join(lines))


def _read_with_care(lines: _Lines, writing: Writing, number: int) -> Generator[Line, None, int]:
    """Read the lines that wait, and those after them that belong to the last record of them; give the number of the next line."""
    while not lines.is_between():
        reader = _reader(lines, writing)
        try:
            for cells in reader:
                taken = lines.taken
                if any(cells):
                    yield Line(number, cells)
                number += len(taken)
                taken.clear()
                if lines.is_between():
                    break
        except (_NeverClosed, csv.Error):
            yield Line(number, [lines.taken[0].rstrip("\r\n")], "quote_never_closed")
            lines.give_back(lines.taken[1:])
            lines.taken.clear()
            number += 1
    return number


def _reader(lines: Iterator[str], writing: Writing) -> Iterator[list[str]]:
    if writing.quote:
        return csv.reader(lines, delimiter=writing.separator, quotechar=writing.quote)
    return csv.reader(lines, delimiter=writing.separator, quoting=csv.QUOTE_NONE)
