"""A client who is paid into one bank account, another out of reach, and people who may do something about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.builders import AT, TEST
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.access import actions as access_actions
from tallystick.access.models import User
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account, Item
from tallystick.accounts.models import Client as Creditor
from tallystick.kernel import clock
from tallystick.payments.models import BankAccount, StatementLine

IBAN = "GB82WEST12345698765432"


@dataclass
class Till:
    """Two clients with a bank account each; a debtor of the near one who owes two invoices."""

    near: Creditor
    far: Creditor
    bank: BankAccount
    far_bank: BankAccount
    account: Account
    older: Item
    later: Item

    def line(self, amount: str = "60.00", text: str = "AMELIA HUGHES", *, day: str = "13/02/2026") -> StatementLine:
        """Bring in a line that nothing matches exactly."""
        import_file(csv_of([(day, text, amount)]), self.bank)
        return StatementLine.objects.filter(bank_account=self.bank).order_by("-pk")[:1].get()

    def far_line(self) -> StatementLine:
        """Bring in a line of the far client."""
        import_file(csv_of([("13/02/2026", "SOMEBODY ELSE", "5.00")]), self.far_bank)
        return StatementLine.objects.get(bank_account=self.far_bank)


@pytest.fixture
def till(db: None) -> Till:
    """The two clients."""
    near, far = builders.client(code="SVW", name="Severn Vale Water"), builders.client(code="FAR", name="Farthing")
    account = builders.account(builders.portfolio(near), name="Amelia Hughes", reference="SVW-1001")
    return Till(
        near=near,
        far=far,
        bank=bank_account(near, name="Severn Vale, collections", iban=IBAN),
        far_bank=bank_account(far, name="Farthing, main"),
        account=account,
        older=builders.invoice(account, "40.00", due_on=builders.date(2026, 1, 1), reference="INV-1"),
        later=builders.invoice(account, "100.00", reference="INV-2"),
    )


@pytest.fixture(autouse=True)
def _the_second_of_march(settings: Any) -> Iterator[None]:
    """Doors see the instant of `builders.AT`."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


@pytest.fixture
def person(till: Till) -> Callable[..., User]:
    """Make a person who holds roles, for the near client unless told otherwise."""

    def make(*roles: Role, name: str = "", everywhere: bool = False) -> User:
        user = builders.user(name or roles[0].value.replace(" ", "."))
        reach = EVERYTHING if everywhere else Reach(client_id=till.near.pk)
        access_actions.set_roles(user_id=user.pk, roles=list(roles), reaches=[reach], at=AT, by=TEST)
        return user

    return make


@pytest.fixture
def log_in(person: Callable[..., User]) -> Callable[..., Client]:
    """Give a client of the site that is logged in as somebody of a role."""

    def make(*roles: Role, name: str = "", everywhere: bool = False) -> Client:
        client = Client()
        client.force_login(person(*roles, name=name, everywhere=everywhere))
        return client

    return make


@pytest.fixture
def cashier(log_in: Callable[..., Client]) -> Client:
    """A cash applier of the near client, logged in."""
    return log_in(Role.CASH_APPLIER, name="finn.okafor")
