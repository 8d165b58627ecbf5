"""A payment is taken back in a real browser, by keyboard alone; what follows is looked at in both themes and sizes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests.builders import AT, TEST
from tests.desk.test_undoing import paid  # noqa: F401
from tests.desk.test_undoing_interest import CAME, EIGHT, night, owing
from tests.intake.files import invoice, loaded, source, written
from tests.looking import look_at

from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Item
from tallystick.charges import actions as charge_actions
from tallystick.kernel.money import Money

pytestmark = pytest.mark.usefixtures("hearing", "templates")


@pytest.fixture
def finn(book: Any, person: Callable[..., Any], live: Any) -> Any:
    """The browser of a cash applier."""
    live.log_in(person(Role.CASH_APPLIER, "finn.okafor"))
    return live


def test_what_follows_is_looked_at_again_for_another_reason_and_done_by_the_keyboard(finn: Any, paid: Any) -> None:  # noqa: F811
    page = finn.open(reverse("payments:payment", args=[paid.pk]))
    page.keyboard.press("b")
    page.get_by_role("heading", name="What follows").wait_for()
    bounced = page.locator("input[name=seen]").input_value()
    page.get_by_label("Bounced").focus()
    page.keyboard.press("ArrowUp")
    page.locator(f"input[name=seen]:not([value='{bounced}'])").wait_for(state="attached")
    page.keyboard.press("Enter")
    page.get_by_text("Taken back. What it had paid is owed again.").wait_for()

    paid.refresh_from_db()
    assert paid.reversal_reason == "error"


def test_the_page_is_accessible(finn: Any, paid: Any) -> None:  # noqa: F811
    assert look_at(finn.open(reverse("desk:take_back", args=[paid.pk]))) == []


def test_the_interest_that_follows_is_accessible(finn: Any, book: Any) -> None:
    charge_actions.set_agreement(client_id=book.near.pk, from_on=date(2026, 1, 1), document=EIGHT, at=AT, by=TEST)
    _account, payment = owing(book, pays="600.00")
    night()
    page = finn.open(f"{reverse('desk:take_back', args=[payment.pk])}?reason=error&booked_on={CAME}")
    page.get_by_role("heading", name="Interest").wait_for()

    assert look_at(page) == []


def test_a_charge_is_let_off_from_its_page_which_is_accessible(
    book: Any, person: Callable[..., Any], live: Any
) -> None:
    charge_actions.set_agreement(client_id=book.near.pk, from_on=date(2020, 1, 1), document=EIGHT, at=AT, by=TEST)
    night()
    live.log_in(person(Role.CREDIT_MANAGER, "monica.reid"))
    item = Item.objects.get(account=book.account, reference="INV-1/interest")
    page = live.open(reverse("desk:item", args=[book.account.pk, item.pk]))
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("heading", name="What follows").wait_for()
    assert look_at(page) == []
    let_off = page.locator("input[name=seen]").input_value()
    page.get_by_label("Charge what the rules say now").check()
    page.locator(f"input[name=seen]:not([value='{let_off}'])").wait_for(state="attached")
    anew = page.locator("input[name=seen]").input_value()
    page.get_by_label("Let it off").check()
    page.locator(f"input[name=seen]:not([value='{anew}'])").wait_for(state="attached")
    page.get_by_label("Why?").fill("Goodwill")
    page.keyboard.press("Enter")
    page.get_by_text("Undone, with all that followed from it.").wait_for()

    item.refresh_from_db()
    assert item.amount_minor == 0


def test_a_file_is_taken_back_by_the_keyboard_and_its_page_is_accessible(
    book: Any, person: Callable[..., Any], live: Any
) -> None:
    live.log_in(person(Role.CREDIT_MANAGER, "monica.reid"))
    lines = [invoice(number, account=account) for number, account in enumerate(("SVW-1001", "NEW-1", "NEW-2"), start=1)]
    batch = loaded(source(client=book.near), written(lines), at=AT)
    item = Item.objects.get(reference="INV-00002")
    account_actions.adjust_item(
        account_id=item.account_id, item_id=item.pk, change=Money.of("5.00", "GBP"), reason="agreed", at=AT, by=TEST
    )
    page = live.open(reverse("intake:batch", args=[batch.pk]))
    page.keyboard.press("b")
    page.get_by_role("heading", name="What follows").wait_for()
    assert look_at(page) == []
    page.get_by_label("Why?").fill("It was last month's file")
    page.keyboard.press("Enter")
    page.get_by_text("Taken back, with all that followed from it.").wait_for()
    assert look_at(page) == []
    page.get_by_role("link", name="What came of it").click()
    page.get_by_role("heading", name="What came of it").wait_for()

    assert look_at(page) == []
    assert list(
        Item.objects.filter(reference__startswith="INV-0000")
        .order_by("reference")
        .values_list("amount_minor", flat=True)
    ) == [
        0,
        105_00,
        0,
    ]
