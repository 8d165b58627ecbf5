"""Read worklists: what waits, for whom, and who is where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from tallystick.access.models import Membership
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound
from tallystick.worklists.models import Claim, WorkItem


def _query(name: str) -> str:
    return sql.load("tallystick.worklists", "worklists.sql", name)


def teams_of(user_id: int) -> list[int]:
    """Give the ids of the teams a person works in."""
    return list(Membership.objects.filter(user_id=user_id).order_by("team_id").values_list("team_id", flat=True))


def lock_work_item(work_item_id: int, *, scope: Scope) -> WorkItem:
    """Lock a piece of work for the transaction and give it.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = WorkItem.objects.select_for_update().filter(pk=work_item_id).order_by("pk").first()
    if found is None or not scope.allows(found.client_id):
        raise NotFound(what="task", reference=work_item_id)
    return found


def open_work(account_ids: Sequence[int]) -> QuerySet[WorkItem]:
    """Give the open work of some accounts, the earliest due first."""
    return WorkItem.objects.filter(account_id__in=account_ids, state="open").order_by("due_on", "-rank", "pk")


def of_causes(account_id: int, cause_ids: Sequence[int], *, cause_kind: str) -> QuerySet[WorkItem]:
    """Give the open work of an account that causes had asked for, the first asked for first."""
    found = WorkItem.objects.filter(account_id=account_id, cause_kind=cause_kind, cause_id__in=cause_ids, state="open")
    return found.order_by("pk")


def claim_of(account_id: int, *, at: datetime) -> Claim | None:
    """Give who is at an account at an instant, or None."""
    return Claim.objects.filter(account_id=account_id, until_at__gt=at).order_by("pk").first()


def worklist(
    *,
    scope: Scope,
    at: datetime,
    due_by: date,
    assignee_id: int | None = None,
    team_ids: Sequence[int] | None = None,
    kind: str | None = None,
    client_id: int | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Give a page of open work that is due by a day, foremost first.

    Work of one person, or what lies unassigned with some teams, or all of the scope. `after` is the (rank, id) of the last
    row of the page before. Balances are in minor units of the account's currency.
    """
    page = "page_of_person" if assignee_id is not None else "page_of_all" if team_ids is None else "page_of_teams"
    return sql.rows(
        sql.fill(_query("worklist"), page=sql.fill(_query(page), wanted=_query("wanted"))),
        {
            "at": at,
            "assignee": assignee_id,
            "teams": None if team_ids is None else list(team_ids),
            "limit": limit,
            **_wanted(scope=scope, due_by=due_by, kind=kind, client_id=client_id, after=after),
        },
    )


def totals(
    *,
    scope: Scope,
    due_by: date,
    assignee_id: int | None = None,
    team_ids: Sequence[int] | None = None,
    kind: str | None = None,
    client_id: int | None = None,
) -> list[dict[str, Any]]:
    """Count the work of a whole worklist by currency: `tasks`, `accounts`, and `balance_minor` that those accounts owe."""
    return sql.rows(
        sql.fill(_query("totals"), wanted=_query("wanted")),
        {
            "assignee": assignee_id,
            "teams": None if team_ids is None else list(team_ids),
            **_wanted(scope=scope, due_by=due_by, kind=kind, client_id=client_id, after=None),
        },
    )


def _wanted(
    *, scope: Scope, due_by: date, kind: str | None, client_id: int | None, after: tuple[int, int] | None
) -> dict[str, Any]:
    return {
        "clients": scope.as_list(),
        "kind": kind,
        "client": client_id,
        "due_by": due_by,
        "after_rank": after[0] if after else None,
        "after_id": after[1] if after else None,
    }


#: How many pieces of work are counted: who has more than these has more than enough.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is due for a person and for the teams they work in. One more than the most says that there is more than that."""

    mine: int
    team: int
    #: The day of the oldest of it; None where nothing is due, or more than was counted.
    oldest_due_on: date | None

    @property
    def most(self) -> int:
        """How many are counted at most."""
        return MOST_COUNTED

    @property
    def is_more(self) -> bool:
        """Whether there is more than was counted."""
        return max(self.mine, self.team) > self.most


def depth(*, by: Actor, today: date) -> Depth:
    """Count what is due for a person and for the teams they work in. It costs the same however much there is."""
    user_id = by.user_id or 0
    counted = Depth(
        **sql.rows(
            _query("depth"),
            {
                "user_id": user_id,
                "teams": teams_of(user_id),
                "today": today,
                "clients": by.scope.as_list(),
                "most": MOST_COUNTED,
            },
        )[0]
    )
    return replace(counted, oldest_due_on=None) if counted.is_more else counted


INVARIANTS = (
    Invariant(
        name="closed accounts have no work",
        sentence="No open task stands on a closed account.",
        checked="SELECT count(*) FROM worklists_work_item WHERE state = 'open'",
        breaches="""
        SELECT work.account_id, 'task ' || work.id || ' is open on a closed account' AS what
        FROM worklists_work_item AS work
        JOIN accounts_account AS account ON account.id = work.account_id
        WHERE work.state = 'open' AND account.state = 'closed'
        """,
    ),
    Invariant(
        name="work belongs to an account",
        sentence="Every task belongs to an account that exists, and to its client.",
        checked="SELECT count(*) FROM worklists_work_item",
        breaches="""
        SELECT work.account_id, 'task ' || work.id || ' belongs to no account of its client' AS what
        FROM worklists_work_item AS work
        LEFT JOIN accounts_account AS account ON account.id = work.account_id AND account.client_id = work.client_id
        WHERE account.id IS NULL
        """,
    ),
    Invariant(
        name="no task was opened twice",
        sentence="What caused a task caused it once.",
        checked="SELECT count(*) FROM worklists_work_item WHERE cause_kind IS NOT NULL",
        breaches="""
        SELECT account_id,
               cause_kind || ' ' || cause_id || ' has ' || count(*) || ' tasks: '
               || string_agg(id::text, ', ' ORDER BY id) AS what
        FROM worklists_work_item
        WHERE cause_kind IS NOT NULL
        GROUP BY account_id, cause_kind, cause_id, action_no
        HAVING count(*) > 1
        """,
    ),
)
