"""The pages of trials in a real browser: accessible, as wide as a phone, and registered by hand."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.strategy import builders as strategies
from tests.strategy import test_pages_in_browser as pages
from tests.strategy import trial_book
from tests.strategy.builders import at
from tests.strategy.test_trials import BY, _register
from tests.strategy.trial_book import DOCUMENT, START

from tallystick.kernel import clock
from tallystick.strategy import actions

account = pages.account
manager = pages.manager


def _looked_at(page, name):
    pages._is_fit_to_look_at(page)
    if folder := os.environ.get("TALLYSTICK_TEST_PICTURES"):
        for screen, wide in ((pages.DESK, "desk"), (pages.PHONE, "phone")):
            page.set_viewport_size(screen)
            page.screenshot(path=f"{folder}/{name}-{wide}.png", full_page=True)
    page.set_viewport_size(pages.DESK)


def test_a_trial_is_registered_by_hand(manager):
    strategies.publish(DOCUMENT)
    page = manager.open(reverse("strategy:trials"))
    _looked_at(page, "none")
    page.keyboard.press("n")
    page.wait_for_url("**/trials/new")
    _looked_at(page, "new")
    page.fill("[name=title]", "Call early")
    page.fill("[name=effect]", "5")
    page.fill("[name=expected]", "30")
    page.fill("[name=starts_on]", START.isoformat())
    page.get_by_role("button", name="How many, how long?").click()
    page.get_by_text("challengers are needed").wait_for()
    _looked_at(page, "sized")

    page.get_by_role("button", name="Register").click()

    page.get_by_text("Nothing can be said yet: 0 of").wait_for()
    _looked_at(page, "begun")


@pytest.mark.parametrize("is_concluded", [False, True])
def test_what_came_of_a_trial_is_accessible(manager, is_concluded):
    version = strategies.publish(DOCUMENT)
    trial = _register()
    trial_book.come(version, 1_600)
    trial_book.pay(champion=3_000, challenger=4_500)
    day = START + timedelta(days=10)
    clock.travel_to(at(day))
    if is_concluded:
        actions.take_look(trial_id=trial.pk, at=at(day), by=BY)

    page = manager.open(reverse("strategy:trial", args=[trial.pk]))

    wanted = "“challenger” is better" if is_concluded else "no conclusion may be drawn"
    assert wanted in page.locator("main").inner_text()
    _looked_at(page, f"trial-{is_concluded}")
    _looked_at(manager.open(reverse("strategy:trials")), "list")
