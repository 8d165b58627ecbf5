"""Append to the timeline, and tell whoever listens. Nothing else writes here.

An event is told within what it tells of: where it fails all of that fails, and no savepoint of its own is needed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.timeline import events, queries, rules

#: Called in the transaction of the event, with its kind, the accounts, the event ids and the instant.
Listener = Callable[[str, Sequence[int], Sequence[int], datetime], None]

_listeners: dict[str, list[Listener]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class InBulk:
    """The twin of a listener for events that stand in the database: their ids need not travel to us and back.

    `statement` writes what follows from the rows of `appended` (kind, account_id, id), in one go with appending them; `then` is
    called once for all, with the instant.
    """

    statement: str
    then: Callable[[datetime], None]


_in_bulk: dict[tuple[str, Listener], InBulk] = {}


def listen(kind: str, listener: Listener, *, in_bulk: InBulk | None = None) -> None:
    """Have a function called whenever events of a kind are appended. Only `config.wiring` does this, at start-up."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)
    if in_bulk is not None:
        _in_bulk[kind, listener] = in_bulk


@transaction.atomic(savepoint=False)
def append(event: Any, *, happened_on: date | None = None, at: datetime, by: Actor) -> int:
    """Append one event, a frozen dataclass with an `account_id`, and give its id.

    `happened_on` is the day it is true of, in the creditor's time zone; the UTC day of `at` where it is not given.
    """
    ids = append_bulk(
        kind=rules.kind_of(event),
        account_ids=[event.account_id],
        data=[rules.data_of(event)],
        happened_on=happened_on or at.date(),
        at=at,
        by=by,
    )
    return ids[0]


_APPEND = """
INSERT INTO timeline_event (account_id, data, recorded_at, happened_on, kind, actor, user_id)
SELECT account_id, data, %(at)s, happened_on, %(kind)s, %(actor)s, %(user_id)s
FROM {told}
ORDER BY position
RETURNING id
"""
#: Data travels as one JSON array: as an array of texts every quotation mark would be escaped twice.
_EACH = """
ROWS FROM (
    unnest(%(account_ids)s::bigint[]), unnest(%(happened_on)s::date[]), jsonb_array_elements(%(data)s::jsonb)
) WITH ORDINALITY AS told(account_id, happened_on, data, position)
"""
_ALIKE = """
unnest(%(account_ids)s::bigint[], %(happened_on)s::date[]) WITH ORDINALITY AS told(account_id, happened_on, position)
CROSS JOIN (SELECT %(data)s::jsonb AS data) AS common
"""


