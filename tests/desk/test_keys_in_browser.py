"""What a collector does all day, by keyboard alone, and how many keys each thing takes.

The counts are printed: run `pytest tests/desk/test_keys_in_browser.py -rP`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.urls import reverse
from tests.builders import TODAY

from tallystick.access.rules.rights import Role
from tallystick.contact.models import Call, Message
from tallystick.disputes.models import Dispute
from tallystick.holds.models import Hold
from tallystick.promises.models import Promise
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists.models import WorkItem


class Keyboard:
    """Presses keys, one after the other, and counts them."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Press keys; after one that asks the server for something, wait until the answer stands there."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
            self._wait()

    def open(self, key: str) -> None:
        """Press a key that opens a dialog."""
        self.press(key)
        self.page.wait_for_selector("#dialog[open] h2")

    def _wait(self) -> None:
        # A form or a button waits for its answer; a day that is read back while it is typed keeps nobody waiting.
        for _try in range(200):
            self.page.wait_for_load_state("load")
            self.page.wait_for_timeout(40)
            if not self.page.locator(".htmx-request:not(input)").count():
                return
        raise AssertionError("the server did not answer")


@pytest.fixture
def carla(book: Any, person: Callable[..., Any], live: Any) -> Any:
    """A collector's browser."""
    live.log_in(person(Role.COLLECTOR, "carla.webb"))
    return live


@pytest.fixture
def keyboard(book: Any, carla: Any) -> Keyboard:
    """The keyboard in front of the account of Amelia Hughes."""
    carla.open(reverse("desk:account", args=[book.account.pk]))
    return Keyboard(carla.page)


def _until(condition: Callable[[], Any], page: Any) -> None:
    for _try in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


#: What is done, by which keys, how it shows in the book, and how many keys it may take.
TASKS = [
    pytest.param(
        "a promise of all that is owed by Friday",
        ["p", "Enter", "f", "r", "i", "Enter"],
        lambda: Promise.objects.filter(amount_minor=30_000, pay_on="2026-03-06").exists(),
        6,
        id="promise",
    ),
    pytest.param(
        "a call that nobody answered",
        ["c", "n"],
        lambda: Call.objects.filter(outcome="no_answer").exists(),
        2,
        id="no answer",
    ),
    pytest.param(
        "a call to a wrong person",
        ["c", "w"],
        lambda: Call.objects.filter(outcome="wrong_party").exists(),
        2,
        id="wrong person",
    ),
    pytest.param(
        "a call and the promise made in it",
        ["c", "p", "Enter", "f", "r", "i", "Enter"],
        lambda: Promise.objects.exists() and Call.objects.filter(outcome="promise").exists(),
        7,
        id="call with a promise",
    ),
    pytest.param(
        "a call back at three",
        ["c", "c", "3", "p", "m", "Enter"],
        lambda: WorkItem.objects.filter(kind="callback", state="open").exists(),
        6,
        id="call back",
    ),
    pytest.param(
        "a dispute of the account, goods not received",
        ["d", "Tab", "g", "Tab", "Enter"],
        lambda: Dispute.objects.filter(reason="not_received").exists(),
        5,
        id="dispute",
    ),
    pytest.param(
        "a message from a template",
        ["m", "Enter", "Enter"],
        lambda: Message.objects.filter(state="queued").exists(),
        3,
        id="message",
    ),
    pytest.param(
        "a hold for a week",
        ["h", "Tab", "+", "7", "Enter"],
        lambda: Hold.objects.filter(until_on="2026-03-09").exists(),
        5,
        id="hold",
    ),
    pytest.param(
        "a task done",
        ["f"],
        lambda: WorkItem.objects.filter(state="done").exists(),
        1,
        id="task done",
    ),
    pytest.param(
        "a task put off to Friday",
        ["l", "f", "r", "i", "Enter"],
        lambda: WorkItem.objects.filter(due_on="2026-03-06", state="open").exists(),
        5,
        id="task put off",
    ),
]


@pytest.mark.parametrize(("what", "keys", "is_done", "most"), TASKS)
def test_work_is_done_in_few_keys(
    book: Any,
    templates: None,
    keyboard: Keyboard,
    what: str,
    keys: Sequence[str],
    is_done: Callable[[], bool],
    most: int,
) -> None:
    book.task()
    keyboard.page.reload()

    keyboard.press(keys[0]) if len(keys) == 1 else keyboard.open(keys[0])
    keyboard.press(*keys[1:])

    _until(is_done, keyboard.page)
    print(f"{keyboard.pressed:>2} keys: {what} ({' '.join(keys)})")  # noqa: T201
    assert keyboard.pressed <= most


def test_the_next_account_is_one_key_from_the_worklist(book: Any, carla: Any) -> None:
    book.task()
    keyboard = Keyboard(carla.open(reverse("desk:worklist")))

    keyboard.press("n")
    carla.page.wait_for_url(f"**{reverse('desk:account', args=[book.account.pk])}")

    print(f"{keyboard.pressed:>2} key:  the next account (n)")  # noqa: T201
    assert keyboard.pressed == 1


