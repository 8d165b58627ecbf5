"""Count what became of the lines of a batch, and note what the book forbids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.intake import queries, rules
from tallystick.intake.models import Batch
from tallystick.kernel import sql


def tally(
    batch: Batch, judged: sql.Rows, *, phase: rules.Phase, bound: str = "", params: Mapping[str, Any] | None = None
) -> None:
    """Add the verdicts on lines of a batch to its totals of a phase. `bound` says which lines, by its `params`; else all.

    The lines are counted first and what was counted is written down, because only what reads alone is shared by workers.
    """
    every: dict[str, Any] = {**judged.params, **(params or {}), "batch": batch.pk, "phase": phase}
    found = sql.rows(queries.line_query("tally", batch.pk, judged=judged.select, bound=bound), every)
    counted = {
        "verdicts": [row["verdict"] for row in found],
        "currencies": [row["currency"] for row in found],
        "lines": [row["lines"] for row in found],
        "values": [row["value_minor"] for row in found],
    }
    sql.execute(queries.line_query("add_totals", batch.pk), {**counted, "batch": batch.pk, "phase": phase})
    if any(row["noted"] for row in found):
        sql.execute(queries.line_query("note_refusals", batch.pk, judged=judged.select), every)
