"""Answer what happened: bring the account's facts up to date, give the strategy's answer, then whatever is due by time.

Whoever changes the record appends an event; for each, a row waits here in the same transaction. Answering takes rows away in
the transaction that acts on them, so that every event is answered exactly once, whatever dies in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import ordering, refreshing, running, telling, weighing
from tallystick.strategy.actions.deciding import Asking, Decided, decide
from tallystick.strategy.queries import versions
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.rules.statement import Statement

#: Events taken in one transaction.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of an account that waits to be answered."""

    account_id: int
    event_id: int
    kind: str


def touch(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
    """Have events answered soon. It listens to the timeline, and so is part of the transaction of the events."""
    sql.execute(
        """
        INSERT INTO strategy_touched (account_id, event_id, kind)
        SELECT account_id, event_id, %(kind)s
        FROM unnest(%(account_ids)s::bigint[], %(event_ids)s::bigint[]) AS touched(account_id, event_id)
        """,
        {"kind": kind, "account_ids": list(account_ids), "event_ids": list(event_ids)},
    )


#: The same for events in bulk: what `timeline.actions.InBulk` takes.
TOUCH_IN_BULK = """
INSERT INTO strategy_touched (account_id, event_id, kind) SELECT account_id, id, kind FROM appended
"""


def is_waiting() -> bool:
    """Test if an event waits to be answered."""
    return bool(sql.value("SELECT EXISTS (SELECT FROM strategy_touched)"))


def touch_siblings(kind: str, account_ids: Sequence[int], event_ids: Sequence[int]) -> None:
    """Have events about a debtor answered for the debtor's other accounts too: what changed is true of all of them."""
    sql.execute(
        """
        INSERT INTO strategy_touched (account_id, event_id, kind)
        SELECT sibling.id, touched.event_id, %(kind)s
        FROM unnest(%(account_ids)s::bigint[], %(event_ids)s::bigint[]) AS touched(account_id, event_id)
        JOIN accounts_account AS account ON account.id = touched.account_id
        JOIN accounts_account AS sibling ON sibling.party_id = account.party_id AND sibling.id <> account.id
        """,
        {"kind": kind, "account_ids": list(account_ids), "event_ids": list(event_ids)},
    )


def answer_events(*, limit: int = BATCH, to_the_last: bool = False, at: datetime, by: Actor) -> int:
    """Answer all events that wait, some at a time, each some in a transaction; give how many they were.

    What others are answering is left to them, unless all has to be answered `to_the_last`, as before a run: then they are
    waited for, and what one of them leaves behind is answered too.
    """
    answered = 0
    while (taken := answer_some(limit=limit, at=at, by=by)) or (to_the_last and _others_left_something()):
        answered += taken
    return answered


def _others_left_something() -> bool:
    """Wait for whoever is answering the first event that waits, and test if it still waits, or another."""
    return sql.value("SELECT id FROM strategy_touched ORDER BY id LIMIT 1 FOR UPDATE") is not None


#: Takes away the first events that wait, and with them whatever else waits of their accounts: what waits together is answered
#: together, however many are taken at a time. Of an account of which another worker is answering an earlier event nothing is
#: taken; that worker comes back for it. Where clients live in several days, the first event's is taken: a transaction locks rows
#: of the book once.
_TAKE = """
WITH first AS (
    SELECT id, account_id FROM strategy_touched ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), rest AS (
    SELECT id, account_id FROM strategy_touched
    WHERE id > (SELECT max(id) FROM first) AND account_id IN (SELECT account_id FROM first)
    FOR UPDATE SKIP LOCKED
), held AS (
    SELECT account_id, min(id) AS id FROM strategy_touched
    WHERE id < (SELECT max(id) FROM first) AND id NOT IN (SELECT id FROM first)
    GROUP BY account_id
), taken AS (
    SELECT each.id, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS day
    FROM (SELECT * FROM first UNION ALL SELECT * FROM rest) AS each
    JOIN accounts_account AS account ON account.id = each.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    WHERE NOT EXISTS (SELECT FROM held WHERE held.account_id = each.account_id AND held.id < each.id)
), gone AS (
    DELETE FROM strategy_touched AS touched USING taken
    WHERE touched.id = taken.id AND taken.day = (SELECT day FROM taken ORDER BY id LIMIT 1)
    RETURNING touched.id, account_id, event_id, kind, day
)
SELECT account_id, event_id, kind, day FROM gone ORDER BY id
"""


@transaction.atomic
def answer_some(*, limit: int = BATCH, at: datetime, by: Actor) -> int:
    """Answer some of the events that wait and that nobody else is answering; give how many they were.

    An account's events are answered in their order. Taken are `limit`, and what else waits of the same accounts.
    """
    by.must_be_allowed_to("run strategies")
    taken = sql.rows(_TAKE, {"limit": limit, "at": at})
    if taken:
        happened = [Happened(row["account_id"], row["event_id"], row["kind"]) for row in taken]
        answer(happened, day=taken[0]["day"], at=at, by=by)
    return len(taken)


_TAKE_OF_ACCOUNT = """
WITH gone AS (
    DELETE FROM strategy_touched WHERE id IN (
        SELECT id FROM strategy_touched WHERE account_id = %(account_id)s ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING id, account_id, event_id, kind
)
SELECT account_id, event_id, kind FROM gone ORDER BY id
"""


@transaction.atomic
def answer_account(*, account_id: int, day: date, at: datetime, by: Actor) -> list[Decided]:
    """Answer what waits of one account within a transaction that goes on with it, and give the decisions.

    Its row of the book is locked even where nothing waits. Who goes on calls this before locking anything of the account, as
    whoever answers events does: so neither waits for the other for ever.
    """
    by.must_be_allowed_to("run strategies")
    taken = sql.rows(_TAKE_OF_ACCOUNT, {"account_id": account_id})
    if not taken:
        refreshing.refresh([account_id], day=day)
        return []
    return answer([Happened(**row) for row in taken], day=day, at=at, by=by)


@transaction.atomic
def answer(happened: Sequence[Happened], *, day: date, at: datetime, by: Actor) -> list[Decided]:
    """Answer events, given in their order, and give the decisions.

    For each account: its facts; the answer to each event in turn; the transition that is due; the step that is due; the place of
    its work in worklists. Facts are those of now: an event that waited is answered by what else has become known since.
    """
    refreshing.refresh([each.account_id for each in happened], day=day)
    statement = versions.statement(day=day)
    decisions = decide_answers(happened, statement, at=at)
    ordering.give(decisions, statement, at=at, by=by)
    telling.tell(decisions, statement, at=at, by=by)
    weighing.weigh([each.account_id for each in happened], day=day, by=by)
    return decisions


def decide_answers(happened: Sequence[Happened], statement: Statement, *, at: datetime) -> list[Decided]:
    """Decide what comes of events, given in their order, and give the decisions. Orders are not given yet."""
    decisions = _answers(happened, statement, at=at)
    last = {each.account_id: each.event_id for each in happened}
    asking = Asking(BOOK, list(last), list(last.values()))
    decisions += decide(statement.leaves, statement, asking, at=at)
    due = decide(statement.steps, statement, Asking(BOOK, list(last)), at=at)
    return decisions + due + running.go_on(due, statement, Asking(BOOK), at=at)


def _answers(happened: Sequence[Happened], statement: Statement, *, at: datetime) -> list[Decided]:
    """Give the answers to events, an account's first event before its second."""
    rounds: list[list[Happened]] = []
    seen: dict[int, int] = defaultdict(int)
    for each in happened:
        if each.kind not in statement.events:
            continue
        if seen[each.account_id] == len(rounds):
            rounds.append([])
        rounds[seen[each.account_id]].append(each)
        seen[each.account_id] += 1
    decisions = []
    for those in rounds:
        for kind in dict.fromkeys(each.kind for each in those):
            alike = [each for each in those if each.kind == kind]
            asking = Asking(BOOK, [each.account_id for each in alike], [each.event_id for each in alike])
            decisions += decide(statement.answers(kind), statement, asking, at=at)
    return decisions