def test_after_something_is_saved_enter_goes_on_to_the_next_account(book: Any, carla: Any) -> None:
    book.task()
    other = book.debtor("Second Debtor")
    book.task(other)
    keyboard = Keyboard(carla.open(reverse("desk:worklist")))
    keyboard.press("n")
    carla.page.wait_for_url(f"**/accounts/{book.account.pk}")

    keyboard.open("c")
    keyboard.press("n")
    carla.page.wait_for_url("**?done")
    carla.page.wait_for_selector("button:focus")
    keyboard.press("Enter")

    carla.page.wait_for_url(f"**/accounts/{other.pk}")
    print(f"{keyboard.pressed - 1:>2} keys: an outcome, and the next account (c n Enter)")  # noqa: T201


def test_leaving_without_an_outcome_is_asked_about_and_answered_by_key(book: Any, carla: Any) -> None:
    book.task()
    other = book.debtor("Second Debtor")
    book.task(other)
    keyboard = Keyboard(carla.open(reverse("desk:worklist")))
    keyboard.press("n")
    carla.page.wait_for_url(f"**/accounts/{book.account.pk}")

    keyboard.press("n")
    carla.page.wait_for_selector("#dialog[open] >> text=What came of it?")
    keyboard.press("b")

    carla.page.wait_for_url(f"**/accounts/{other.pk}")
    assert WorkItem.objects.get(account=book.account).state == "open"


def test_why_is_one_key_away(keyboard: Keyboard) -> None:
    keyboard.open("w")

    keyboard.page.wait_for_selector("#dialog[open] >> text=Why here, and what comes next")
    print(f"{keyboard.pressed:>2} key:  why the account is here (w)")  # noqa: T201


def test_a_day_is_read_back_while_it_is_typed(keyboard: Keyboard) -> None:
    keyboard.open("p")
    keyboard.press("Enter")
    keyboard.page.keyboard.type("+7")

    keyboard.page.wait_for_selector("text=Mon 9 Mar")
    keyboard.page.keyboard.press("Control+a")
    keyboard.page.keyboard.type("1 mar 2026")
    keyboard.page.wait_for_selector(".reading .late >> text=Sun 1 Mar")


def test_a_refused_promise_stays_in_the_dialog_with_its_reason(keyboard: Keyboard) -> None:
    keyboard.open("p")
    keyboard.press("Enter")
    keyboard.page.keyboard.type("+90")
    keyboard.press("Enter")

    keyboard.page.wait_for_selector("#dialog[open] .notice >> text=Promise a day from")
    assert keyboard.page.locator("#dialog [name=pay_on]").input_value() == "+90"
    assert not Promise.objects.exists()


def test_enter_in_a_field_of_a_call_chooses_no_outcome(keyboard: Keyboard) -> None:
    keyboard.open("c")
    keyboard.page.locator("#dialog [name=callback_at]").fill("3pm")
    keyboard.press("Enter")

    keyboard.page.wait_for_timeout(200)
    assert keyboard.page.locator("#dialog[open]").count() == 1
    assert not Call.objects.exists()


def test_the_number_is_asked_for_only_where_it_is_another(keyboard: Keyboard) -> None:
    keyboard.open("c")
    number = keyboard.page.locator("#dialog [name=number]")

    assert not number.is_visible()
    keyboard.page.locator("#dialog [name=point]").select_option("")
    assert number.is_visible()


def test_a_note_is_sent_from_its_own_field(book: Any, keyboard: Keyboard) -> None:
    keyboard.open("o")
    keyboard.page.keyboard.type("She moves in May.")
    keyboard.press("Control+Enter")

    _until(lambda: timeline_queries.of_account([book.account.pk], kinds=["timeline.NoteAdded"]), keyboard.page)


def test_an_event_of_the_timeline_opens_in_the_dialog(keyboard: Keyboard) -> None:
    keyboard.page.locator("#timeline .what a").first.click()

    keyboard.page.wait_for_selector("#dialog[open] >> text=Never edited")


def test_a_part_of_the_timeline_replaces_it_in_place(keyboard: Keyboard) -> None:
    keyboard.page.click("#timeline >> text=Contact")

    keyboard.page.wait_for_selector("#timeline [aria-current=true] >> text=Contact")
    assert "filter" not in keyboard.page.url


def test_ticked_rows_add_up_and_are_given_to_somebody(book: Any, person: Callable[..., Any], live: Any) -> None:
    colin = person(Role.COLLECTOR, "colin.marsh")
    live.log_in(person(Role.TEAM_LEADER, "terry.osei"))
    for account in (book.account, book.debtor("Second Debtor", "50.00")):
        book.task(account)
    page = live.open(reverse("desk:worklist"))

    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)

    assert page.locator("[data-selected-count]").text_content() == "2"
    assert page.locator("[data-selected-total]").text_content() == "£350.00"
    page.select_option("[name=to]", f"user:{colin.pk}")
    page.click("button[name=give]")
    page.wait_for_selector("text=2 tasks given to colin.marsh.")
    assert WorkItem.objects.filter(assignee_id=colin.pk, due_on=TODAY).count() == 2
