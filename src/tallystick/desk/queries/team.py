"""Who works on what: for those who share out work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tallystick.access.rules.rights import roles_with
from tallystick.contact.rules.words import RIGHT_PARTY
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money

_WORKING_ROLES = sorted(role.value for role in roles_with("work accounts"))


def _query(name: str) -> str:
    return sql.load("tallystick.desk", "team.sql", name)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of a team: what waits for them, where they are, whom they reached and what was promised to them today."""

    id: int
    name: str
    teams: str
    due: int
    oldest_due_on: date | None
    account_id: int | None
    reference: str
    party: str
    at_work_for: timedelta | None
    calls: int
    right_party: int
    promises: int
    promised: list[Money]

    @property
    def seconds(self) -> int:
        """How long they have been at the account, in whole seconds."""
        return int(self.at_work_for.total_seconds()) if self.at_work_for else 0


@dataclass(frozen=True, slots=True)
class TeamView:
    """Teams with what waits, and the people in them."""

    teams: list[dict[str, Any]]
    people: list[Colleague]

    @property
    def due(self) -> int:
        """How many tasks are due, whoever they lie with."""
        return sum(team["unassigned"] + team["assigned"] for team in self.teams)

    @property
    def oldest_due_on(self) -> date | None:
        """The day the oldest of them fell due."""
        return min((team["oldest_due_on"] for team in self.teams if team["oldest_due_on"]), default=None)

    @property
    def at_work(self) -> int:
        """How many people are at an account."""
        return sum(colleague.at_work_for is not None for colleague in self.people)

    @property
    def calls(self) -> int:
        """How many calls were made today."""
        return sum(colleague.calls for colleague in self.people)

    @property
    def right_party(self) -> int:
        """In how many of them the right person was spoken to."""
        return sum(colleague.right_party for colleague in self.people)

    @property
    def promised(self) -> list[Money]:
        """What was promised today, by currency."""
        return _by_currency([amount for colleague in self.people for amount in colleague.promised])

    @property
    def promises(self) -> int:
        """How many promises were taken today."""
        return sum(colleague.promises for colleague in self.people)


def team_view(*, today: date, since: datetime, at: datetime, by: Actor) -> TeamView:
    """Give the teams within reach of a person and who works in them; `since` is when the day began."""
    teams = team_ids(by=by)
    asked = {
        "teams": teams,
        "clients": by.scope.as_list(),
        "today": today,
        "since": since,
        "at": at,
        "right_party": [outcome.value for outcome in RIGHT_PARTY],
        "working_roles": _WORKING_ROLES,
    }
    taken: dict[int, list[dict[str, Any]]] = {}
    for row in sql.rows(_query("promises"), asked):
        taken.setdefault(row["user_id"], []).append(row)
    people = [_colleague(row, taken.get(row["id"], []), at) for row in sql.rows(_query("people"), asked)]
    return TeamView(teams=sql.rows(_query("teams"), asked), people=people)


def _colleague(row: dict[str, Any], promises: list[dict[str, Any]], at: datetime) -> Colleague:
    # Where somebody is on an account outside the reader's reach, only that they are at work is told.
    return Colleague(
        id=row["id"],
        name=row["name"],
        teams=row["teams"],
        due=row["due"],
        oldest_due_on=row["oldest_due_on"],
        account_id=row["account_id"] if row["reference"] is not None else None,
        reference=row["reference"] or "",
        party=row["party"] or "",
        at_work_for=at - row["taken_at"] if row["taken_at"] else None,
        calls=row["calls"],
        right_party=row["right_party"],
        promises=sum(each["promises"] for each in promises),
        promised=[Money(each["amount_minor"], each["currency"]) for each in promises],
    )


def _by_currency(amounts: list[Money]) -> list[Money]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return [sums[currency] for currency in sorted(sums)]


def team_ids(*, by: Actor) -> list[int]:
    """Give the teams that work for the clients of a person's scope, and those the person is in."""
    rows = sql.rows(_query("teams_in_reach"), {"user_id": by.user_id, "clients": by.scope.as_list()})
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Hand:
    """A person or a team that work can be given to."""

    #: As a form sends it: "user:3", "team:2".
    value: str
    name: str
    teams: str
    user_id: int | None
    team_id: int | None


def hands(*, by: Actor) -> list[Hand]:
    """Give whom a person can give work to: teams within reach first, then the people in them, by name."""
    return [
        Hand(
            value=f"{row['kind']}:{row['id']}",
            name=row["name"],
            teams=row["teams"],
            user_id=row["id"] if row["kind"] == "user" else None,
            team_id=row["id"] if row["kind"] == "team" else None,
        )
        for row in sql.rows(_query("hands"), {"teams": team_ids(by=by), "working_roles": _WORKING_ROLES})
    ]
