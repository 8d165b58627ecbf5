"""A worker that runs answers what happens, and what a person does is answered without their waiting for it.

The test says how long it took and passes however long that was, as long as it comes: how fast a machine is, is no property of
the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.test_killed import _until, url_of_database

from tallystick.strategy.models import Touched
from tallystick.timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 5
DOCUMENT = f"""{strategies.HEAD}states:
  waiting:
    answers:
      - event: accounts.ItemAdded
        title: Greet
        do: [note: A new invoice]
"""
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """Run `tallystick worker` beside the test, on its database."""
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_database(),
        "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
        "PYTHONPATH": str(_ROOT / "src"),
    }
    process = subprocess.Popen([sys.executable, "-P", "-m", "tallystick", "worker"], env=environment)
    yield process
    process.kill()
    process.wait()


def test_a_running_worker_answers_each_event_when_it_happens(worker):
    account = builders.account()
    strategies.publish(DOCUMENT)
    took = []
    for number in range(1, EVENTS + 2):
        builders.invoice(account, "10.00")
        began = time.monotonic()
        _until(lambda number=number: _answers() == number)
        took.append(time.monotonic() - began)

    # The first waits for the worker to be up.
    sys.stdout.write(f"answered after {median(took[1:]):.2f} s, {max(took[1:]):.2f} s at the longest")
    assert Event.objects.filter(kind="timeline.NoteAdded", account_id=account.pk).count() == EVENTS + 1
    _until(lambda: not Touched.objects.exists())


def _answers() -> int:
    return Event.objects.filter(kind="strategy.EventAnswered").count()
