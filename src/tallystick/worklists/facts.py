"""Words about work that waits that strategies may use."""

from __future__ import annotations

from tallystick.kernel.facts import Column, Fact, FactType, Source

SOURCES = (
    Source(
        name="work",
        sql="""
        SELECT account_id, count(*)::integer AS open_tasks, min(due_on) AS next_task_on
        FROM worklists_work_item
        WHERE state = 'open' AND {scope}
        GROUP BY account_id
        """,
        columns=(Column("open_tasks", "integer", "0"), Column("next_task_on", "date")),
    ),
)

FACTS = (
    Fact("worklists.open_tasks", FactType.NUMBER, "tasks", "Tasks that wait for a person.", "book.open_tasks"),
    Fact(
        "worklists.days_waiting",
        FactType.NUMBER,
        "days",
        "Days since the earliest open task fell due; negative before it does, unknown without one.",
        "{day} - book.next_task_on",
    ),
)
