"""A small book to work in: two clients, the people who work, and an account with something to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders

from tallystick.access import actions as access_actions
from tallystick.access.models import Team, User
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account
from tallystick.accounts.models import Client as Creditor
from tallystick.contact import actions as contact_actions
from tallystick.kernel import clock
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind


@dataclass
class Book:
    """Two clients, one of them within everybody's reach; a team that works it."""

    near: Creditor
    #: A client that collectors and the team leader have nothing to do with.
    far: Creditor
    team: Team
    account: Account
    far_account: Account

    def debtor(self, name: str, amount: str = "100.00", *, due_on: date = date(2026, 2, 1)) -> Account:
        """Open another account of the near client, with an invoice."""
        made = builders.account(builders.portfolio(self.near), name=name)
        builders.invoice(made, amount, due_on=due_on)
        return made

    def task(
        self,
        account: Account | None = None,
        *,
        kind: Kind = Kind.CALL,
        title: str = "Call about the overdue balance",
        due_on: date = builders.TODAY,
        assignee: User | None = None,
    ) -> WorkItem:
        """Ask the team, or a person, to do something about an account."""
        return worklist_actions.open_task(
            account_id=(account or self.account).pk,
            kind=kind,
            title=title,
            due_on=due_on,
            assignee_id=assignee.pk if assignee else None,
            at=builders.AT,
            by=builders.TEST,
        )


@pytest.fixture(autouse=True)
def _the_second_of_march(settings: Any) -> Iterator[None]:
    """Doors see the instant of `builders.AT`, a Monday morning."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(builders.AT)
    yield
    clock.travel_to(None)


@pytest.fixture
def book(db: None) -> Book:
    """The book, with Amelia Hughes who owes three invoices and can be reached in every way."""
    unit = access_actions.open_business_unit(code="N", name="North", at=builders.AT, by=builders.TEST)
    team = access_actions.open_team(business_unit_id=unit.pk, name="North team", at=builders.AT, by=builders.TEST)
    near = builders.client(code="SVW", name="Severn Vale Water", business_unit_id=unit.pk, team_id=team.pk)
    far = builders.client(code="FAR", name="Farthing Finance")
    account = builders.account(builders.portfolio(near), name="Amelia Hughes", reference="SVW-1001")
    for number, due_on in enumerate((date(2025, 12, 20), date(2026, 2, 1), date(2026, 3, 20)), start=1):
        builders.invoice(account, "100.00", due_on=due_on, reference=f"INV-{number}")
    for kind, value in ((ContactKind.MOBILE, "07700 900123"), (ContactKind.EMAIL, "amelia@example.org")):
        party_actions.add_contact_point(
            party_id=account.party_id, kind=kind, value=value, at=builders.AT, by=builders.TEST
        )
    party_actions.set_address(
        party_id=account.party_id,
        lines=["11 Chapel Street"],
        town="Bristol",
        postcode="BS1 8XX",
        from_on=builders.TODAY,
        at=builders.AT,
        by=builders.TEST,
    )
    far_account = builders.account(builders.portfolio(far), name="Bruno Far", reference="FAR-1")
    builders.invoice(far_account, "50.00")
    return Book(near, far, team, account, far_account)


@pytest.fixture
def templates(db: None) -> None:
    """The templates that are shipped, live."""
    contact_actions.load_templates(at=builders.AT, by=builders.TEST)


@pytest.fixture
def person(book: Book) -> Callable[..., User]:
    """Make a person who holds a role, for the near client unless told otherwise, and works in its team."""

    def make(role: Role, name: str = "", *, everywhere: bool = False) -> User:
        user = builders.user(name or role.value.replace(" ", "."))
        reach = EVERYTHING if everywhere else Reach(client_id=book.near.pk)
        access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[reach], at=builders.AT, by=builders.TEST)
        access_actions.set_teams(user_id=user.pk, team_ids=[book.team.pk], at=builders.AT, by=builders.TEST)
        return user

    return make


@pytest.fixture
def log_in(person: Callable[..., User]) -> Callable[..., Client]:
    """Give a client of the site that is logged in as somebody of a role."""

    def make(role: Role, name: str = "", *, everywhere: bool = False) -> Client:
        client = Client()
        client.force_login(person(role, name, everywhere=everywhere))
        return client

    return make


@pytest.fixture
def collector(log_in: Callable[..., Client]) -> Client:
    """A collector of the near client, logged in."""
    return log_in(Role.COLLECTOR, "carla.webb")


@pytest.fixture
def leader(log_in: Callable[..., Client]) -> Client:
    """A team leader of the near client, logged in."""
    return log_in(Role.TEAM_LEADER, "terry.osei")


#: What htmx says with each request.
HTMX = {"HX-Request": "true"}


def later(**span: int) -> None:
    """Let time go by."""
    clock.travel_to(clock.now() + timedelta(**span))
