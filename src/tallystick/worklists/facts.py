"""Words about work that waits that strategies may use."""

from __future__ import annotations

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Source, foremost
from tallystick.worklists.rules import Kind

#: Asked of the work itself: the book keeps how much waits and since when, not the history of a desk.
_WORK = """
(SELECT {what} FROM worklists_work_item AS work WHERE work.account_id = book.account_id AND {which})
"""
_DONE_ON = """
(work.done_at AT TIME ZONE (SELECT client.time_zone FROM accounts_client AS client WHERE client.id = book.client_id))::date
"""


def _work(what: str, which: str) -> str:
    return sql.fill(_WORK, what=what, which=which).strip()


_OVERDUE = _work("count(*)::integer", "work.state = 'open' AND work.due_on < {day}")

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
    Fact(
        "worklists.next_task_on",
        FactType.DATE,
        "day",
        "The day the earliest open task is due; unknown without one.",
        "book.next_task_on",
    ),
    Fact(
        "worklists.next_task_kind",
        FactType.TEXT,
        "word",
        "Kind of the open task that is due first; unknown without one.",
        _work(foremost("work.kind", by="work.due_on, work.id"), "work.state = 'open'"),
        choices=tuple(kind.value for kind in Kind),
    ),
    Fact(
        "worklists.overdue_tasks",
        FactType.NUMBER,
        "tasks",
        "Open tasks whose day has passed.",
        f"CASE WHEN book.next_task_on < {{day}} THEN {_OVERDUE} ELSE 0 END",
    ),
    Fact(
        "worklists.highest_priority",
        FactType.NUMBER,
        "points",
        "Priority of the most urgent open task, from 0 to 100; unknown without one.",
        _work("max(work.priority)", "work.state = 'open'"),
    ),
    Fact(
        "worklists.done_tasks",
        FactType.NUMBER,
        "tasks",
        "Tasks that people did.",
        _work("count(*)::integer", "work.state = 'done'"),
    ),
    Fact(
        "worklists.last_task_outcome",
        FactType.TEXT,
        "word",
        "What came of the task that was done last; unknown before the first.",
        _work(
            "nullif(" + foremost("work.outcome", by="work.done_at DESC, work.id DESC") + ", '')", "work.state = 'done'"
        ),
    ),
    Fact(
        "worklists.days_since_done",
        FactType.NUMBER,
        "days",
        "Days since somebody last did a task; unknown before the first.",
        _work("{day} - max(" + _DONE_ON.strip() + ")", "work.state = 'done'"),
    ),
)
