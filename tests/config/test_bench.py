"""The benches on the smallest of books: all of it is done, and what came of it is what was foreseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from tests.strategy import builders as strategies
from tests.strategy.test_killed import url_of_database

from tallystick.charges.models import Bearing
from tallystick.config import invariants
from tallystick.config.bench import decisions, ledger, whole
from tallystick.kernel import clock
from tallystick.strategy.models import Decision, Run, RunChunk
from tallystick.worklists.models import WorkItem

_ACCOUNTS = 1_000
_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_a_tenth_of_the_accounts_acts_in_each_night(monkeypatch, request):
    for name, value in {
        "DATABASE_URL": url_of_database(),
        "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
        "PYTHONPATH": str(_ROOT / "src"),
    }.items():
        monkeypatch.setenv(name, value)
    # Chunks of a hundred accounts: enough of them that a process dies in the middle.
    monkeypatch.setattr("tallystick.strategy.queries.book._CHUNK", 100)
    strategies.cut_book(width=16)
    request.addfinalizer(strategies.mend_book)

    report = decisions.run(accounts=_ACCOUNTS, progress=lambda said: None)

    assert Run.objects.filter(finished_at__isnull=False).count() == 3
    assert RunChunk.objects.count() == 3 * 10
    for run in Run.objects.all():
        assert 60 <= Decision.objects.filter(run_id=run.pk).count() <= 120
    assert WorkItem.objects.exists()
    assert any("as was foreseen" in note for note in report.notes)
    assert {figure.name for figure in report.figures} > {"evaluation alone", "night, 1 process"}


@pytest.mark.django_db(transaction=True)
def test_the_whole_loop_is_measured_from_the_files_to_the_pages(monkeypatch):
    monkeypatch.setattr(whole, "_TIMES", 10)
    monkeypatch.setattr(whole, "_FEW_TIMES", 3)
    call_command("createcachetable", verbosity=0)

    report = whole.run(accounts=_ACCOUNTS, progress=lambda said: None)

    counts = {figure.name: figure.count for figure in report.figures}
    assert counts["import of customers, checks included"] == _ACCOUNTS
    assert counts["import of invoices, checks included"] == 2_500
    assert counts["bank lines read, posted and matched"] == 50
    assert counts["nightly run, decisions with actions and events"] > 500
    # Nine lines of ten name the item that they pay.
    assert "of 50 bank lines 45 found the item they pay; 5 wait for a person" in report.notes
    assert [each.name for each in report.latencies][-1] == "ageing of the book 90 days ago"
    assert all(0 < each.median <= each.p95 for each in report.latencies)


@pytest.mark.django_db(transaction=True)
def test_interest_is_charged_on_what_is_late_day_by_day(monkeypatch):
    monkeypatch.setattr(ledger, "_TIMES", 20)

    report = ledger.run(accounts=_ACCOUNTS, progress=lambda said: None)

    proven, next_day, after, looked_at, again = (
        figure.count for figure in report.figures if figure.name.startswith("interest")
    )
    assert _ACCOUNTS < proven <= next_day <= after <= looked_at
    assert Bearing.objects.filter(through_on=clock.now().date()).count() == again >= after
    assert len([note for note in report.notes if "processor time by the server" in note]) == 4
    assert [name for name in (each.name for each in report.latencies) if "90 days ago" in name]
    assert _unsound() == []


def _unsound():
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "charges"}]
    named = [name for finding in invariants.check(chosen, at=clock.now()) for name in finding.named]
    # Accounts that are filled in by arithmetic are not looked up by anybody.
    return [name for name in named if "is not found by its reference" not in name]
