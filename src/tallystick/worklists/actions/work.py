"""Give work to people, take the next of it, end it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.access import queries as access_queries
from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.timeline import actions as timeline
from tallystick.worklists import events, queries, rules
from tallystick.worklists.actions.telling import tell
from tallystick.worklists.models import Claim, WorkItem

#: How often another account is looked for when somebody else was faster.
_TRIES = 8


def _query(name: str) -> str:
    return sql.load("tallystick.worklists", "worklists.sql", name)


@transaction.atomic
def open_task(
    *,
    account_id: int,
    kind: rules.Kind,
    title: str,
    due_on: date,
    due_at: datetime | None = None,
    priority: int = rules.ORDINARY,
    team_id: int | None = None,
    assignee_id: int | None = None,
    note: str = "",
    at: datetime,
    by: Actor,
) -> WorkItem:
    """Ask a person or a team to do something about an account; the client's team where nobody is named.

    :raises AccountIsClosed: nothing is left to do about the account
    :raises PriorityOutOfRange: see `rules.check_priority`
    """
    by.must_be_allowed_to("work accounts")
    account = account_queries.lock_account(account_id, scope=by.scope)
    account_rules.refuse_if_closed(account.state, account.reference)
    rules.check_priority(priority)
    work = WorkItem.objects.create(
        account_id=account_id,
        client_id=account.client_id,
        team_id=team_id or account.client.team_id,
        assignee_id=assignee_id,
        kind=kind,
        title=title,
        note=note,
        due_on=due_on,
        due_at=due_at,
        priority=priority,
        rank=rules.rank(priority=priority, due_on=due_on),
        created_at=at,
        created_by=by.label,
        created_by_id=by.user_id,
    )
    timeline.append(
        events.TaskOpened(account_id, work.pk, kind, title, due_on),
        happened_on=local_day(at, account.client.time_zone),
        at=at,
        by=by,
    )
    return work


@transaction.atomic
def open_tasks(
    chosen: Chosen,
    *,
    kind: rules.Kind,
    title: str,
    due_on: date,
    priority: int = rules.ORDINARY,
    team_id: int | None = None,
    assignee_id: int | None = None,
    to_owner: bool = False,
    note: str = "",
    watch: rules.Watch | None = None,
    action_no: int = 0,
    at: datetime,
    by: Actor,
) -> Outcome:
    """Ask for one piece of work on every chosen account, once for each cause; a strategy may watch over it.

    The account's owner gets it where `to_owner` is said and there is one; else the person or team named, else the client's
    team. Closed accounts are refused. Bulk twin of `open_task`.
    """
    by.must_be_allowed_to("work accounts")
    rules.check_priority(priority)
    opened = sql.Rows(
        _query("told_opened"),
        {
            "common": json.dumps({"kind": kind.value, "title": title, "due_on": due_on.isoformat()}),
            "account_ids": list(chosen.account_ids),
            "cause_ids": list(chosen.cause_ids),
            "cause_kind": chosen.cause_kind,
            "action_no": action_no,
            "team": team_id,
            "assignee": assignee_id,
            "to_owner": to_owner,
            "user_id": by.user_id,
            "by": by.label,
            "at": at,
            "due_on": due_on,
            "priority": priority,
            "rank": rules.rank(priority=priority, due_on=due_on),
            "work_kind": kind.value,
            "title": title,
            "note": note,
            "mark": watch.mark if watch else "",
            "asked_on": watch.asked_on if watch else None,
            "limit_on": watch.limit_on if watch else None,
            "is_awaited": watch is not None and watch.is_awaited,
        },
        makes=_query("open_tasks"),
    )
    done = timeline.append_rows(opened, kind="worklists.TaskOpened", at=at, by=by)
    return account_queries.outcome_for_open(chosen, done=done)


@transaction.atomic
def take_next(*, today: date, passing_over: Collection[int] = (), at: datetime, by: Actor) -> WorkItem | None:
    """Take the foremost work that is due and give it, or None when nothing waits.

    What is assigned to the person comes first, then what lies with their teams. The account stays theirs for
    `rules.CLAIM_MINUTES`: nobody else is given it. Two people never get the same one, however many ask at once.
    Accounts to pass over, such as those the person put back today, are left to others.
    """
    by.must_be_allowed_to("work accounts")
    asked = {
        "user_id": by.user_id,
        "teams": queries.teams_of(by.user_id or 0),
        "clients": by.scope.as_list(),
        "passed": list(passing_over),
        "today": today,
        "at": at,
    }
    for _try in range(_TRIES):
        found = sql.rows(_query("next_of_mine"), asked) or sql.rows(_query("next_of_team"), asked)
        if not found:
            return None
        if _claim(found[0]["account_id"], work_item_id=found[0]["id"], at=at, by=by):
            return WorkItem.objects.get(pk=found[0]["id"])
    return None


@transaction.atomic
def take_account(*, account_id: int, at: datetime, by: Actor) -> None:
    """Take an account that was opened by hand.

    :raises AccountTaken: somebody else is at it
    """
    by.must_be_allowed_to("work accounts")
    account_queries.get_account(account_id, scope=by.scope)
    if not _claim(account_id, work_item_id=None, at=at, by=by):
        claim = Claim.objects.get(pk=account_id)
        names = access_queries.names_of([claim.user_id])
        raise rules.AccountTaken(name=names.get(claim.user_id, "?"), until=f"{claim.until_at:%H:%M}")


def _claim(account_id: int, *, work_item_id: int | None, at: datetime, by: Actor) -> bool:
    # A person is at one account at a time; what they left is free at once.
    Claim.objects.filter(user_id=by.user_id or 0).exclude(account_id=account_id).delete()
    taken = sql.rows(
        _query("claim"),
        {
            "account": account_id,
            "user_id": by.user_id,
            "work_item": work_item_id,
            "at": at,
            "until": at + timedelta(minutes=rules.CLAIM_MINUTES),
        },
    )
    return bool(taken)


@transaction.atomic
def give_back(*, by: Actor) -> None:
    """Leave the account that a person is at, so that others may be given it."""
    Claim.objects.filter(user_id=by.user_id or 0).delete()


@transaction.atomic
def complete_task(*, work_item_id: int, outcome: str, note: str = "", at: datetime, by: Actor) -> WorkItem:
    """End a piece of work with what came of it.

    :raises WorkEnded: it was done or cancelled already
    """
    by.must_be_allowed_to("work accounts")
    work = _lock_open(work_item_id, by=by)
    work.state = rules.State.DONE
    work.outcome, work.outcome_note = outcome, note
    work.done_at, work.done_by, work.done_by_id = at, by.label, by.user_id
    work.save()
    timeline.append(
        events.TaskDone(work.account_id, work.pk, work.kind, work.title, outcome, note),
        happened_on=_today_of(work, at=at),
        at=at,
        by=by,
    )
    return work


@transaction.atomic
def answer_calls(
    *, account_id: int, is_settled: bool, outcome: str, note: str = "", retry_on: date, at: datetime, by: Actor
) -> Outcome:
    """Answer the calls that were asked for on an account: end them, or put them off to `retry_on` when nobody was reached."""
    by.must_be_allowed_to("work accounts")
    account_queries.get_account(account_id, scope=by.scope)
    calls = (
        WorkItem.objects.select_for_update()
        .filter(account_id=account_id, state=rules.State.OPEN, kind__in=[rules.Kind.CALL, rules.Kind.CALLBACK])
        .filter(due_on__lte=retry_on)
        .order_by("pk")
    )
    # A handful at most: the open calls of one account.
    for work in calls:
        if is_settled:
            complete_task(work_item_id=work.pk, outcome=outcome, note=note, at=at, by=by)
        else:
            put_off(work_item_id=work.pk, due_on=retry_on, reason=outcome, today=retry_on, at=at, by=by)
    return Outcome(done=len(calls))


@transaction.atomic
def put_off(*, work_item_id: int, due_on: date, reason: str, today: date, at: datetime, by: Actor) -> WorkItem:
    """Put a piece of work off to another day.

    :raises DayPast: the day has passed
    :raises WorkEnded: it was done or cancelled already
    """
    by.must_be_allowed_to("work accounts")
    if due_on < today:
        raise rules.DayPast(day=due_on.isoformat())
    work = _lock_open(work_item_id, by=by)
    work.due_on, work.due_at = due_on, None
    work.rank = rules.rank(priority=work.priority, due_on=due_on, points=work.points)
    work.save()
    timeline.append(
        events.TaskPutOff(work.account_id, work.pk, work.title, due_on, reason),
        happened_on=_today_of(work, at=at),
        at=at,
        by=by,
    )
    return work


@transaction.atomic
def put_off_tasks(
    *, work_item_ids: Collection[int], due_on: date, reason: str, today: date, at: datetime, by: Actor
) -> Outcome:
    """Put open work off to another day, for one reason. Bulk twin of `put_off`; work that has ended counts as done already.

    :raises DayPast: the day has passed
    """
    by.must_be_allowed_to("work accounts")
    if due_on < today:
        raise rules.DayPast(day=due_on.isoformat())
    ids = sorted(set(work_item_ids))
    asked = {"ids": ids, "due_on": due_on, "clients": by.scope.as_list(), "day_number": due_on.toordinal()}
    put = sql.rows(_query("put_off_tasks"), asked)
    told = [(row["account_id"], row["id"], row["title"]) for row in put]
    tell("worklists.TaskPutOff", told, {"due_on": due_on.isoformat(), "reason": reason}, at=at, by=by)
    return Outcome(done=len(put), already=len(ids) - len(put))


def weigh_tasks(rows: sql.Rows, *, by: Actor) -> int:
    """Give the open work of accounts points, 0 to 100, by which it comes forward; give how much work has others than before.

    Rows are (account_id, points). Nothing is told on a timeline: what gives the points is kept with its reasons.
    """
    by.must_be_allowed_to("work accounts")
    return sql.execute(*rows.into(_query("weigh_tasks"), {}))


@transaction.atomic
def overrun_tasks(
    *,
    account_ids: Collection[int],
    mark: str,
    on: date,
    priority: int | None = None,
    team_id: int | None = None,
    to_owner: bool = False,
    at: datetime,
    by: Actor,
) -> Outcome:
    """Say, once, that the open work of a mark was not done in time by a day; weigh it more, or give it to others."""
    by.must_be_allowed_to("work accounts")
    overrun = sql.rows(
        _query("overrun_tasks"),
        {
            "account_ids": sorted(account_ids),
            "mark": mark,
            "on": on,
            "priority": priority,
            "team": team_id,
            "to_owner": to_owner,
            "at": at,
        },
    )
    by_limit: dict[date, list[tuple[int, int, str]]] = defaultdict(list)
    for row in overrun:
        by_limit[row["limit_on"]].append((row["account_id"], row["id"], row["title"]))
    for limit_on, rows in sorted(by_limit.items()):
        tell("worklists.TaskOverran", rows, {"limit_on": limit_on.isoformat()}, at=at, by=by)
    return Outcome(done=len(overrun), already=max(0, len(account_ids) - len(overrun)))


@transaction.atomic
def assign(
    *, work_item_ids: Collection[int], team_id: int | None, assignee_id: int | None, name: str, at: datetime, by: Actor
) -> Outcome:
    """Give open work to a person, or to a team; `name` is what people call them. Work that has ended is refused by code."""
    by.must_be_allowed_to("assign work")
    outcome = Outcome()
    given: list[WorkItem] = []
    found = WorkItem.objects.select_for_update().filter(pk__in=work_item_ids).order_by("pk")
    for work in found:
        if not by.scope.allows(work.client_id):
            outcome.refused["kernel.not_found"] += 1
        elif work.state != rules.State.OPEN:
            outcome.refused[rules.WorkEnded.code] += 1
        else:
            work.team_id, work.assignee_id = team_id or work.team_id, assignee_id
            given.append(work)
    WorkItem.objects.bulk_update(given, ["team_id", "assignee_id"], batch_size=500)
    tell(
        "worklists.TaskGiven", [(work.account_id, work.pk, work.title) for work in given], {"name": name}, at=at, by=by
    )
    outcome.done = len(given)
    return outcome


@transaction.atomic
def cancel_tasks(
    *, account_ids: Collection[int], reason: str, kinds: Collection[rules.Kind] | None = None, at: datetime, by: Actor
) -> Outcome:
    """Cancel the open work of some accounts, all of it or that of some kinds: it is no longer needed, for a reason."""
    ended = sql.rows(
        _query("cancel_tasks"),
        {
            "account_ids": sorted(account_ids),
            "kinds": None if kinds is None else [kind.value for kind in kinds],
            "at": at,
            "by": by.label,
            "user_id": by.user_id,
            "reason": reason,
        },
    )
    rows = [(row["account_id"], row["id"], row["title"]) for row in ended]
    tell("worklists.TaskCancelled", rows, {"reason": reason}, at=at, by=by)
    return Outcome(done=len(rows))


@transaction.atomic
def cancel_caused(chosen: Chosen, *, reason: str, at: datetime, by: Actor) -> Outcome:
    """Cancel the open work that causes had asked for: what they followed from is so no more."""
    ended = sql.rows(
        _query("cancel_of_causes"),
        {
            "account_ids": sorted({*chosen.account_ids}),
            "cause_ids": list(chosen.cause_ids),
            "cause_kind": chosen.cause_kind,
            "at": at,
            "by": by.label,
            "user_id": by.user_id,
            "reason": reason,
        },
    )
    rows = sorted((row["account_id"], row["id"], row["title"]) for row in ended)
    tell("worklists.TaskCancelled", rows, {"reason": reason}, at=at, by=by)
    return Outcome(done=len(rows))


def _today_of(work: WorkItem, *, at: datetime) -> date:
    return account_queries.local_days([work.account_id], at=at)[work.account_id]


def _lock_open(work_item_id: int, *, by: Actor) -> WorkItem:
    work = queries.lock_work_item(work_item_id, scope=by.scope)
    if work.state != rules.State.OPEN:
        raise rules.WorkEnded(state=rules.State(work.state).label)
    return work
