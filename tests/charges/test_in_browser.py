"""Interest in a real browser: terms are set and mended, the proof is read by another day, and both pages are accessible."""

from datetime import date
from typing import Any

import pytest
from tests import builders
from tests.charges.book import FIXED, accrue, at, debt, pay
from tests.looking import look_at

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.charges import actions
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import clock


@pytest.fixture
def desk(live: Any, settings: Any) -> Any:
    """The site in the browser of a credit manager, in February."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    person = builders.user("mona.field")
    access_actions.set_roles(
        user_id=person.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
    )
    clock.travel_to(at(date(2026, 2, 10)))
    live.log_in(person)
    yield live
    clock.travel_to(None)


@pytest.fixture
def corrected() -> Any:
    """A debt with everything on it: a fixed sum, days on hold, and a payment that was booked late."""
    late = {"code": "late", "for": "late", "amount": "12.00", "grace_days": 14}
    account, item = debt(document={**FIXED, "fees": [late]})
    accrue(date(2026, 1, 31))
    actions.charge_fees(day=date(2026, 1, 31), at=at(date(2026, 1, 31)), by=builders.TEST)
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 2, 1), items={item.pk: 400_00})
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.BREATHING_SPACE, from_on=date(2026, 2, 3), until_on=date(2026, 2, 6),
        at=at(date(2026, 2, 1)), by=builders.TEST,
    )  # fmt: skip
    accrue(date(2026, 2, 9))
    return account


def test_terms_that_cannot_be_read_are_mended_and_set(desk: Any) -> None:
    account, _item = debt(document=None)
    page = desk.open(f"/clients/{account.client_id}")
    page.get_by_role("link", name="Terms of interest").click()
    page.get_by_label("For interest that begins on").fill("2026-01-01")
    page.get_by_label("Terms").fill("rate: {percent: 8}")
    page.get_by_role("button", name="Set these terms").click()
    page.get_by_text("“day_count” is missing").wait_for()
    page.get_by_label("Terms").fill("rate: {rule: interest.late_payment}")
    page.get_by_role("button", name="Set these terms").click()
    page.get_by_text("The next accrual charges by it.").wait_for()

    assert accrue(date(2026, 1, 31)).done == 1


def test_the_proof_is_read_by_another_day(desk: Any, corrected: Any) -> None:
    page = desk.open(f"/accounts/{corrected.pk}")
    page.get_by_role("link", name="Interest", exact=True).click()
    page.get_by_role("cell", name="Breathing space").wait_for()
    page.get_by_label("By", exact=True).fill("2026-01-12")
    page.get_by_label("By", exact=True).press("Enter")

    page.wait_for_url("**on=2026-01-12")
    assert page.get_by_role("cell", name="Breathing space").count() == 0


def test_a_fee_is_taken_back_with_why(desk: Any, corrected: Any) -> None:
    page = desk.open(f"/charges/accounts/{corrected.pk}/interest/")
    page.get_by_text("Take back", exact=True).first.click()
    page.get_by_label("Reason").fill("Goodwill")
    page.get_by_role("button", name="Take back").click()

    page.get_by_text("The fee was taken back.").wait_for()
    assert page.get_by_text("Goodwill").count() == 1
    assert page.get_by_role("button", name="Take back").count() == 0


@pytest.mark.parametrize("address", ["/charges/accounts/{0.pk}/interest/", "/charges/clients/{0.client_id}/interest/"])
def test_the_pages_are_accessible(desk: Any, corrected: Any, address: str) -> None:
    page = desk.open(address.format(corrected))
    for more in page.locator("details").all():
        more.locator("summary").click()

    assert look_at(page) == []
