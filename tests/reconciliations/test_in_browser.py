"""A credit manager reconciles in a real browser; every page of it is looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.builders import AT
from tests.looking import look_at
from tests.reconciliations.conftest import person
from tests.reconciliations.ledgers import EVENING, book, listed, owing, pay, reconcile

from tallystick.access.rules.rights import Role
from tallystick.kernel import clock
from tallystick.kernel.money import Money


@pytest.fixture
def portfolio(transactional_db):
    """A client of whom three accounts owe something, on an evening in March."""
    clock.travel_to(EVENING)
    portfolio = book()
    account = owing(portfolio, "C1", "100.00", "1250.00")
    pay(account, "30.00", at=AT + timedelta(days=1), on=AT.date() + timedelta(days=1))
    owing(portfolio, "C2", "77.00")
    owing(portfolio, "E1", "80.00", currency="EUR")
    yield portfolio
    clock.travel_to(None)


def test_a_statement_is_compared_and_its_differences_followed_up(live, settings, portfolio, tmp_path):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    live.log_in(person("monica.manager", Role.CREDIT_MANAGER))
    reconcile(portfolio, total=Money(139500, "GBP"))
    file = tmp_path / "Open items.csv"
    lines = [("C1", "C1-1", "70.00"), ("C1", "C1-2", "1200.00"), ("C2", "C2-1", "77.00"), ("C2", "CN-7", "-7.00")]
    file.write_bytes(listed(*((*line, "GBP") for line in lines)))
    page = live.open(reverse("reconciliations:reconciliations"))
    assert look_at(page, "reconciliations") == []

    page.get_by_role("link", name="Compare a statement").click()
    assert look_at(page, "reconciliations-new") == []
    page.get_by_label("Client").select_option(portfolio.client.code)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Compare").click()

    page.get_by_text("The day by all statements, GBP").wait_for()
    assert look_at(page, "reconciliation") == []
    page.get_by_label("C1 C1-2 Amount differs").check()
    page.get_by_placeholder("Why they are right as they are").fill("Rebate, agreed in May")
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("1 difference is kept so.").wait_for()

    page.get_by_role("link", name="C1-1", exact=True).click()
    page.get_by_text("the difference rests on it").wait_for()
    assert look_at(page, "reconciliations-difference") == []
