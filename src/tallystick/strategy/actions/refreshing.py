"""Keep the facts of the book equal to what the rooms' own tables say.

There is one query for facts, with a reach: one account, a set, a range. A row is locked before the facts are computed that are
written to it, so that whoever writes last has also looked last; `locking` says in which order. A new account enters its strategy
in the statement that first writes its facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.hands import share
from tallystick.strategy.actions import locking
from tallystick.strategy.models import Rebuild
from tallystick.strategy.queries import book, catalogue, past, runs, versions
from tallystick.strategy.queries.book import BOOK, Reach

#: More rows of a range than these are written by asking every table for the whole range, fewer by asking for each of them.
_MANY = book.LEAF // 10


@transaction.atomic
def refresh(account_ids: Sequence[int], *, day: date, table: str = BOOK, keeps_past: bool = True) -> int:
    """Bring the facts of some accounts up to date for a day; give how many rows changed or are new.

    Where all of them are known to stand in one leaf, `table` names it. Of a copy of a leaf no past is kept.
    """
    wanted = sorted(set(account_ids))
    if not wanted:
        return 0
    if len(wanted) == 1:
        with _joins_as_written():
            return _refresh(book.one(wanted[0]), table, expected=1, day=day, keeps_past=keeps_past)
    return _refresh(book.several(wanted), table, expected=len(wanted), day=day, keeps_past=keeps_past)


def refresh_range(above: int, upto: int, *, day: date) -> int:
    """Bring the facts of the accounts of a range of ids up to date for a day; give how many rows changed or are new.

    Most rows of a book are right: they are looked at without being locked, and only those that are not are refreshed. New rows
    are one transaction, those that change another.
    """
    reach = book.between(above, upto)
    params = {**reach.params, "day": day}
    if sql.value(book.none(reach), params):
        return _bring_in(reach, BOOK, day)
    unlike: dict[bool, list[int]] = {True: [], False: []}
    for row in sql.rows(book.differing(reach), params):
        unlike[row["is_missing"]].append(row["account_id"])
    missing, differing = unlike[True], unlike[False]
    written = _bring_in(reach, BOOK, day) if len(missing) > _MANY else refresh(missing, day=day)
    if len(differing) > _MANY:
        return written + _change(reach, BOOK, day=day, keeps_past=True)
    return written + refresh(differing, day=day)


def rebuild(*, day: date, hands: int = 1) -> int:
    """Bring all facts up to date for a day, range by range, each in a transaction; give how many rows changed or are new.

    Above a tenth of all accounts touched this is faster than refreshing the touched ones. Several `hands` share the ranges.
    """
    changed = sum(share(book.ranges(), lambda each: refresh_range(*each, day=day), hands=hands))
    Rebuild.objects.create(facts=catalogue.fingerprint(), day=day, changed=changed)
    return changed


def renew_facts(*, day: date, by: Actor) -> int:
    """Rebuild a book that was computed by other facts than this program's, as after an upgrade; give how many rows changed.

    Facts never go back behind the day of the last run.
    """
    by.must_be_allowed_to("run strategies")
    return 0 if book.is_of_these_facts() else rebuild(day=max(day, runs.last_day() or day))


def begin_book(*, day: date) -> None:
    """Keep that an empty book is of the facts of this program: whoever comes into it is computed by them."""
    last = Rebuild.objects.order_by("-pk").first()
    if book.is_empty() and (last is None or last.facts != catalogue.fingerprint()):
        Rebuild.objects.create(facts=catalogue.fingerprint(), day=day, changed=0)


@contextmanager
def _joins_as_written() -> Iterator[None]:
    """Have the planner take joins as written: for one account, a better order costs more to find than it saves."""
    sql.execute("SET LOCAL join_collapse_limit = 1")
    yield
    sql.execute("SET LOCAL join_collapse_limit TO DEFAULT")


def _refresh(reach: Reach, table: str, *, expected: int, day: date, keeps_past: bool = True) -> int:
    if locking.share_leaves(reach, table, expected=expected) == expected:
        return _write(reach, table, day=day, keeps_past=keeps_past)
    inserted = _bring_in(reach, table, day)
    if inserted == expected:
        return inserted
    # Whoever else has written a row meanwhile may have looked before what is known now.
    return inserted + _change(reach, table, day=day, keeps_past=keeps_past)


@transaction.atomic
def _change(reach: Reach, table: str, *, day: date, keeps_past: bool) -> int:
    """Bring the rows of the accounts reached up to date that the book has."""
    locking.share_leaves(reach, table)
    return _write(reach, table, day=day, keeps_past=keeps_past)


def _write(reach: Reach, table: str, *, day: date, keeps_past: bool) -> int:
    _lock(reach, table)
    return sql.execute(_update(reach, table, keeps_past=keeps_past), {**reach.params, "day": day})


def _lock(reach: Reach, table: str) -> None:
    rows = f"SELECT FROM {table} AS book WHERE {reach.on('book.account_id')} ORDER BY account_id FOR UPDATE"
    sql.execute(f"SELECT count(*) FROM ({rows}) AS locked", reach.params)  # noqa: S608


def _update(reach: Reach, table: str, *, keeps_past: bool) -> str:
    names = [column.name for column in catalogue.columns()]
    assigned = ", ".join([*(f"{name} = fresh.{name}" for name in names), *map(_stood_still, past.CLOCKS)])
    stored, fresh = (", ".join(f"{row}.{name}" for name in names) for row in ("book", "fresh"))
    keeping = "INSERT INTO strategy_past (account_id, day, was)" if keeps_past else ""
    return f"""
        WITH changed AS (
            UPDATE {table} AS book SET {assigned}
            FROM ({book.facts_of(reach)}) AS fresh, {table} AS old
            WHERE book.account_id = fresh.account_id AND {reach.on("book.account_id")}
              AND old.account_id = fresh.account_id AND {reach.on("old.account_id")}
              AND ({stored}) IS DISTINCT FROM ({fresh})
            RETURNING book.account_id, {past.difference("old", "book")} AS was
        )
        {keeping} SELECT account_id, %(day)s, was FROM changed
    """  # noqa: S608


def _stood_still(clock: str) -> str:
    """Write that a day moves on by the days on which the account was paused since it was last looked at."""
    return f"{clock} = book.{clock} + (fresh.holds_paused_days - book.holds_paused_days)"


def _bring_in(reach: Reach, table: str, day: date) -> int:
    """Bring the accounts reached into the book that it does not have; give how many they were."""
    locking.open_leaves(reach)
    return sql.execute(_insert(reach, table, day), {**reach.params, "day": day})


def _insert(reach: Reach, table: str, day: date) -> str:
    names = ", ".join(column.name for column in catalogue.columns())
    fresh = ", ".join(f"fresh.{column.name}" for column in catalogue.columns())
    return f"""
        INSERT INTO strategy_book (account_id, {names}, version_id, place, next_review_on, state_entered_on)
        SELECT fresh.account_id, {fresh}, start.version_id, start.place, start.review_on,
               CASE WHEN start.version_id IS NOT NULL THEN %(day)s::date END
        FROM ({book.facts_of(reach)}) AS fresh
        LEFT JOIN LATERAL ({_start(day, "fresh")}) AS start ON true
        WHERE NOT EXISTS (
            SELECT FROM {table} AS book WHERE book.account_id = fresh.account_id AND {reach.on("book.account_id")}
        )
        ORDER BY fresh.account_id
        ON CONFLICT (account_id) DO NOTHING
    """  # noqa: S608


def _start(day: date, row: str) -> str:
    """Write the query that gives where an account begins: no row for a closed one, a house account, or one without a strategy."""
    enrolments = versions.enrolments(day=day)
    if not enrolments:
        return "SELECT NULL::integer AS version_id, NULL::smallint AS place, NULL::date AS review_on WHERE false"
    values = ", ".join(
        f"({place}, {_written(each.client_id)}, {_written(each.portfolio_id)}, {each.version_id}, {each.place}, "
        f"{'NULL' if each.review_on is None else repr(each.review_on.isoformat())}::date)"
        for place, each in enumerate(enrolments)
    )
    return f"""
        SELECT begins.version_id, begins.place, begins.review_on
        FROM (VALUES {values}) AS begins(rank, client_id, portfolio_id, version_id, place, review_on)
        WHERE {row}.is_open AND NOT {row}.is_house
          AND (begins.portfolio_id = {row}.portfolio_id
               OR begins.portfolio_id IS NULL AND (begins.client_id = {row}.client_id OR begins.client_id IS NULL))
        ORDER BY begins.rank
        LIMIT 1
    """  # noqa: S608


def _written(number: int | None) -> str:
    return "NULL::integer" if number is None else str(number)


@transaction.atomic
def enrol(leaf: str, *, day: date) -> int:
    """Put the accounts of a leaf that have no strategy, but should, at the beginning of theirs; give how many they were."""
    past.name_day(day)
    return sql.execute(
        f"""
        UPDATE {leaf} AS book
        SET (version_id, place, next_review_on) = ({_start(day, "book")}), state_entered_on = %(day)s
        WHERE version_id IS NULL AND EXISTS ({_start(day, "book")})
        """,  # noqa: S608
        {"day": day},
    )


@transaction.atomic
def leave_strategies(leaf: str, *, day: date) -> int:
    """Have the accounts of a leaf that another strategy treats now, or none, leave theirs; give how many they were."""
    past.name_day(day)
    starts = f"SELECT start.version_id FROM ({_start(day, 'book')}) AS start"  # noqa: S608
    same = """
        SELECT paper_id FROM strategy_version WHERE id = {version}
    """
    return sql.execute(
        f"""
        UPDATE {leaf} AS book
        SET version_id = NULL, place = NULL, next_review_on = NULL, state_entered_on = NULL, effect = NULL, prior_place = NULL
        WHERE version_id IS NOT NULL AND book.is_open
          AND ({same.format(version="book.version_id")}) IS DISTINCT FROM ({same.format(version=f"({starts})")})
        """  # noqa: S608
    )
