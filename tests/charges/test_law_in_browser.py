"""The law in a real browser: what to look at, and a pack that is looked at and brought in; every page is accessible."""

from datetime import date
from typing import Any

from tests.charges.test_in_browser import desk  # noqa: F401
from tests.charges.test_law_changes import BANK_PLUS_4, accrue, at, debt, packs_as_they_ship  # noqa: F401
from tests.jurisdictions.packs import bank_rate
from tests.looking import look_at

from tallystick.kernel import clock


def test_a_pack_is_looked_at_and_brought_in(desk: Any, tmp_path: Any) -> None:  # noqa: F811
    clock.travel_to(at(date(2027, 1, 2)))
    debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    accrue(date(2026, 12, 31))
    file = tmp_path / "late-payment.yaml"
    file.write_text(bank_rate("3.50"))
    page = desk.open("/charges/law/")
    assert look_at(page) == []
    page.get_by_role("link", name="Bring in a law pack").click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what it would change").click()
    page.get_by_text("−£10.27 charged so far").wait_for()
    assert look_at(page) == []

    page.get_by_role("button", name="Bring it in").click()

    page.get_by_text("Somebody else puts it in force.").wait_for()
    assert look_at(page) == []
