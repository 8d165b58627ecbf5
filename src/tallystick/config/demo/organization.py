"""Who works with the demo book: business units, teams, people, clients with their banks, templates, strategies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.config.demo.bank import BANKS
from tallystick.config.demo.book import CREDITORS
from tallystick.contact.actions.templates import load_templates
from tallystick.kernel.actor import system
from tallystick.payments.actions.banks import open_bank_account, settle_day_order
from tallystick.payments.rules.days import DayOrder
from tallystick.strategy.actions import publishing
from tallystick.strategy.queries import policies as policy_queries

if TYPE_CHECKING:
    from tallystick.access.models import Team

DEMO = system("demo")

#: Everybody's, and printed at the start: the demo book is for looking round on one's own machine.
PASSWORD = "counting-notches"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in to the demo."""

    username: str
    full_name: str
    roles: tuple[Role, ...]
    unit: str | None = None


PEOPLE = (
    Person("demo", "Robin Demo", (Role.CREDIT_MANAGER, Role.CASH_APPLIER, Role.AUDITOR)),
    Person("morgan", "Morgan Hale", (Role.CREDIT_MANAGER,)),
    Person("carla", "Carla Webb", (Role.COLLECTOR,), "CONSUMER"),
    Person("colin", "Colin Marsh", (Role.COLLECTOR,), "CONSUMER"),
    Person("bea", "Bea Lindqvist", (Role.COLLECTOR,), "COMMERCIAL"),
    Person("cass", "Cass Byrne", (Role.CASH_APPLIER,)),
    Person("terry", "Terry Osei", (Role.TEAM_LEADER,), None),
    Person("admin", "Alex Admin", (Role.ADMINISTRATOR,)),
)


def log_ins() -> list[dict[str, str]]:
    """Give who can log in, with the password and what they may do."""
    return [
        {"user": person.username, "password": PASSWORD, "role": ", ".join(role.value for role in person.roles)}
        for person in PEOPLE
        if person.username in {"demo", "morgan", "carla"}
    ]


def set_up(*, at: datetime) -> None:
    """Make the people and the clients of the demo, the shipped templates and strategies."""
    units = {
        code: access_actions.open_business_unit(code=code, name=name, at=at, by=DEMO)
        for code, name in (("CONSUMER", "Consumer collections"), ("COMMERCIAL", "Commercial credit control"))
    }
    teams = {
        code: access_actions.open_team(business_unit_id=unit.pk, name=unit.name, at=at, by=DEMO)
        for code, unit in units.items()
    }
    _clients({code: unit.pk for code, unit in units.items()}, teams, at=at)
    _people({code: unit.pk for code, unit in units.items()}, teams, at=at)
    load_templates(at=at, by=DEMO)
    for name in ("payment_risk", "treatment", "next_contact"):
        policy = publishing.draft(document=policy_queries.shipped(name), at=at, by=DEMO)
        publishing.publish(version_id=policy.pk, at=at, by=DEMO)
    for name in sorted({creditor.strategy for creditor in CREDITORS}):
        version = publishing.draft(document=_strategy(name), at=at, by=DEMO)
        publishing.publish(version_id=version.pk, at=at, by=DEMO)
    for creditor in CREDITORS:
        publishing.assign(strategy=creditor.strategy, client=creditor.code, at=at, by=DEMO)


#: What the demo tries: what the shipped text says, and what it says here. The trial has even arms, for a tenth of some hundred
#: customers would tell nothing; and whether small debts are worth a call is learned.
_TRIED = {
    "{champion: 90, challenger: 10}": """{champion: 50, challenger: 50}
  whom-to-call:
    shares: {everybody: 50, large: 50}
    learns: {state: reminding, measure: paid_in_full, within: 10 days, at_least: 20}""",
    "One customer in ten is called early, to see what that brings.": (
        "Every other customer is called early, to see what that\n"
        "  brings, and whether a call pays for small debts too is learned."
    ),
    """        title: Call
        after: 3 business days
        do:
""": """        title: Call
        after: 3 business days
        when: split.whom_to_call = "everybody" or overdue >= £2000
        otherwise: skip
        do:
""",
}


def _strategy(name: str) -> str:
    """Give a shipped strategy, with what the demo tries."""
    text = resources.files("tallystick.strategy.documents").joinpath(f"{name}.yaml").read_text("utf-8")
    for said, tried in _TRIED.items():
        text = text.replace(said, tried)
    return text


def _clients(units: dict[str, int], teams: dict[str, Team], *, at: datetime) -> None:
    banks = {bank.creditor: bank for bank in BANKS}
    for creditor in CREDITORS:
        unit = "CONSUMER" if creditor.consumers else "COMMERCIAL"
        client = account_actions.open_client(
            code=creditor.code,
            name=creditor.name,
            business_unit_id=units[unit],
            team_id=teams[unit].pk,
            account_manager_email=f"sales@{creditor.code.lower()}.example",
            at=at,
            by=DEMO,
        )
        account_actions.open_portfolio(client=client, code="MAIN", name="Main book", at=at, by=DEMO)
        bank = banks[creditor.code]
        account = open_bank_account(
            client_id=client.pk, name=bank.name, currency=bank.currency, iban=bank.iban, at=at, by=DEMO
        )
        settle_day_order(bank_account_id=account.pk, order=DayOrder.DAY_FIRST, at=at, by=DEMO)


def _people(units: dict[str, int], teams: dict[str, Team], *, at: datetime) -> None:
    for person in PEOPLE:
        user = access_actions.add_user(
            username=person.username,
            full_name=person.full_name,
            email=f"{person.username}@tallystick.example",
            password=PASSWORD,
            at=at,
            by=DEMO,
        )
        reach = Reach(business_unit_id=units[person.unit]) if person.unit else Reach()
        access_actions.set_roles(user_id=user.pk, roles=person.roles, reaches=[reach], at=at, by=DEMO)
        of_person = [team.pk for code, team in teams.items() if person.unit in {None, code}]
        access_actions.set_teams(user_id=user.pk, team_ids=of_person, at=at, by=DEMO)
