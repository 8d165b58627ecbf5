"""Read the lines of a workbook, in a process of its own whose memory is bounded: no file can take the server down.

Formulas give the values they were saved with; macros are never run. The library keeps one sheet in memory, so a workbook
is read by a child process that hands its lines over one at a time. Run as a program, this module is that child.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tallystick.intake.rules.texts import Line

_MOST_MEMORY = 4 * 1024 * 1024 * 1024
_MOST_SECONDS = 600
_MIDNIGHT = "T00:00:00"


class Number(str):
    """A number that a workbook holds as a number: decimal digits with a point, whatever the sheet shows."""

    __slots__ = ()


class WorkbookDamaged(Exception):
    """The workbook cannot be read; the message is what the library said."""

    @property
    def is_protected(self) -> bool:
        """Whether a password protects it."""
        return "PasswordError" in str(self)


def read_workbook(path: Path, *, sheet: str = "") -> Iterator[Line]:
    """Read a sheet's lines, one at a time: cells are texts, `Number`s and days. Blank lines are left out.

    Without a name, the first sheet that is not hidden and not empty is read.

    :raises WorkbookDamaged: it cannot be read, or is protected by a password
    """
    command = [sys.executable, "-m", __name__, str(path), sheet]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None  # noqa: S101
        try:
            for text in child.stdout:
                number, cells = json.loads(text, parse_float=Number, parse_int=Number, object_hook=_day)
                yield Line(int(number), cells)
        except GeneratorExit:
            child.kill()
            raise
        problem = child.stderr.read().decode(errors="replace").strip()
    if child.returncode:
        raise WorkbookDamaged(problem)


def sheet_names(path: Path) -> list[str]:
    """Give the names of a workbook's sheets that are not hidden.

    :raises WorkbookDamaged: it cannot be read, or is protected by a password
    """
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(path)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise WorkbookDamaged(done.stderr.strip())
    return list(json.loads(done.stdout))


def _day(value: dict[str, str]) -> date:
    return date.fromisoformat(value["day"])


def _written(cell: Any) -> Any:
    """Give a cell as JSON that tells texts, numbers and days apart."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        # Fifteen digits are what a workbook shows and means; the rest is noise of binary fractions.
        return int(cell) if float(cell).is_integer() and abs(cell) < 1e15 else float(f"{cell:.15g}")
    if isinstance(cell, datetime):
        return {"day": cell.date().isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))


def _main(path: str, sheet: str | None = None) -> None:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    _bound_memory()
    workbook = CalamineWorkbook.from_path(path)
    shown = [each.name for each in workbook.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    if sheet is None:
        sys.stdout.write(json.dumps(shown))
        return
    for name in [sheet] if sheet else shown:
        opened = workbook.get_sheet_by_name(name)
        is_empty = True
        for number, cells in enumerate(opened.iter_rows(), start=1):
            if any(cell != "" for cell in cells):
                is_empty = False
                sys.stdout.write(json.dumps([number, [_written(cell) for cell in cells]]) + "\n")
        if not is_empty:
            return


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:])
    except Exception as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
