"""The bench of the decision engine, on the smallest of books: it fills, decides, loses a process, and foresaw what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.strategy.test_killed import url_of_database

from tallystick.config.bench import decisions
from tallystick.strategy.models import Decision, Run, RunChunk
from tallystick.worklists.models import WorkItem

_ACCOUNTS = 1_000
_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_a_tenth_of_the_accounts_acts_in_each_night(monkeypatch):
    for name, value in {
        "DATABASE_URL": url_of_database(),
        "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
        "PYTHONPATH": str(_ROOT / "src"),
    }.items():
        monkeypatch.setenv(name, value)
    # Chunks of a hundred accounts: enough of them that a process dies in the middle.
    monkeypatch.setattr("tallystick.strategy.queries.book._CHUNK", 100)

    report = decisions.run(accounts=_ACCOUNTS, progress=lambda said: None)

    assert Run.objects.filter(finished_at__isnull=False).count() == 3
    assert RunChunk.objects.count() == 3 * 16
    for run in Run.objects.all():
        assert 60 <= Decision.objects.filter(run_id=run.pk).count() <= 120
    assert WorkItem.objects.exists()
    assert any("as was foreseen" in note for note in report.notes)
    assert {figure.name for figure in report.figures} > {"evaluation alone", "night, 1 process"}
