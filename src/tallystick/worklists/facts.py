"""Words about work that waits that strategies may use."""

from __future__ import annotations

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Source, foremost
from tallystick.worklists import rules
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
    Source(
        name="limits",
        sql="""
        SELECT account_id, min(limit_on) AS tasks_limit_on,
               array_agg(mark ORDER BY mark) FILTER (WHERE limit_on <= %(day)s) AS tasks_overrun,
               min(limit_on) FILTER (WHERE limit_on > %(day)s) AS tasks_stale_on
        FROM worklists_work_item
        WHERE state = 'open' AND limit_on IS NOT NULL AND overran_at IS NULL AND {scope}
        GROUP BY account_id
        """,
        columns=(
            Column("tasks_limit_on", "date"),
            Column("tasks_overrun", "text[]"),
            Column("tasks_stale_on", "date"),
        ),
    ),
    Source(
        name="awaited",
        sql="""
        SELECT DISTINCT ON (account_id) account_id, mark AS awaited_mark, asked_on AS awaited_on,
               CASE state WHEN 'done' THEN coalesce(nullif(outcome, ''), 'done')
                          WHEN 'cancelled' THEN 'cancelled' END AS awaited_result
        FROM worklists_work_item
        WHERE is_awaited AND {scope}
        ORDER BY account_id, id DESC
        """,
        columns=(Column("awaited_mark", "text"), Column("awaited_on", "date"), Column("awaited_result", "text")),
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
        "worklists.limit_on",
        FactType.DATE,
        "day",
        "The day on which the most urgent open task with a time limit is too late; unknown without one, and once that was said.",
        "book.tasks_limit_on",
    ),
    Fact(
        "worklists.overrun_tasks",
        FactType.NUMBER,
        "tasks",
        "Open tasks whose time limit has come, until the strategy has gone on without them.",
        "coalesce(cardinality(book.tasks_overrun), 0)",
    ),
    Fact(
        "worklists.result",
        FactType.TEXT,
        "word",
        "What came of the task that the strategy waited for last; unknown while it is open.",
        "book.awaited_result",
        choices=tuple(rules.RESULTS),
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
