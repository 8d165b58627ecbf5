"""Words about work that waits that strategies may use."""

from __future__ import annotations

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Source

SOURCES = (
    Source(
        name="work",
        sql=sql.fill(
            """
        SELECT account_id, (count(*) FILTER (WHERE state = 'open'))::integer AS open_tasks,
               min(due_on) FILTER (WHERE state = 'open') AS next_task_on,
               array_agg(done_on ORDER BY done_on) FILTER (WHERE done_on > %(day)s::date - {kept}) AS tasks_done_days
        FROM (
            SELECT item.account_id, item.state, item.due_on,
                   CASE WHEN item.state = 'done' THEN (item.done_at AT TIME ZONE client.time_zone)::date END AS done_on
            FROM worklists_work_item AS item
            JOIN accounts_client AS client ON client.id = item.client_id
            WHERE item.state IN ('open', 'done')
        ) AS item
        WHERE {scope}
        GROUP BY account_id
        """,
            kept=str(KEPT_DAYS),
        ),
        columns=(
            Column("open_tasks", "integer", "0"),
            Column("next_task_on", "date"),
            Column("tasks_done_days", "date[]"),
        ),
    ),
)

HISTORIES = (
    History(
        "worklists.tasks_done",
        "tasks done",
        "Tasks that a person did, by the day they were done.",
        ("tasks_done_days",),
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
