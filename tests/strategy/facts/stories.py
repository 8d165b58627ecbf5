"""What happens to an account in a story, each thing on a day of its own and through the action that a door would call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any

from tests import builders
from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item, Portfolio
from tallystick.accounts.rules import ItemKind
from tallystick.kernel.money import Money
from tallystick.parties import actions as party_actions
from tallystick.parties.models import Party
from tallystick.parties.rules import PartyKind
from tallystick.payments import actions as payment_actions
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import Method

_numbers = count(1)


def gbp(amount: str) -> Money:
    """Give an amount in pounds."""
    return Money.of(amount, "GBP")


def party(*, on: date = date(2025, 6, 2), **terms: Any) -> Party:
    """Write down a debtor."""
    terms = {"kind": PartyKind.PERSON, "name": "Amelia Hughes", **terms}
    return party_actions.add_party(at=at(on), by=TEST, **terms)


def account(
    of: Portfolio | None = None, *, debtor: Party | None = None, on: date = date(2025, 6, 2), currency: str = "GBP"
) -> Account:
    """Open an account on a day, and let strategy know it before anything happens to it."""
    debtor = debtor or party(on=on)
    made = account_actions.open_account(
        portfolio=of or builders.portfolio(),
        party_id=debtor.pk,
        reference=f"STORY-{next(_numbers)}",
        currency=currency,
        opened_on=on,
        at=at(on),
        by=TEST,
    )
    live_until(on)
    return made


def owes(of: Account, amount: str, *, issued_on: date, due_on: date, kind: ItemKind = ItemKind.INVOICE) -> Item:
    """Charge an invoice on its day of issue."""
    made = account_actions.add_item(
        account_id=of.pk,
        kind=kind,
        reference=f"INV-{next(_numbers)}",
        amount=Money.of(amount, of.currency),
        issued_on=issued_on,
        due_on=due_on,
        at=at(issued_on),
        by=TEST,
    )
    live_until(issued_on)
    return made


def pays(
    of: Account, amount: str, *, on: date, method: Method = Method.CARD, items: Mapping[int, Money] | None = None
) -> Payment:
    """Pay on a day."""
    made = payment_actions.record_payment(
        account_id=of.pk,
        amount=Money.of(amount, of.currency),
        booked_on=on,
        method=method,
        source="story",
        source_key=str(next(_numbers)),
        items=items,
        at=at(on),
        by=TEST,
    )
    live_until(on)
    return made
