"""The month partitions of whatever table has them, made ahead of time, so that no row has to lie in the default partition."""

from __future__ import annotations

import time
from datetime import date, timedelta

from django.db import DatabaseError, transaction
from psycopg.errors import LockNotAvailable

from tallystick.kernel import sql

#: How far ahead the months are kept open.
AHEAD = timedelta(days=92)
#: Seconds to let others go on who read what has to be locked for a moment, and how often.
_PAUSE = 0.2
_MOST_TRIES = 60

_MISSING = """
SELECT parent.oid::regclass::text AS parent, month::date AS month
FROM pg_partitioned_table AS parted
JOIN pg_class AS parent ON parent.oid = parted.partrelid
CROSS JOIN generate_series(date_trunc('month', %(first)s::timestamp), %(last)s::timestamp, '1 month') AS month
WHERE parted.partstrat = 'r' AND parted.partdefid <> 0 AND parent.relnamespace = current_schema()::regnamespace
  AND to_regclass(quote_ident(parent.relname || '_' || to_char(month, 'YYYYMM'))) IS NULL
ORDER BY parent.relname, month
"""


def open_months(*, first: date, last: date) -> int:
    """Make the month partitions between two days, both included, of every table that has months; give how many were new.

    Each is made in a transaction of its own that holds nothing else, and that lets go and tries again where somebody is in the
    way: making one waits for whoever reads the default partition, and has everybody else wait. Rows that lie in the default
    partition already move over.

    :raises RuntimeError: a month is missing, and a transaction is open
    """
    missing = sql.rows(_MISSING, {"first": first, "last": last})
    return sum(_open_patiently(**each) for each in missing)


def _open_patiently(parent: str, month: date) -> bool:
    for attempt in range(1, _MOST_TRIES + 1):
        try:
            return _open(parent, month)
        except DatabaseError as error:
            if attempt == _MOST_TRIES or not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(_PAUSE)
    return False


@transaction.atomic(durable=True)
def _open(parent: str, month: date) -> bool:
    return bool(sql.value("SELECT kernel_open_month(%s::regclass, %s)", [parent, month]))
