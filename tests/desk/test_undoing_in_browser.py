"""A payment is taken back in a real browser, by keyboard alone; what follows is looked at in both themes and sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from tests.desk.test_undoing import paid  # noqa: F401
from tests.looking import look_at

from tallystick.access.rules.rights import Role

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
