"""The house of a story: its people, one creditor with its bank and its strategy, and what they do through their doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from tallystick.access import actions as access_actions
from tallystick.access import queries as access_queries
from tallystick.access.models import User
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Client
from tallystick.contact.actions.templates import load_templates
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.payments.actions.banks import open_bank_account
from tallystick.strategy.actions import begin_book, publishing

SETTING_UP = system("setting up")
PASSWORD = "counting-notches"
IBAN = "GB33BUKB20201555555555"

PEOPLE = {
    "carla": ("Carla Webb", Role.COLLECTOR),
    "terry": ("Terry Osei", Role.TEAM_LEADER),
    "mara": ("Mara Lindqvist", Role.CREDIT_MANAGER),
    "cass": ("Cass Byrne", Role.CASH_APPLIER),
}


@dataclass
class House:
    """One creditor, looked after by the shipped strategy of a name."""

    client: Client
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """Give the actor behind a person, with what the person may do."""
        return access_queries.actor_for(self.people[username])

    def account(self, reference: str) -> Account:
        """Find an account by the creditor's own reference."""
        account_id = account_queries.find_account_id(client_id=self.client.pk, reference=reference)
        assert account_id is not None
        return account_queries.get_account(account_id)


def open_house(
    *,
    code: str,
    name: str,
    strategy: str,
    document: Path | None = None,
    currency: str = "GBP",
    details: dict[str, Any] | None = None,
) -> House:
    """Open a house for a creditor: business unit, team, people, portfolio, bank account, templates and strategy.

    The strategy is the shipped one of its name, or that of a document of the story.
    """
    terms = {"at": clock.now(), "by": SETTING_UP}
    begin_book(day=clock.now().date())
    unit = access_actions.open_business_unit(code="UK", name="Credit control", **terms)
    team = access_actions.open_team(business_unit_id=unit.pk, name="Credit control", **terms)
    client = account_actions.open_client(
        code=code,
        name=name,
        business_unit_id=unit.pk,
        team_id=team.pk,
        account_manager_email="sales@creditor.example",
        details=details or {},
        **terms,
    )
    account_actions.open_portfolio(client=client, code="MAIN", name="Main book", **terms)
    open_bank_account(client_id=client.pk, name=f"{name}, collections", currency=currency, iban=IBAN, **terms)
    house = House(client)
    for username, (full_name, role) in PEOPLE.items():
        house.people[username] = access_actions.add_user(
            username=username,
            full_name=full_name,
            email=f"{username}@house.example",
            password=PASSWORD,
            **terms,
        )
        user_id = house.people[username].pk
        access_actions.set_roles(user_id=user_id, roles=[role], reaches=[EVERYTHING], **terms)
    for username in ("carla", "terry"):
        access_actions.set_teams(user_id=house.people[username].pk, team_ids=[team.pk], **terms)
    load_templates(**terms)
    shipped = resources.files("tallystick.strategy.documents").joinpath(f"{strategy}.yaml")
    version = publishing.draft(document=(document or shipped).read_text("utf-8"), **terms)
    publishing.publish(version_id=version.pk, **terms)
    publishing.assign(strategy=strategy, client=code, **terms)
    return house
