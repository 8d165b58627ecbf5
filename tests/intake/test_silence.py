"""A file that lists everything open says by its silence what was paid to the client."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests import builders
from tests.intake.files import (
    AT,
    IMPORTER,
    INVOICE_HEADINGS,
    checked,
    commit,
    faults,
    invoice,
    loaded,
    receipt,
    source,
    written,
)

from tallystick.accounts.models import Item, SourceCredit
from tallystick.config import invariants
from tallystick.intake import actions, queries
from tallystick.intake.models import Batch, Listed, Source
from tallystick.kernel import sql
from tallystick.ledger import queries as ledger_queries
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db

LATER = AT.replace(month=5)


@pytest.fixture
def ledger() -> Source:
    """A source whose first file listed three open invoices of two customers."""
    of = source()
    loaded(of, written([invoice(1), invoice(2, amount="50.00"), invoice(3, account="B1")]), holds_everything_open=True)
    return of


def next_file(of: Source, lines: list[list[str]], **changes: Any) -> Batch:
    return checked(of, written(lines), holds_everything_open=True, **changes)


def open_items() -> dict[str, int]:
    return dict(Item.objects.filter(open_minor__gt=0).values_list("reference", "open_minor"))


def test_what_is_no_longer_listed_is_settled(ledger: Source) -> None:
    batch = commit(next_file(ledger, [invoice(1), invoice(4, account="B1", amount="7.00")]), at=LATER)

    assert receipt(batch) == {
        ("unchanged", "GBP"): (1, 10_000),
        ("new", "GBP"): (1, 700),
        ("settled", "GBP"): (2, 15_000),
    }
    assert open_items() == {"INV-00001": 10_000, "INV-00004": 700}
    gone = Item.objects.get(reference="INV-00002")
    assert (gone.open_minor, gone.settled_on) == (0, LATER.date())
    assert ledger_queries.balance(gone.account_id, currency="GBP").minor == 10_000
    assert {(each.kind, each.amount_minor, each.booked_on) for each in SourceCredit.objects.all()} == {
        ("settlement", 5_000, LATER.date()),
        ("settlement", 10_000, LATER.date()),
    }
    assert timeline_queries.of_account([gone.account_id])[0]["kind"] == "accounts.SettledAtSource"
    assert not [finding for finding in invariants.check() if finding.breaches]


def test_a_check_says_what_would_be_settled_and_settles_nothing(ledger: Source) -> None:
    batch = next_file(ledger, [invoice(1)])

    assert receipt(batch) == {("unchanged", "GBP"): (1, 10_000), ("settled", "GBP"): (2, 15_000)}
    assert len(open_items()) == 3
    assert not SourceCredit.objects.exists()


def test_the_last_settlement_clears_the_account(ledger: Source) -> None:
    commit(next_file(ledger, [invoice(1), invoice(2, amount="50.00")]))

    cleared = Item.objects.get(reference="INV-00003").account_id
    assert timeline_queries.of_account([cleared])[0]["kind"] == "accounts.BalanceCleared"


def test_the_same_file_again_settles_nothing_more(ledger: Source) -> None:
    commit(next_file(ledger, [invoice(1)]))
    entries = sql.value("SELECT count(*) FROM ledger_entry")

    again = commit(next_file(ledger, [invoice(1)]))

    assert receipt(again) == {("unchanged", "GBP"): (1, 10_000)}
    assert sql.value("SELECT count(*) FROM ledger_entry") == entries


def test_only_what_is_still_open_is_settled(ledger: Source) -> None:
    partly = [[*invoice(1), "100.00"], [*invoice(2, amount="50.00"), "20.00"], [*invoice(3, account="B1"), "100.00"]]
    headings = (*INVOICE_HEADINGS, "Open Balance")
    loaded(ledger, written(partly, headings=headings), holds_everything_open=True)

    batch = commit(next_file(ledger, [invoice(1), invoice(3, account="B1")]))

    assert receipt(batch)["settled", "GBP"] == (1, 2_000)


def test_a_file_that_does_not_list_everything_settles_nothing(ledger: Source) -> None:
    batch = loaded(ledger, written([invoice(4)]))

    assert receipt(batch) == {("new", "GBP"): (1, 10_000)}
    assert len(open_items()) == 4


def test_what_the_source_never_listed_is_left_alone(ledger: Source) -> None:
    of_hand = builders.account(ledger.client.portfolios.get())
    builders.invoice(of_hand, "9.00", due_on=date(2026, 2, 1), reference="BY-HAND")
    other = source(client=ledger.client, name="other ledger")
    loaded(other, written([invoice(77, account="A1", amount="3.00")]), holds_everything_open=True)

    commit(next_file(ledger, [invoice(1)]))

    assert open_items() == {"INV-00001": 10_000, "BY-HAND": 900, "INV-00077": 300}


def test_a_refused_line_lists_its_invoice_all_the_same(ledger: Source) -> None:
    batch = commit(next_file(ledger, [invoice(1), invoice(2, amount="50"), invoice(3, account="B1", amount="x")]))

    assert faults(batch) == [(4, "amount", "amount_unreadable")]
    assert receipt(batch)["refused", "GBP"] == (1, 0)
    assert len(open_items()) == 3


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(invoice(3, account=""), id="no account"),
        pytest.param(invoice(3, account="B1", reference=""), id="no number"),
        pytest.param(invoice(3, account="B1", currency="?"), id="no currency, which may be part of the account"),
        pytest.param([*invoice(3, account="B1"), "too", "many"], id="cells that ran over"),
    ],
)
def test_while_a_line_may_be_about_anything_nothing_is_settled(ledger: Source, broken: list[str]) -> None:
    waiting = next_file(ledger, [invoice(1), invoice(4), broken])
    assert (4, "", "silence_unclear") in faults(waiting)
    assert ("settled", "GBP") not in receipt(waiting)

    batch = commit(waiting)

    assert ("settled", "GBP") not in receipt(batch)
    assert set(open_items()) == {"INV-00001", "INV-00002", "INV-00003", "INV-00004"}


def test_an_invoice_that_the_book_refuses_to_change_is_listed(ledger: Source) -> None:
    commit(next_file(ledger, [invoice(1), invoice(2, amount="50.00"), invoice(3, account="B1")]))
    closed = Item.objects.get(reference="INV-00003").account
    type(closed).objects.filter(pk=closed.pk).update(currency="EUR")

    batch = commit(next_file(ledger, [invoice(1), invoice(2, amount="50.00"), invoice(3, account="B1")]))

    assert (4, "", "accounts.currency_differs") in faults(batch)
    assert ("settled", "GBP") not in receipt(batch)


def test_a_settlement_is_made_once_however_often_a_load_is_finished(ledger: Source) -> None:
    batch = next_file(ledger, [invoice(1)])
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    assert not actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    assert len(open_items()) == 3
    while actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER):
        pass

    for _press in range(2):
        assert actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)

    assert receipt(queries.get_batch(batch.pk))["settled", "GBP"] == (2, 15_000)
    assert SourceCredit.objects.count() == 2
    assert Listed.objects.count() == 1
