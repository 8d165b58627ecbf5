"""Files to take away: the one that was imported, and its lines that have to be put right."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tallystick.access.rules.trail import About, What
from tallystick.access.web import ActorRequest, requires, say
from tallystick.intake import queries, rules
from tallystick.intake.queries import files

#: A cell that begins so is a formula to a spreadsheet, unless it is a number: files are written by strangers.
_FORMULA = re.compile(r"[=@\t\r]|[-+](?![\d.,]+\s*$)")


@requires("import receivables")
@require_GET
def file(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Give the file of an import as it came."""
    found = queries.get_batch(import_id, scope=request.actor.scope)
    return _download(request, found.pk, queries.file_content(found.pk), found.file_name, "application/octet-stream")


@requires("import receivables")
@require_GET
def faulty_lines(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Give the lines with a fault as they stand in the file, each with what is wrong: to be put right and imported again."""
    found = queries.get_batch(import_id, scope=request.actor.scope)
    name = f"{slugify(Path(found.file_name).stem) or found.pk}-{_('to-correct')}.csv"
    lines = _lines(found, code=request.GET.get("reason", ""))
    return _download(request, found.pk, lines, name, "text/csv; charset=utf-8")


def _download(
    request: ActorRequest, import_id: int, content: Iterator[Any], name: str, content_type: str
) -> HttpResponseBase:
    say(request, What.EXPORTED, user_id=request.user.pk, about=About("import", str(import_id)))
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


class _Echo:
    """A file that gives back what is written to it, for a CSV writer that streams."""

    def write(self, line: str) -> str:
        return line


def _lines(found: Any, *, code: str) -> Iterator[str]:
    """Write the file's own columns first, so that its mapping reads them as before; what is wrong stands behind them."""
    writer = csv.writer(_Echo())
    width = len(found.headings)
    ours = [_("Line in the file"), _("What is wrong"), _("What to do")]
    yield "\ufeff" + writer.writerow([_cell(heading) for heading in [*found.headings, *ours]])
    if found.mapping is None:
        return
    for line in files.faulty_lines(found, code=code):
        cells = [*line.cells[:width], *[""] * (width - len(line.cells))]
        faults = [rules.fault_of(error.code, error.value) for error in line.errors]
        reasons = [
            f"{error.column}: {fault.reason}" if error.column else str(fault.reason)
            for error, fault in zip(line.errors, faults, strict=True)
        ]
        remedies = list(dict.fromkeys(str(fault.remedy) for fault in faults))
        written = [*cells, line.number, " ".join(reasons), " ".join(remedies), *line.cells[width:]]
        yield writer.writerow([_cell(cell) for cell in written])


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
