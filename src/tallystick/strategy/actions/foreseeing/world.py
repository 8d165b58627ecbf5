"""A world to imagine days in: copies of what a part of the accounts have, under the names of the tables that a night writes.

PostgreSQL looks for a table among a connection's temporary ones first. So everything that runs at night, the rooms' own actions
included, reads and writes the copies, and nothing has to be written a second time. All is done in read-only transactions, in
which PostgreSQL refuses to write to any table but a temporary one: whatever was not copied cannot be changed. Each day is a
transaction of its own, since the old versions of rows can only be cleared away behind one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction

from tallystick.kernel import sql

#: What an account has, by the column that names the account.
_OF_ACCOUNTS = {
    "accounts_account": "id",
    "accounts_item": "account_id",
    "contact_call": "account_id",
    "contact_message": "account_id",
    "disputes_dispute": "account_id",
    "holds_hold": "account_id",
    "ledger_entry": "account_id",
    "payments_payment": "account_id",
    "promises_promise": "account_id",
    "strategy_book": "account_id",
    "strategy_decision": "account_id",
    "strategy_touched": "account_id",
    "worklists_work_item": "account_id",
}
#: What is the same for all accounts, and changes when a version is published.
_WHOLE = ("strategy_version",)
#: What is only added to.
_EMPTY = (
    "accounts_allocation",
    "procrastinate_jobs",
    "strategy_past",
    "strategy_run",
    "strategy_run_act",
    "strategy_run_chunk",
    "timeline_event",
)
TABLES = (*_OF_ACCOUNTS, *_WHOLE, *_EMPTY)

#: The accounts that the world is made of.
PEOPLED = "strategy_foreseen_account"
#: New rows are numbered from here on, far from the numbers of the rows that were copied.
FIRST_NEW = 10**15
_NUMBERS = "strategy_foreseen_number"
#: What nobody but the world knows: who is going to pay, when, and how much.
PAYING = "strategy_foreseen_paying"
#: Accounts that are counted, with why they need care, and whether something was done about them yet.
COUNTED = "strategy_foreseen_counted"
#: Calls that reached nobody and are made again: the task stands for the last of them only.
AGAIN = "strategy_foreseen_again"
_BESIDE = {
    PAYING: "(account_id bigint PRIMARY KEY, pay_on date NOT NULL, amount_minor bigint)",
    COUNTED: "(account_id bigint PRIMARY KEY, care smallint NOT NULL)",
    AGAIN: "(account_id bigint NOT NULL, day date NOT NULL, kind text NOT NULL, team_id bigint)",
}


@contextmanager
def world(accounts: str, params: Mapping[str, object]) -> Iterator[None]:
    """Have a world for the accounts that a query gives, for as long as it takes. What is done in it stands within `untouched`."""
    path = str(sql.value("SHOW search_path"))
    with transaction.atomic():
        # A statement that a session has prepared is read again when the path has changed, and finds the copies.
        sql.execute("SET search_path TO pg_temp, public")
        sql.execute(f"CREATE TEMP SEQUENCE {_NUMBERS} START {FIRST_NEW}")
        sql.execute(f"CREATE TEMP TABLE {PEOPLED} (account_id bigint PRIMARY KEY)")
        sql.execute(f"INSERT INTO {PEOPLED} {accounts}", params)
        for table in TABLES:
            _copy(table)
        for table, columns in _BESIDE.items():
            sql.execute(f"CREATE TEMP TABLE {table} {columns}")
    try:
        yield
    finally:
        # Whoever takes a transaction back, or loses the server, takes the copies with it.
        if sql.is_connected() and not connection.needs_rollback:
            _leave(path)


@contextmanager
def untouched() -> Iterator[None]:
    """Have a transaction in which PostgreSQL refuses to write to any table but a temporary one."""
    with transaction.atomic():
        sql.execute("SET TRANSACTION READ ONLY")
        yield


def _leave(path: str) -> None:
    with transaction.atomic():
        for table in (*TABLES, *_BESIDE, PEOPLED):
            sql.execute(f"DROP TABLE pg_temp.{table}")
        sql.execute(f"DROP SEQUENCE pg_temp.{_NUMBERS}")
        sql.execute("SELECT set_config('search_path', %s, false)", [path])


def _copy(table: str) -> None:
    """Copy a table with its indexes, and what the accounts have in it; numbers of new rows are drawn from the world's own."""
    sql.execute(
        f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES"
        " INCLUDING GENERATED)"
    )
    columns = sql.rows(
        """
        SELECT attname AS name, attidentity <> '' OR coalesce(pg_get_expr(adbin, adrelid), '') LIKE 'nextval(%%' AS numbered
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        ORDER BY attnum
        """,
        {"table": f"public.{table}"},
    )
    for column in columns:
        if column["numbered"]:
            sql.execute(
                f"ALTER TABLE pg_temp.{table} ALTER COLUMN {column['name']} SET DEFAULT nextval('pg_temp.{_NUMBERS}')"
            )
    if table in _EMPTY:
        return
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    within = f"WHERE {_OF_ACCOUNTS[table]} IN (SELECT account_id FROM {PEOPLED})" if table in _OF_ACCOUNTS else ""  # noqa: S608
    sql.execute(f"INSERT INTO pg_temp.{table} ({names}) SELECT {names} FROM public.{table} {within}")  # noqa: S608
    sql.execute(f"ANALYZE pg_temp.{table}")


def tidy() -> None:
    """Clear away old versions of rows, and have PostgreSQL count what the tables hold: nothing else does so for temporary ones.

    Within a transaction of somebody else nothing can be cleared away.
    """
    doing = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    sql.execute(f"{doing} {', '.join(f'pg_temp.{table}' for table in TABLES)}")
