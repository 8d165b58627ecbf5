"""What an uploaded file is, told by its content and never by its name, and whether it is safe to open."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal

#: Largest file that is taken.
MOST_BYTES = 1024 * 1024 * 1024
#: Largest workbook, packed and unpacked. Workbooks hold 1,048,576 lines at most, and go through memory.
MOST_PACKED_BYTES = 256 * 1024 * 1024
MOST_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024


class FileType(Choice):
    """Types of files that can be read."""

    TEXT = "text", _("Delimited text")
    XLSX = "xlsx", _("Excel workbook")
    XLS = "xls", _("Excel 97–2003 workbook")
    ODS = "ods", _("OpenDocument spreadsheet")


class FileEmpty(Refusal):
    """There is nothing in the file."""

    code = "intake.file_empty"
    sentence = _("The file “{name}” is empty.")
    status = 422


class FileTooLarge(Refusal):
    """The file is larger than what is taken."""

    code = "intake.file_too_large"
    sentence = _("The file “{name}” is larger than {most} MB.")
    status = 413


class FileTypeUnknown(Refusal):
    """The file is neither delimited text nor a workbook."""

    code = "intake.file_type_unknown"
    sentence = _("“{name}” is {what}. Save it as CSV or as an Excel workbook.")
    status = 415


class WorkbookUnsafe(Refusal):
    """Unpacked, the workbook would be far larger than any real one."""

    code = "intake.workbook_unsafe"
    sentence = _("The workbook “{name}” cannot be opened safely: {problem}.")
    status = 422


#: What can be wrong with a workbook that is not too large.
PROTECTED, DAMAGED = _("a password protects it"), _("it is damaged")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRANGERS = (
    (b"%PDF", _("a PDF")),
    (b"\x1f\x8b", _("a compressed file: unpack it first")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (b"{\\rtf", _("a text document")),
    (b"<?xml", _("an XML file")),
    (b"<", _("a web page, whatever its name says")),
)


def find_type(head: bytes, *, name: str) -> FileType:
    """Find what a file is from its first bytes; a workbook in a ZIP is told apart by `check_workbook`.

    :raises FileEmpty, FileTypeUnknown: it is nothing that can be read here

    >>> find_type(b"a;b;c", name="list.xls")
    <FileType.TEXT: 'text'>
    """
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise FileEmpty(name=name)
    if head.startswith(_ZIP):
        return FileType.XLSX
    if head.startswith(_OLE):
        return FileType.XLS
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, what in _STRANGERS:
        if start.startswith(magic):
            raise FileTypeUnknown(name=name, what=what)
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or 0 in (head[:400:2].count(0), head[1:400:2].count(0))
    if b"\0" in head[:4096] and not is_utf16:
        raise FileTypeUnknown(name=name, what=_("neither text nor a workbook"))
    return FileType.TEXT


def check_workbook(path: Path, *, name: str) -> FileType:
    """Check that a ZIP is a workbook, and no bomb: every part is unpacked, counted and thrown away.

    :raises FileTypeUnknown: it is another kind of ZIP
    :raises WorkbookUnsafe: it is larger than any real workbook, or damaged
    """
    try:
        with zipfile.ZipFile(path) as packed:
            names = {part.filename for part in packed.infolist()}
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise WorkbookUnsafe(name=name, problem=_("unpacked it is too large"))
            unpacked = 0
            for part in packed.infolist():
                with packed.open(part) as opened:
                    while chunk := opened.read(1 << 20):
                        unpacked += len(chunk)
                        if unpacked > MOST_UNPACKED_BYTES:
                            raise WorkbookUnsafe(name=name, problem=_("unpacked it is too large"))
            if "mimetype" in names and b"opendocument.spreadsheet" in packed.read("mimetype")[:200]:
                return FileType.ODS
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as damaged:
        raise WorkbookUnsafe(name=name, problem=DAMAGED) from damaged
    if any(part.startswith("xl/workbook") for part in names):
        return FileType.XLSX
    raise FileTypeUnknown(name=name, what=_("a ZIP archive: unpack it first"))
