"""The page of a split that learns in a real browser: accessible, as wide as a phone, and frozen by hand."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.looking import look_at
from tests.strategy import builders as strategies
from tests.strategy import test_pages_in_browser as pages
from tests.strategy.builders import BY, DAY, at
from tests.strategy.learned import DOCUMENT, synthetic

from tallystick.kernel import clock
from tallystick.strategy import actions

account = pages.account
manager = pages.manager


def test_what_it_has_learned_is_accessible_and_it_is_frozen_by_hand(manager):
    version = strategies.publish(DOCUMENT)
    for week in range(6):
        synthetic(version, week, 120, firm=35, soft=30, seed="3")
        actions.learn(at=at(DAY + timedelta(days=7 * week)), by=BY)
    clock.travel_to(at(DAY + timedelta(days=40)))
    page = manager.open(reverse("strategy:version", args=[version.pk]))
    page.get_by_role("link", name="What “tone” has learned").click()
    page.get_by_role("heading", name="What came of each arm").wait_for()
    assert look_at(page, "learned") == []

    page.fill("[name=reason]", "A strike at the post.")
    page.get_by_role("button", name="Freeze").click()

    page.get_by_text("Frozen: accounts are dealt out as").wait_for()
    assert look_at(page, "frozen") == []
    page = manager.open(reverse("strategy:split", args=["test", "tone"]))
    assert page.get_by_role("button", name="Learn again").is_visible()


def test_a_split_is_told_by_a_form_to_learn(manager):
    version = strategies.publish(DOCUMENT)
    page = manager.open(reverse("strategy:version", args=[version.pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")
    page.get_by_role("link", name="Tone").click()
    page.get_by_label("Days watched").wait_for()
    assert look_at(page, "split-form") == []
    page.get_by_label("Days watched").fill("21")
    page.locator("#part").get_by_role("button", name="Save").click()

    page.get_by_text("within 21 days").wait_for()
