"""What every test may use. The database server starts with the first test that needs it and stops with the last run.

A test that drives a browser takes the fixture `live` (or pytest-playwright's `page` with `live_server`); by that it is
marked `browser`, tried a second time before it fails, and left out where there is no Chromium.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis
from playwright.sync_api import Error

import tallystick
from tallystick.config.starting.catalogs import compile_catalogs

# No test depends on the clock: a busy machine is no mistake. Nor on luck: whoever changes something else is not stopped by a
# mistake that only today's examples show. To find such, run with `--hypothesis-profile exploring`.
hypothesis.register_profile("tallystick", deadline=None, derandomize=True)
hypothesis.register_profile("exploring", deadline=None, derandomize=False)
hypothesis.load_profile("tallystick")

_DATABASE_FIXTURES = {"db", "transactional_db"}
# Pages ask what queries and actions ask, whose own tests are run on every version of the server.
_OF_PAGES = re.compile("web|pages?|query_counts")
_BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}
_NO_BROWSER = "no Chromium was found: install it (Debian: apt-get install chromium) and run the tests again"


def _chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return str(mac) if mac.exists() else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real browser; left out, loudly, where there is none")
    config.addinivalue_line("markers", "once: proves what no version of the server decides; run on one of them")
    config.addinivalue_line(
        "markers", "server: what another version of the server may do otherwise; run on each of them"
    )
    compile_catalogs(Path(tallystick.__file__).parent)


def pytest_report_header() -> str:
    found = _chromium()
    return f"browser: {found}" if found else f"BROWSER TESTS ARE NOT RUN: {_NO_BROWSER}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    found = _chromium()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
            if found is None:
                item.add_marker(pytest.mark.skip(reason=_NO_BROWSER))
        elif (fixtures & _DATABASE_FIXTURES or item.get_closest_marker("django_db")) and not (
            item.get_closest_marker("once") or _OF_PAGES.search(item.path.stem)
        ):
            item.add_marker(pytest.mark.server)
    # Only now are tests chosen by their marks.
    yield
    # Last, because the browser's event loop stays in the thread of the tests once it runs.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _chromium() is None:
        terminalreporter.section("BROWSER TESTS WERE NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(_NO_BROWSER)


def pytest_unconfigure() -> None:
    server = getattr(connection, "embedded", None)
    if server is not None:
        connection.close()
        server.release()


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have strategy hear of the events of all other rooms, and no job be started by them."""
    from tallystick.strategy import actions
    from tallystick.strategy.queries import catalogue
    from tallystick.timeline import actions as timeline

    for kind in catalogue.event_kinds():
        heard = [] if kind.startswith("strategy.") else [actions.touch]
        monkeypatch.setitem(timeline._listeners, kind, heard)


@pytest.fixture(scope="session")
def base_url() -> None:
    """There is no other site than the one that `live` serves."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's Chromium, as root too, without any connection of its own."""
    # Playwright's event loop runs in the thread of the tests; the database is used from there all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    return {**browser_type_launch_args, "executable_path": _chromium(), "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """See the pages as a British reader does, on a desk's screen."""
    screen = {"width": 1440, "height": 900}
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/London", "viewport": screen}


@dataclass(frozen=True)
class Live:
    """The site, served by a thread, and a page of the browser that looks at it."""

    url: str
    page: Any

    def open(self, path: str = "/") -> Any:
        """Go to an address of the site and give the page."""
        self.page.goto(self.url + path)
        return self.page

    def log_in(self, user: Any) -> None:
        """Give the browser a session of a user, without going through the log-in page."""
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])

    def log_out(self) -> None:
        """Forget the session."""
        self.page.context.clear_cookies()


class _InHand:
    """The requests that the site is answering. While there is one, the book is not emptied for the next test."""

    def __init__(self) -> None:
        self._number = 0
        self._changed = threading.Condition()
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def wait_for_none(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._number == 0, timeout=120), "the site does not come to rest"

    def _begin(self, **_said: Any) -> None:
        self._count(1)

    def _end(self, **_said: Any) -> None:
        self._count(-1)

    def _count(self, by: int) -> None:
        # A test asks in the main thread, without a browser and without the site.
        if threading.current_thread() is not threading.main_thread():
            with self._changed:
                self._number += by
                self._changed.notify_all()


_in_hand = _InHand()


@pytest.fixture
def at_rest(live_server: Any) -> Iterator[None]:
    """Let the site come to rest when the browser has gone, before the book is emptied for the next test."""
    yield
    _in_hand.wait_for_none()


@pytest.fixture
def live(live_server: Any, at_rest: None, page: Any) -> Iterator[Live]:
    """The site in a browser. Errors of the page's own scripts, and refusals of its policy, fail the test.

    Nobody presses a key at a page that is not there yet, as people do not: its scripts have run by the time it is loaded.
    """
    for press in ("press", "type"):
        setattr(page.keyboard, press, _once_loaded(page, getattr(page.keyboard, press)))
    complaints: list[str] = []
    page.set_default_timeout(120_000)  # A busy machine is no mistake.
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if _is_refusal(line) else None)
    yield Live(url=live_server.url, page=page)
    found = list(complaints)
    _leave(page)
    assert not found


def _leave(page: Any) -> None:
    """Take a page to where nothing is on its way: one that is closed on its way to another may never be gone."""
    complaints = []
    for _try in range(50):
        try:
            page.goto("about:blank")
        except Error as complaint:  # It came to where it was going first: ask again when it has had time to arrive.
            complaints.append(complaint.message)
            page.wait_for_timeout(200)
        else:
            return
    raise AssertionError(f"the page does not come to rest: {complaints[-1]}")


def _once_loaded(page: Any, press: Callable[..., None]) -> Callable[..., None]:
    def press_then(keys: str, **how: Any) -> None:
        page.wait_for_load_state("load")
        press(keys, **how)

    return press_then


def _is_refusal(line: Any) -> bool:
    return line.type == "error" and "Content Security Policy" in line.text
