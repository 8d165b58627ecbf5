"""Things that tests are about, each with one meaning: a client, a debtor's account, an invoice, a person who works."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from tallystick.access.models import User
from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Client, Item, Portfolio
from tallystick.accounts.rules import ItemKind
from tallystick.kernel.actor import Actor, Scope, system
from tallystick.kernel.money import Money
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import PartyKind

TEST = system("test")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = AT.date()

#: Far from the numbers that tests write themselves, however many were drawn before.
_numbers = count(100_001)


def client(**terms: Any) -> Client:
    """Open a client."""
    number = next(_numbers)
    terms = {"code": f"CLIENT{number}", "name": f"Client {number}", **terms}
    return account_actions.open_client(at=AT, by=TEST, **terms)


def portfolio(of: Client | None = None) -> Portfolio:
    """Open a portfolio of a client."""
    return account_actions.open_portfolio(client=of or client(), code=f"P{next(_numbers)}", name="Book", at=AT, by=TEST)


def account(
    of: Portfolio | None = None, *, name: str = "Amelia Hughes", currency: str = "GBP", reference: str = ""
) -> Account:
    """Open an account of a debtor who owes nothing yet."""
    party = party_actions.add_party(kind=PartyKind.PERSON, name=name, at=AT, by=TEST)
    return account_actions.open_account(
        portfolio=of or portfolio(),
        party_id=party.pk,
        reference=reference or f"REF-{next(_numbers)}",
        currency=currency,
        opened_on=TODAY,
        at=AT,
        by=TEST,
    )


def invoice(of: Account, amount: str = "100.00", *, due_on: date = date(2026, 2, 1), reference: str = "") -> Item:
    """Add an invoice to an account."""
    return account_actions.add_item(
        account_id=of.pk,
        kind=ItemKind.INVOICE,
        reference=reference or f"INV-{next(_numbers)}",
        amount=Money.of(amount, of.currency),
        issued_on=min(due_on, TODAY),
        due_on=due_on,
        at=AT,
        by=TEST,
    )


def user(name: str = "") -> User:
    """Make a person who may log in, without any right."""
    return User.objects.create(username=name or f"user{next(_numbers)}", full_name=name)


def actor(of: User, *rights: str, clients: frozenset[int] | None = None) -> Actor:
    """Make the actor behind a person, with the rights named."""
    return Actor(label=of.username, user_id=of.pk, rights=frozenset(rights), scope=Scope(clients))
