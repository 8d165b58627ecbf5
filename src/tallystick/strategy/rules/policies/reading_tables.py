"""Read a decision table: its columns and rows, and which rows could never be true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tallystick.kernel.facts import FactType
from tallystick.strategy.rules.policies import bands, cases, keys
from tallystick.strategy.rules.policies.bands import BandMistaken, Test, Whatever
from tallystick.strategy.rules.policies.document import Column, Outcome, Row, Table
from tallystick.strategy.rules.section import Section

if TYPE_CHECKING:
    from tallystick.strategy.rules.policies.reading import Asking

MOST_COLUMNS = 12
MOST_ROWS = 200

_COLUMN_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


def read(
    root: Section, name: str, title: str, summary: str, asking: Asking, types: Mapping[str, FactType]
) -> Table | None:
    """Read a table; what is wrong is gathered."""
    root.only((*keys.DOCUMENT, *keys.TABLE), required=("gives", "columns", "rows", "otherwise"))
    gives = types[root.choice("gives", types, default="text")]
    columns = _columns(root.section("columns"), asking)
    sections = root.sections("rows")
    if not 0 < len(sections) <= MOST_ROWS:
        root.problem(_("a table has 1 to {limit} rows.").format(limit=MOST_ROWS), "rows")
        sections = sections[:MOST_ROWS]
    rows = [_row(section, columns, gives, asking) for section in sections]
    otherwise = _outcome(root, "otherwise", gives)
    complete = [row for row in rows if row]
    if otherwise is None or len(complete) < len(rows):
        return None
    _check_currencies(sections, columns, complete)
    table = Table(name, title, summary, gives, root.text("unit", default=""), columns, tuple(complete), otherwise)
    for place in cases.never_true(axes(table, asking), table.rows):
        sections[place].problem(_("the rows above leave nothing to this row, so that it can never be true."))
    return table


def axes(table: Table, asking: Asking) -> list[cases.Axis]:
    """Give the pieces that the values of each column fall into."""
    return [
        cases.axis(
            [row.tests[place] for row in table.rows],
            column.type,
            choices=asking.choices(column.of),
            may_be_unknown=asking.may_be_unknown(column.of),
        )
        for place, column in enumerate(table.columns)
    ]


def _columns(section: Section, asking: Asking) -> tuple[Column, ...]:
    if not 0 < len(section.keys()) <= MOST_COLUMNS:
        section.problem(_("a table has 1 to {limit} columns.").format(limit=MOST_COLUMNS))
    columns = []
    for key in section.keys()[:MOST_COLUMNS]:
        if not _COLUMN_ID.fullmatch(key) or key in keys.ROW:
            section.problem(_("“{word}” cannot be the id of a column."), key, word=key)
        found = asking.of(section, key)
        if found is None:
            continue
        of, type_ = found
        if type_ is FactType.DATE:
            section.problem(
                _("a day has no bands; write how long ago it is, such as today - {word}."), key, word=of.text
            )
            continue
        columns.append(Column(key, of, type_))
    return tuple(columns)


def _row(section: Section, columns: tuple[Column, ...], gives: FactType, asking: Asking) -> Row | None:
    section.only((*(column.id for column in columns), *keys.ROW), required=("then",))
    tests: list[Test] = []
    for column in columns:
        if not section.has(column.id):
            tests.append(Whatever())
            continue
        written = section.text(column.id, or_boolean=True)
        try:
            tests.append(bands.read(written, column.type, choices=asking.choices(column.of)))
        except BandMistaken as mistake:
            section.problem(str(mistake), column.id)
    then = _outcome(section, "then", gives)
    if then is None or len(tests) < len(columns):
        return None
    written_ones = tuple(section.text(column.id, default="any", or_boolean=True) for column in columns)
    return Row(written_ones, tuple(tests), then)


def _outcome(section: Section, key: str, gives: FactType) -> Outcome | None:
    written = section.text(key)
    if not written:
        return None
    try:
        if gives is FactType.TEXT:
            bands.check_text(written)
            return written
        return bands.value(written, gives)
    except BandMistaken as mistake:
        section.problem(str(mistake), key)
        return None


def _check_currencies(sections: list[Section], columns: tuple[Column, ...], rows: list[Row]) -> None:
    for place, column in enumerate(columns):
        found: set[str] = set()
        for section, row in zip(sections, rows, strict=True):
            found |= bands.currencies(row.tests[place])
            if len(found) > 1:
                section.problem(_("all bands of a column are of one currency; ask in two columns."), column.id)
                break
