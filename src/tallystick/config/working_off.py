"""Do the waiting background jobs here and now: for the demo, which lives through months in a minute, and for journeys.

A worker does the same jobs with the same functions; this does them one after the other in the process that asks, so that
a simulated calendar holds for them too.
"""

from __future__ import annotations

import json
from typing import Any

from procrastinate.contrib.django import app

from tallystick.kernel import clock, sql

_BATCH = 500
#: Rounds of jobs that cause jobs, after which something must be going round in a ring.
_MOST_ROUNDS = 1_000


def work_off() -> int:
    """Do all jobs that wait and are due, and those that they cause; give how many were done.

    A job that waits twice with the same arguments is done once, at its last place. A job that fails, fails here.

    :raises RuntimeError: jobs cause each other without end
    """
    done = 0
    for _round in range(_MOST_ROUNDS):
        waiting = _take()
        if not waiting:
            return done
        last: dict[tuple[str, str], dict[str, Any]] = {}
        for job in waiting:
            key = (job["task_name"], json.dumps(job["args"], sort_keys=True))
            last.pop(key, None)
            last[key] = job["args"]
        for (name, _arguments), arguments in last.items():
            app.tasks[name].func(**arguments)
        done += len(waiting)
    raise RuntimeError("background jobs cause each other without end")


def _take() -> list[dict[str, Any]]:
    return sql.rows(
        """
        WITH taken AS (
            DELETE FROM procrastinate_jobs
            WHERE id IN (
                SELECT id FROM procrastinate_jobs
                WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %(now)s)
                ORDER BY id
                LIMIT %(limit)s
            )
            RETURNING id, task_name, args
        )
        SELECT task_name, args FROM taken ORDER BY id
        """,
        {"now": clock.now(), "limit": _BATCH},
    )
