"""A payment is allocated anew in a real browser, by keyboard alone; its pages are accessible in both themes and sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.looking import look_at
from tests.payments.pages import gbp

from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.payments import actions


@pytest.fixture
def finn(till: Any, person: Callable[..., Any], live: Any) -> Any:
    """The browser of a cash applier who is a credit manager too."""
    live.log_in(person(Role.CASH_APPLIER, Role.CREDIT_MANAGER, name="finn.okafor"))
    return live


@pytest.fixture
def payment(till: Any) -> Any:
    """A payment that paid the oldest due, and stayed on account in part."""
    return actions.allocate_line(
        line_id=till.line("60.00").pk, account_id=till.account.pk, items={till.older.pk: gbp("40.00")}, at=AT, by=TEST
    )


def test_a_payment_is_allocated_anew_by_the_keyboard(finn: Any, till: Any, payment: Any) -> None:
    page = finn.open(reverse("payments:payment", args=[payment.pk]))
    page.keyboard.press("l")
    page.get_by_role("button", name="Allocate", exact=True).wait_for()
    for key in ("ControlOrMeta+a", "Delete", "Tab", "Space", "Tab", "Tab"):
        page.keyboard.press(key)
    page.get_by_text("£0.00").wait_for()
    page.keyboard.type("They meant the later one")
    page.keyboard.press("Enter")
    page.get_by_text("They meant the later one").wait_for()

    for item, minor in ((till.older, 4_000), (till.later, 4_000)):
        item.refresh_from_db()
        assert item.open_minor == minor


def test_the_pages_are_accessible(finn: Any, till: Any, payment: Any) -> None:
    account_actions.set_client_order(client_id=till.near.pk, order="allocation.order", from_on=TODAY, at=AT, by=TEST)
    actions.reallocate_payment(
        payment_id=payment.pk, items={till.later.pk: gbp("50.00")}, reason="Remittance came later", at=AT, by=TEST
    )
    builders.invoice(till.account, "12.00")
    addresses = (
        reverse("payments:payment", args=[payment.pk]),
        reverse("payments:allocate", args=[payment.pk]),
        reverse("accounts:client", args=[till.near.pk]),
        reverse("accounts:account_order", args=[till.account.pk]),
    )

    assert [wrong for address in addresses for wrong in look_at(finn.open(address))] == []
