"""The look in a real browser: accessible, never wider than a phone, worked by keys, and asking nobody else for anything."""

from collections.abc import Callable
from typing import Any

import pytest
from tests import builders
from tests.looking import PHONE, findings, look_at

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role

PAGES = [
    "/desk/style",
    "/account/2fa/",
    "/account/password/change/",
    "/account/sessions/",
]
ENTRANCES = ["/account/login/", "/account/password/reset/"]


@pytest.fixture
def desk(live: Any, settings: Any) -> Any:
    """The site in the browser of somebody who holds every role."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    person = builders.user("sam.keane")
    access_actions.set_roles(
        user_id=person.pk, roles=list(Role), reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
    )
    live.log_in(person)
    return live


@pytest.fixture
def style(desk: Any) -> Any:
    """The style guide, open."""
    return desk.open("/desk/style")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_accessible_in_light_and_dark_at_a_desk_and_on_a_phone(desk, address):
    assert look_at(desk.open(address)) == []


@pytest.mark.parametrize("address", ENTRANCES)
def test_the_way_in_is_accessible_too(live, address):
    assert look_at(live.open(address)) == []


def test_a_page_asks_no_other_server_for_anything(desk):
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))

    desk.open("/desk/style").wait_for_load_state("networkidle")

    assert asked
    assert [address for address in asked if not address.startswith((desk.url, "data:"))] == []


@pytest.mark.parametrize(
    "open_it",
    [
        pytest.param(lambda page: page.keyboard.press("?"), id="list of keys"),
        pytest.param(lambda page: page.keyboard.press("Control+k"), id="palette"),
        pytest.param(lambda page: page.click(".who"), id="menu"),
        pytest.param(lambda page: page.click("text=Write off"), id="question"),
        pytest.param(lambda page: page.keyboard.press("p"), id="dialog from the server"),
    ],
)
def test_what_lies_above_the_page_is_accessible(style, open_it: Callable[[Any], None]):
    open_it(style)
    style.wait_for_selector("dialog[open], .menu:popover-open")

    assert findings(style) == []


def test_the_list_of_keys_is_read_from_the_page(style):
    style.keyboard.press("?")

    listed = style.locator("#keys [data-list=page] li").all_text_contents()
    assert [line.split() for line in listed] == [
        ["Filters", "f"],
        ["Next", "account", "n"],
        ["Call", "c"],
        ["Promise", "p"],
        ["Hold", "h"],
    ]


def test_a_key_presses_its_button_and_a_dialog_comes_from_the_server(style):
    style.keyboard.press("p")

    style.wait_for_selector("#dialog[open]")
    assert style.evaluate("document.activeElement.name") == "amount", "the first field has the focus"
    style.keyboard.press("Escape")
    assert style.locator("#dialog[open]").count() == 0


def test_enter_goes_on_to_the_next_field_that_is_empty(style):
    style.keyboard.press("p")
    style.wait_for_selector("#dialog[open]")

    style.keyboard.press("Enter")

    assert style.evaluate("document.activeElement.name") == "pay_on"


def test_keys_do_nothing_while_somebody_types(style):
    style.keyboard.press("/")
    assert style.evaluate("document.activeElement.name") == "q"

    style.keyboard.type("p?")

    assert style.locator("dialog[open]").count() == 0
    assert style.input_value("[data-search]") == "p?"


def test_single_keys_can_be_switched_off_and_stay_off(style):
    style.keyboard.press("?")
    style.uncheck("[data-keys-switch]")
    style.keyboard.press("Escape")
    style.reload()

    style.keyboard.press("p")
    style.keyboard.press("?")
    assert style.locator("dialog[open]").count() == 0

    style.keyboard.press("Control+k")
    assert style.locator("#palette[open]").count() == 1, "the palette takes no single key"


def test_g_and_a_letter_go_to_a_page(style):
    style.keyboard.press("g")
    style.keyboard.press("u")

    style.wait_for_url("**/people/")
    assert style.locator(".nav a[aria-current=page]").inner_text().strip() == "People"


def test_j_and_k_walk_through_the_rows_and_x_ticks_them(style):
    for key in "jjjk":
        style.keyboard.press(key)
    assert style.evaluate("document.activeElement.textContent") == "Oliver Khan"

    for key in "xjjjx":
        style.keyboard.press(key)

    assert style.locator("[data-selected-count]").inner_text() == "2"
    assert style.locator("[data-selected-total]").inner_text() == "£642.15 · €3,910.00", "currencies are not added up"


def test_the_palette_finds_by_a_few_letters(style):
    style.keyboard.press("Control+k")
    style.keyboard.type("ppl")

    assert style.locator("#palette [aria-selected=true]").inner_text().startswith("People")
    style.keyboard.press("Enter")
    style.wait_for_url("**/people/")


def test_the_theme_is_kept_and_the_next_page_is_drawn_in_it(desk):
    page = desk.open("/desk/style")
    page.click(".who")
    page.click("[data-theme-choice=dark]")

    page = desk.open("/account/2fa/")

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_question_stands_before_what_cannot_be_undone(style):
    style.evaluate(
        "window.pressed = 0; document.querySelector('[data-confirm]').addEventListener('click', () => window.pressed++)"
    )

    style.click("text=Write off")
    assert style.evaluate("window.pressed") == 0

    style.click("#confirm [data-confirms]")
    assert style.evaluate("window.pressed") == 1


def test_a_refused_fragment_is_said_and_the_page_stays(style):
    style.evaluate("""() => {
        const button = document.querySelector("[data-key=p]");
        button.setAttribute("hx-get", "/people/987654321/");
        htmx.process(button);
    }""")
    style.click("[data-key=p]")

    toast = style.wait_for_selector(".toast.bad")
    assert "that you may see" in toast.inner_text()
    assert style.locator("#dialog[open]").count() == 0


def test_the_menu_of_a_phone_holds_the_sidebar(desk):
    desk.page.set_viewport_size(PHONE)
    page = desk.open("/desk/style")
    assert not page.locator("#side .nav a").first.is_visible()

    page.click("[popovertarget=side]")

    assert page.locator("#side .nav a").first.is_visible()
    assert findings(page) == []


def test_paper_gets_the_content_alone_in_black_on_white(style):
    style.emulate_media(media="print", color_scheme="dark")

    assert not style.locator("#side").is_visible()
    assert not style.locator(".head .button").first.is_visible()
    assert style.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
