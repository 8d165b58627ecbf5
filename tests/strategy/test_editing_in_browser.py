"""The editor in a real browser: a strategy is built from nothing and a shipped one is changed, by keys and forms alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.looking import look_at
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY
from tests.strategy.test_pages_in_browser import account, manager

from tallystick.access.models import User
from tallystick.strategy import actions
from tallystick.strategy.models import Version, WorkingCopy
from tallystick.strategy.queries import comparing, versions

__all__ = ["account", "manager"]


def _working() -> WorkingCopy:
    return WorkingCopy.objects.get()


PAGES: dict[str, Callable[[int], str]] = {
    "build": lambda _copy: reverse("strategy:build"),
    "working": lambda copy: reverse("strategy:working", args=[copy]),
    "text": lambda copy: reverse("strategy:working_text", args=[copy]),
    "the whole": lambda copy: reverse("strategy:change_whole", args=[copy]),
    "step": lambda copy: reverse("strategy:change_part", args=[copy, "states/reminding/steps/2"]),
    "task": lambda copy: reverse("strategy:change_part", args=[copy, "states/reminding/steps/4/do/1"]),
    "answer": lambda copy: reverse("strategy:add_part", args=[copy, "answers"]) + "?kind=notify",
    "state": lambda copy: reverse("strategy:add_part", args=[copy, "states"]),
    "split": lambda copy: reverse("strategy:change_part", args=[copy, "splits/early-call"]),
    "removed": lambda copy: reverse("strategy:remove_part", args=[copy, "states/final"]),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_editor_is_accessible_in_light_and_dark_at_a_desk_and_on_a_phone(name, manager, account):
    version = strategies.publish(versions.shipped("staged-reminders"))
    page = manager.open(reverse("strategy:version", args=[version.pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")

    assert look_at(manager.open(PAGES[name](_working().pk))) == []


def test_a_strategy_is_built_from_nothing_by_forms_and_runs(manager, account):
    page = manager.open(reverse("strategy:strategies"))
    page.keyboard.press("n")
    page.get_by_label("What people call it").fill("Three states")
    page.get_by_label("State an account begins in").fill("Not overdue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/working/*")

    # A second state, by a condition that is completed: typed in part, chosen by keys, read aloud, counted.
    strategies.refresh(account.pk)
    page.keyboard.press("n")
    page.get_by_label("What people call it").fill("Reminding")
    page.locator("#part_when").focus()
    page.keyboard.type("days_past")
    page.get_by_role("option", name="days_past_due").first.wait_for()
    assert look_at(page) == []
    page.keyboard.press("Enter")
    assert page.locator("#part_when").input_value() == "days_past_due "
    page.keyboard.type(">= 7")
    page.get_by_text("days past due is at least 7 days").wait_for()
    page.get_by_text("On today's book: 1 account").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/working/*#at-states-not-overdue-leave-1")
    assert page.locator(".states-picture a.state").count() == 2

    # A third one, by the way that leads to it.
    reminding = page.locator("#state-reminding")
    reminding.get_by_role("link", name="Add a transition").click()
    page.locator("#part_when").fill("overdue <= 0")
    page.locator("#part_go").select_option(label="a new state …")
    page.get_by_label("Name of the new state").fill("Paid")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/working/*#at-states-reminding-leave-1")

    # A task with a limit, that is waited for.
    reminding.get_by_text("Add a step").click()
    reminding.get_by_role("link", name="Task for a person").first.click()
    page.get_by_label("What people call it").fill("Call")
    page.get_by_label("What is to be done").fill("Call the customer")
    page.get_by_label("Time limit, in business days").fill("2")
    page.get_by_label("The account waits until it is done").check()
    page.get_by_label("When it came to").first.select_option(label="Right person: promised to pay")
    page.locator("#part_order-result_state_1").select_option(label="Paid")
    page.locator("#part_when").fill("overdeu > 0")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Did you mean “overdue”?").first.wait_for()
    page.locator("#part_when").fill("overdue > 0")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/working/*#at-states-reminding-steps-1")
    assert "Wait until it is done, for 2 business days at most" in reminding.inner_text()

    page.keyboard.press("s")
    page.get_by_text("Kept as a draft. It decides nothing").wait_for()
    version = Version.objects.get()
    terms: dict[str, Any] = {"at": builders.AT, "by": builders.TEST}
    actions.approve(version_id=version.pk, **terms)
    page.reload()
    page.keyboard.press("p")
    page.locator("dialog[open]").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. It decides from now on").wait_for()
    actions.assign(strategy="three-states", **terms)
    actions.settle(day=DAY, **terms)
    for day in strategies.days(DAY, 2):
        strategies.run(day)
    assert [title for _day, title in strategies.happened(account.pk)] == ["→ Reminding", "Call"]


def test_a_shipped_strategy_is_changed_and_the_comparison_names_that_alone(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    page = manager.open(reverse("strategy:version", args=[Version.objects.get().pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")
    page.get_by_role("link", name="Change Statement").click()
    page.locator("#part_days").fill("10")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/working/*#at-states-reminding-steps-3")

    # Moved by the keyboard, which stays where it was, and taken back.
    page.get_by_role("button", name="Move Statement up").press("Enter")
    page.wait_for_url("**/working/*?at=*")
    page.wait_for_selector("[aria-label='Move Statement up']:focus")
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Undone.").wait_for()
    page.keyboard.press("s")
    page.wait_for_url("**/strategy/versions/*")

    before, after = Version.objects.order_by("number")
    [part] = comparing.compare(before, after)
    [difference] = part.differences
    assert (part.title, difference.title) == ("Reminding", "Statement")
    changed = zip(before.document.splitlines(), after.document.splitlines(), strict=True)
    assert [pair for pair in changed if pair[0] != pair[1]] == [("        after: 7 days", "        after: 10 days")]


def test_a_condition_is_chosen_row_by_row(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    page = manager.open(reverse("strategy:version", args=[Version.objects.get().pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")
    page.get_by_role("link", name="Change Second reminder").first.click()
    page.wait_for_url("**/change/**")
    page.get_by_text("Choose instead of typing").press("Enter")
    page.get_by_label("Another fact").fill("accounts.balance")
    page.get_by_label("Another fact").press("Tab")
    page.get_by_label("How").select_option(label="is more than")
    page.get_by_label("Value").fill("1500")
    page.get_by_label("Value").press("Tab")
    page.get_by_text("accounts balance is more than £1,500.00").wait_for()
    page.get_by_label("Another fact").fill("promises.last_broken_on")
    page.get_by_label("Another fact").press("Tab")
    page.locator("#when-sign-1").select_option(label="is not longer ago than, in days")
    page.locator("#when-value-1:not([type=date])").fill("30")
    page.locator("#when-value-1").press("Tab")
    page.get_by_text("30 days ago").wait_for()
    assert look_at(page) == []
    assert page.locator("#part_when").input_value() == (
        "accounts.balance > 1500 GBP and promises.last_broken_on >= today - 30 days"
    )

    # What is typed is what the rows say next; what they cannot say stays a text.
    page.get_by_text("Choose instead of typing").click()
    page.locator("#part_when").fill("has_email and not (overdue > 0 or on_hold)")
    page.get_by_text("Choose instead of typing").click()
    page.get_by_text("It stays a text.").wait_for()


@pytest.fixture
def step(manager: Any, account: Any) -> Any:
    """The form of a step, open."""
    version = strategies.publish(versions.shipped("uk-b2b"))
    page = manager.open(reverse("strategy:version", args=[version.pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")
    return manager.open(reverse("strategy:change_part", args=[_working().pk, "states/reminding/steps/2"]))


def _hold_back(page: Any, addresses: str) -> list[Any]:
    """Have the site be slow: give the requests that wait from now on."""
    waiting: list[Any] = []
    page.route(addresses, lambda request: waiting.append(request))
    return waiting


def test_a_word_takes_the_place_of_all_that_was_typed_at_it_however_late_the_answer(step):
    step.locator("#part_when").fill("")
    step.keyboard.type("days_pa")
    step.get_by_role("option", name="days_past_due").first.wait_for()
    _hold_back(step, "**/condition.json*")

    step.keyboard.type("st")
    step.keyboard.press("Enter")

    assert step.locator("#part_when").input_value() == "days_past_due "


def test_what_is_typed_into_the_text_meanwhile_is_not_overrun_by_the_rows(step):
    step.get_by_text("Choose instead of typing").press("Enter")
    waiting = _hold_back(step, "**/rows/**")
    step.get_by_label("Another fact").fill("accounts.balance")
    step.get_by_label("Another fact").press("Tab")
    step.locator("#part_when").fill("")
    step.keyboard.type("on_hold")

    with step.expect_response("**/rows/**") as answer:
        waiting[0].continue_()
    answer.value.finished()
    step.evaluate("new Promise(requestAnimationFrame)")

    assert step.locator("#part_when").input_value() == "on_hold"


def test_everything_works_without_a_script(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    page = manager.open(reverse("strategy:version", args=[Version.objects.get().pk]))
    page.route("**/*.js", lambda route: route.abort())
    page.reload()
    page.get_by_role("button", name="Change").click()
    page.get_by_role("link", name="Change Statement").click()
    page.locator("#part_when").fill("")
    page.get_by_text("Choose instead of typing").click()
    page.locator("#when-fact-0").fill("open_items")
    page.get_by_role("button", name="Take it over").click()
    page.locator("#when-sign-0").select_option(label="is more than")
    page.locator("#when-value-0").fill("2")
    page.get_by_role("button", name="Take it over").click()
    assert page.locator("#part_when").input_value() == "open_items > 2"
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/working/*#at-states-reminding-steps-3")

    assert "when: open_items > 2" in _working().document


def test_what_somebody_else_kept_is_taken_over_by_keys_alone(manager, account):
    version = strategies.publish(versions.shipped("staged-reminders"))
    page = manager.open(reverse("strategy:version", args=[version.pk]))
    page.keyboard.press("e")
    page.wait_for_url("**/working/*")
    copy = _working()
    person = builders.actor(User.objects.get(username="mara.lindqvist"), "publish strategies")
    for name in ("First reminder", "Early call"):
        mine = _working()
        document = mine.document.replace(f"title: {name}", f"title: {name}, mine")
        actions.write_copy(
            copy_id=mine.pk, revision=mine.revision, document=document, said=name, at=builders.AT, by=person
        )
    theirs = version.document.replace("title: First reminder", "title: A first word").replace("after: 2", "after: 3")
    actions.draft(document=theirs, at=builders.AT, by=builders.TEST)

    page = manager.open(reverse("strategy:working", args=[copy.pk]))
    page.get_by_text("2 parts you both changed: choose which is to be.").wait_for()
    assert look_at(page) == []
    page.get_by_role("radio", name="Mine").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Mine").nth(1).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")

    page.get_by_text("Version 2 taken over").wait_for()
    assert "title: First reminder, mine" in _working().document
    assert "title: Early call\n" in _working().document
    page.keyboard.press("u")
    page.get_by_text("kept version 2 meanwhile").wait_for()
    assert look_at(manager.open(reverse("strategy:strategies"))) == []
