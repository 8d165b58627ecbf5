"""Strategy hears of every event, as it does in the program, and answers when a test says so."""

import pytest

from tallystick.strategy import actions
from tallystick.strategy.queries import catalogue
from tallystick.timeline import actions as timeline


@pytest.fixture
def hearing(monkeypatch):
    """Have strategy hear of the events of all other rooms."""
    for kind in catalogue.event_kinds():
        heard = [] if kind.startswith("strategy.") else [actions.touch]
        monkeypatch.setitem(timeline._listeners, kind, heard)
