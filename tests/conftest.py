"""What every test may use. The database server starts with the first test that needs it and stops with the last run.

A test that drives a browser takes the fixture `live` (or pytest-playwright's `page` with `live_server`); by that it is
marked `browser`, and left out where there is no Chromium.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis

import tallystick
from tallystick.config.starting.catalogs import compile_catalogs

# No test depends on the clock: a busy machine is no mistake.
hypothesis.register_profile("tallystick", deadline=None)
hypothesis.load_profile("tallystick")

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
    compile_catalogs(Path(tallystick.__file__).parent)


def pytest_report_header() -> str:
    found = _chromium()
    return f"browser: {found}" if found else f"BROWSER TESTS ARE NOT RUN: {_NO_BROWSER}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found = _chromium()
    for item in items:
        if _BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
        if found is None and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=_NO_BROWSER))
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


@pytest.fixture
def live(live_server: Any, page: Any) -> Iterator[Live]:
    """The site in a browser. Errors of the page's own scripts, and refusals of its policy, fail the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if _is_refusal(line) else None)
    yield Live(url=live_server.url, page=page)
    assert not complaints


def _is_refusal(line: Any) -> bool:
    return line.type == "error" and "Content Security Policy" in line.text