@transaction.atomic(savepoint=False)
def append_bulk(
    *,
    kind: str,
    account_ids: Sequence[int],
    data: Sequence[dict[str, Any]] | dict[str, Any],
    happened_on: Sequence[date] | date,
    at: datetime,
    by: Actor,
) -> list[int]:
    """Append one event of a kind to each account, with data and a day of its own or the same for all; give their ids in order."""
    if not account_ids:
        return []
    if not isinstance(data, dict) and len(data) != len(account_ids):
        raise ValueError("every account is told data of its own, or all the same")
    days = [happened_on] * len(account_ids) if isinstance(happened_on, date) else list(happened_on)
    with sql.cursor() as cursor:
        cursor.execute(
            sql.fill(_APPEND, told=_ALIKE if isinstance(data, dict) else _EACH),
            {
                "account_ids": list(account_ids),
                "data": json.dumps(data if isinstance(data, dict) else list(data)),
                "at": at,
                "happened_on": days,
                "kind": kind,
                "actor": by.label,
                "user_id": by.user_id,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    for listener in _listeners.get(kind, ()):
        listener(kind, account_ids, ids, at)
    return ids


_APPEND_ROWS = """
INSERT INTO timeline_event (account_id, data, recorded_at, happened_on, kind, actor, user_id)
SELECT account_id, data, %(at)s, happened_on, {kind}, %(actor)s, %(user_id)s
FROM {rows} AS told
{returning}
"""

_APPEND_AND_TELL = """
WITH appended AS ({appended}), heard AS ({heard})
SELECT count(*) FROM appended
"""


def _heard_in_bulk(kinds: Collection[str]) -> InBulk | None:
    """Give how some kinds are heard in bulk: where each has one listener, and all of them the same twin."""
    heard = [_listeners.get(kind, []) for kind in kinds]
    if any(len(listeners) != 1 for listeners in heard):
        return None
    twins = {_in_bulk.get((kind, listener)) for kind, [listener] in zip(kinds, heard, strict=True)}
    return twins.pop() if len(twins) == 1 else None


@transaction.atomic(savepoint=False)
def append_rows(rows: sql.Rows, *, kind: str | Collection[str], at: datetime, by: Actor) -> int:
    """Append events that stand in the database as rows (account_id, data jsonb, happened_on), in their order; give their number.

    The bulk twin of `append`. They are of one kind, or each of the kind that a column `kind` names, one of those given. Whoever
    listens to a kind is told of all its events at once.
    """
    kinds = [kind] if isinstance(kind, str) else list(kind)
    is_heard = any(_listeners.get(each) for each in kinds)
    query = sql.fill(
        _APPEND_ROWS,
        kind="%(kind)s" if isinstance(kind, str) else "told.kind",
        returning="RETURNING kind, account_id, id" if is_heard else "",
    )
    common = {"at": at, "actor": by.label, "user_id": by.user_id, **({"kind": kind} if isinstance(kind, str) else {})}
    if (heard := _heard_in_bulk(kinds)) is not None:
        query, params = rows.into(sql.fill(_APPEND_AND_TELL, appended=query, heard=heard.statement), common)
        appended_in_bulk = int(sql.value(query, params) or 0)
        if appended_in_bulk:
            heard.then(at)
        return appended_in_bulk
    query, params = rows.into(query, common)
    if not is_heard:
        return sql.execute(query, params)
    # Only who has no other way to hear is sent a million ids.
    with sql.cursor() as cursor:
        cursor.execute(query, params)
        appended = cursor.fetchall()
    by_kind: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for of_kind, account_id, event_id in appended:
        accounts, ids = by_kind[of_kind]
        accounts.append(account_id)
        ids.append(event_id)
    for of_kind, (accounts, ids) in by_kind.items():
        for listener in _listeners.get(of_kind, ()):
            listener(of_kind, accounts, ids, at)
    return len(appended)


@transaction.atomic(savepoint=False)
def append_all(told: Sequence[tuple[Any, date]], *, at: datetime, by: Actor) -> None:
    """Append events, each with the day it is true of: one statement a kind, kinds in the order they first appear."""
    by_kind: dict[str, list[tuple[Any, date]]] = defaultdict(list)
    for event, day in told:
        by_kind[rules.kind_of(event)].append((event, day))
    for kind, of_kind in by_kind.items():
        append_bulk(
            kind=kind,
            account_ids=[event.account_id for event, _day in of_kind],
            data=[rules.data_of(event) for event, _day in of_kind],
            happened_on=[day for _event, day in of_kind],
            at=at,
            by=by,
        )


@transaction.atomic
def add_note(*, account_id: int, text: str, happened_on: date, at: datetime, by: Actor) -> int:
    """Add a note to an account and give the id of its event.

    :raises NoteEmpty: a note says something
    """
    by.must_be_allowed_to("log calls")
    if not text.strip():
        raise rules.NoteEmpty()
    return append(events.NoteAdded(account_id, text.strip()), happened_on=happened_on, at=at, by=by)


@transaction.atomic(savepoint=False)
def add_notes(chosen: Chosen, *, text: str, happened_on: date, at: datetime, by: Actor) -> Outcome:
    """Add the same note to every chosen account, with what caused it."""
    notes = sql.Rows(
        """
        SELECT account_id, happened_on, jsonb_build_object('text', %(text)s::text, %(cause_kind)s::text, cause_id) AS data
        FROM unnest(%(account_ids)s::bigint[], %(cause_ids)s::bigint[]) AS chosen(account_id, cause_id),
             CAST(%(happened_on)s AS date) AS happened_on
        """,
        {
            "text": text,
            "cause_kind": chosen.cause_kind,
            "account_ids": list(chosen.account_ids),
            "cause_ids": list(chosen.cause_ids),
            "happened_on": happened_on,
        },
    )
    return Outcome(done=append_rows(notes, kind="timeline.NoteAdded", at=at, by=by))


@transaction.atomic
def seal_events(*, limit: int = 100_000, at: datetime) -> int:
    """Seal events that no seal covers yet, at most `limit` of them, and give how many they were.

    A seal is a link of the hash chain. Events whose transaction commits late, under lower ids than are sealed, get a
    later seal; after a day their ids are sealed for good, and an event that appears there is a breach. Where somebody
    else is sealing, nothing is done.
    """
    if not sql.value(sql.load("tallystick.timeline", "seals.sql", "try_lock")):
        return 0
    sealed = sql.value(queries.seal_query("seal"), {"limit": limit, "at": at})
    return int(sealed or 0)
