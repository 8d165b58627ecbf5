"""Characters and line ends of a text file: which set, and where a line ends. Nothing is ever dropped."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_CHUNK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(file: BinaryIO, declared: str | None = None) -> str:
    """Give the set a text file is in: by its byte order mark, strict UTF-8, then the declared set, then Windows-1252.

    The last resort is Latin-1, which every byte belongs to. The file is read through and put back to its start.
    """
    head = file.read(4)
    file.seek(0)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    candidates = ["utf-8", declared, "cp1252"] if declared else ["utf-8", "cp1252"]
    for name in candidates:
        if name and _decodes(file, name):
            return name
    return "latin-1"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


@contextmanager
def text_of(file: BinaryIO, encoding: str, newline: str | None = "") -> Iterator[io.TextIOWrapper]:
    """Lend a binary file as text; the caller still owns it and finds it open afterwards."""
    text = io.TextIOWrapper(file, encoding=encoding, newline=newline)
    try:
        yield text
    finally:
        text.detach()


def lines_of(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Give the lines of a text file with their numbers from 1, whatever ends them: LF, CR LF, CR CR LF, CR or `@@`."""
    with text_of(file, encoding, newline="\n") as text:
        rest = text.read(_CHUNK)
        separator = "\n" if "\n" in rest else "@@" if "@@" in rest else "\r"
        number, chunk = 0, rest
        while chunk:
            *whole, rest = rest.split(separator)
            for line in whole:
                number += 1
                yield number, line.rstrip("\r")
            chunk = text.read(_CHUNK)
            rest += chunk
    if rest:
        yield number + 1, rest.rstrip("\r\n")
