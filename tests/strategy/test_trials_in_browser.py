"""The pages of trials in a real browser: accessible, as wide as a phone, and registered by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.looking import PHONE, look_at
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


def test_a_trial_is_registered_by_hand(manager):
    strategies.publish(DOCUMENT)
    page = manager.open(reverse("strategy:trials"))
    assert look_at(page, "none") == []
    page.keyboard.press("n")
    page.wait_for_url("**/trials/new")
    page.get_by_text("Too little is known").wait_for()
    assert look_at(page, "new") == []
    page.select_option("[name=measure]", "collected")
    page.get_by_text("Money is compared in one currency").wait_for()
    page.select_option("[name=measure]", "paid_in_full")
    page.get_by_text("Say what share you expect").wait_for()
    page.fill("[name=title]", "Call early")
    page.fill("[name=effect]", "5")
    page.fill("[name=expected]", "30")
    page.fill("[name=starts_on]", START.isoformat())
    page.get_by_role("button", name="How many, how long?").click()
    page.get_by_text("challengers are needed").wait_for()
    assert look_at(page, "sized") == []

    page.get_by_role("button", name="Register").click()

    page.get_by_text("Nothing can be said yet: 0 of").wait_for()
    assert look_at(page, "begun") == []


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
    assert look_at(page, f"trial-{is_concluded}") == []
    assert look_at(manager.open(reverse("strategy:trials")), "list") == []


def test_a_measure_is_one_even_card_on_a_phone(manager):
    version = strategies.publish(DOCUMENT)
    trial = _register()
    trial_book.come(version, 200)
    trial_book.pay(champion=3_000, challenger=4_500)
    clock.travel_to(at(START + timedelta(days=10)))
    page = manager.open(reverse("strategy:trial", args=[trial.pk]))
    page.set_viewport_size(PHONE)

    boxes = [cell.bounding_box() for cell in page.locator(".arms tbody tr:first-child td").all()[:6]]
    name, champion, challenger, difference, interval, chance = boxes

    for left, right in ((name, difference), (champion, challenger), (interval, chance)):
        assert abs(left["y"] - right["y"]) < 8, "side by side"
        assert abs(left["width"] - right["width"]) < 1, "as wide as each other"
    assert name["y"] < champion["y"] < interval["y"]
