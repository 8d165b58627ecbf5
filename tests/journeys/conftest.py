"""What journeys have: a calendar, the world outside, and a browser that people take turns at."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.journeys.calendar import Calendar
from tests.journeys.outside import Outside

from tallystick.kernel import clock
from tallystick.timeline import actions as timeline


@pytest.fixture
def outside(tmp_path: Path, settings: Any) -> Iterator[Outside]:
    """The world outside, plugged in by settings as an operator would."""
    with Outside(letters_folder=tmp_path / "letters") as world:
        settings.CONTACT_SENDERS = world.senders()
        yield world


@pytest.fixture
def begin(transactional_db: None, settings: Any) -> Iterator[Callable[[date], Calendar]]:
    """Begin a story on a day; when it is over, the clock shows the real time again."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    yield Calendar
    clock.travel_to(None)


def must_be_sound() -> None:
    """Have `tallystick check` look at the book: at the end of every story nothing may be broken."""
    while timeline.seal_events(at=clock.now()):
        pass
    said = io.StringIO()
    try:
        call_command("check", stdout=said)
    except CommandError:
        pytest.fail(said.getvalue())
