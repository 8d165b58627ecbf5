"""Which cases a decision table has no row for."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE

from tallystick.strategy.rules.policies import cases, reading, reading_tables
from tallystick.strategy.rules.reading import DocumentMistaken


def _table(rows):
    return f"""
kind: table
name: t
title: T
gives: number
columns: {{owed: overdue, stage: stage, held: on_hold}}
rows:
{rows}
otherwise: 0
"""


def _axes(text):
    table = reading.read(text, CATALOGUE)
    return table, reading_tables.axes(table, reading.Asking(CATALOGUE, "table.t"))


def _missing(text):
    table, axes = _axes(text)
    left = cases.missing(axes, table.rows)
    return [[axis.said(bits) for axis, bits in zip(axes, box, strict=True)] for box in left]


def test_cases_that_no_row_is_about_are_said():
    text = _table(
        "  - {owed: below £10, then: 1}\n  - {owed: £10 to £20, held: yes, then: 2}\n"
        "  - {owed: £30 and above, then: 3}\n  - {owed: unknown, stage: unknown, then: 4}\n"
    )

    assert _missing(text) == [
        ["£10.00 to £20.00", "any", "no or unknown"],
        ["£20.00 to £30.00", "any", "any"],
        ["unknown", "“early” or “late” or “legal”", "any"],
    ]


def test_nothing_is_missing_where_every_case_has_a_row():
    assert not _missing(
        _table(
            "  - {held: yes, then: 1}\n  - {held: no, then: 2}\n  - {stage: known, then: 3}\n  - {stage: unknown, then: 4}"
        )
    )


_cells = {
    "owed": ["below £10", "up to £10", "£10 to £20", "over £20", "£20 and above", "£10", "unknown", "known", "any"],
    "stage": ["early", "late, legal", "not early", "unknown", "any"],
    "held": ["yes", "no", "unknown", "known", "any"],
}
_rows = st.lists(st.tuples(*(st.sampled_from(cells) for cells in _cells.values())), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(_rows)
def test_a_row_is_never_true_exactly_when_no_value_reaches_it(rows):
    """Every combination of one value for each piece is tried by hand, row after row."""
    values = {
        "owed": [Decimal(500), Decimal(1_000), Decimal(1_500), Decimal(2_000), Decimal(2_500), None],
        "stage": ["early", "late", "legal", None],
        "held": [True, False, None],
    }

    def passes(cell, value):
        if cell in ("any", "known", "unknown"):
            return cell == "any" or (value is None) == (cell == "unknown")
        if value is None:
            return False
        if isinstance(value, bool):
            return value == (cell == "yes")
        if isinstance(value, str):
            return (value in cell.removeprefix("not ").split(", ")) != cell.startswith("not ")
        return {
            "below £10": value < 1_000,
            "up to £10": value <= 1_000,
            "£10 to £20": 1_000 <= value < 2_000,
            "over £20": value > 2_000,
            "£20 and above": value >= 2_000,
            "£10": value == 1_000,
        }[cell]

    reached = set()
    missing = 0
    for owed in values["owed"]:
        for stage in values["stage"]:
            for held in values["held"]:
                first = next(
                    (n for n, row in enumerate(rows) if all(map(passes, row, (owed, stage, held)))),
                    None,
                )
                reached.add(first)
                missing += first is None
    written = "\n".join(f"  - {{owed: {o}, stage: '{s}', held: {h}, then: 1}}" for o, s, h in rows)
    try:
        table, axes = _axes(_table(written))
    except DocumentMistaken as mistaken:
        dead = {int(problem.path[1]) - 1 for problem in mistaken.problems}
        assert dead == set(range(len(rows))) - reached
    else:
        assert set(range(len(rows))) <= reached
        assert bool(cases.missing(axes, table.rows)) == bool(missing)


def test_what_would_take_for_ever_is_not_said():
    """Boxes that each ask three columns of their own: each leaves three times as many pieces of the whole as there were."""
    whole = (0b11,) * 18
    boxes = [tuple(0b01 if column // 3 == number else 0b11 for column in range(18)) for number in range(6)]

    assert [len(cases.uncovered(whole, boxes[:count])) for count in range(6)] == [1, 3, 9, 27, 81, 243]
    assert cases.uncovered(whole, boxes) is None
