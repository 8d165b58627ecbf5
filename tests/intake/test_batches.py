"""Mappings and batches: remembered, refused, loaded in chunks, abandoned, kept."""

import pytest
from django.db import connection
from tests import builders
from tests.intake import files
from tests.intake.files import AT, IMPORTER, checked, commit, invoice, loaded, receipt, source, written

from tallystick.accounts.models import Account, Item
from tallystick.intake import actions, queries, rules
from tallystick.intake.models import Batch, RowError
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.refusals import NotFound, NotPermitted

pytestmark = pytest.mark.django_db


def test_two_sources_that_number_alike_are_told_apart_by_their_prefix():
    client = builders.client()

    loaded(source(client=client, name="north", prefix="N-"), written([invoice(1)]))
    batch = loaded(source(client=client, name="south", prefix="S-"), written([invoice(1)]))

    assert receipt(batch) == {("new", "GBP"): (1, 10_000)}
    assert Account.objects.filter(client=client).count() == 2


def test_a_mapping_is_remembered_and_a_change_makes_a_version():
    of = source()
    first = checked(of, written([invoice(1)]))

    same = checked(of, written([invoice(2)]))
    other = checked(of, written([invoice(3)]), fields={"terms_days": {"constant": "30"}, "due_on": None})

    assert first.mapping is not None and same.mapping is not None and other.mapping is not None
    assert same.mapping_id == first.mapping_id
    assert (other.mapping.name, other.mapping.version) == (first.mapping.name, 2)
    assert queries.get_source(of.pk).mapping_id == other.mapping_id


def test_a_mapping_that_the_file_does_not_fit_is_refused():
    of = source()
    batch = files.uploaded(of, written([invoice(1)]))
    document = actions.guess_mapping(batch_id=batch.pk, by=IMPORTER).mapping.as_document()
    document["fields"]["amount"] = {"column": "Betrag"}

    with pytest.raises(rules.MappingUnfit):
        actions.map_batch(batch_id=batch.pk, document=document, name="x", at=AT, by=IMPORTER)


def test_a_mapping_without_an_amount_is_refused():
    of = source()
    batch = files.uploaded(of, written([invoice(1)]))
    document = actions.guess_mapping(batch_id=batch.pk, by=IMPORTER).mapping.as_document()
    del document["fields"]["amount"]

    with pytest.raises(rules.MappingIncomplete, match="amount"):
        actions.map_batch(batch_id=batch.pk, document=document, name="x", at=AT, by=IMPORTER)


def test_a_batch_is_loaded_in_chunks_and_taken_up_again_where_it_stopped(monkeypatch):
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 10)
    of = source()
    batch = checked(of, written([invoice(number, account=f"A{number % 12:02d}") for number in range(60)]))
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER)
    some = Item.objects.filter(client_id=of.client_id).count()
    assert 0 < some < 60
    assert not actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)

    # A crash of the server empties tables that are not logged.
    for table in queries.line_tables(batch.pk):
        sql.execute(sql.fill("DROP TABLE IF EXISTS {table}", table=queries.quoted(table)))
    done = commit(queries.get_batch(batch.pk))

    assert receipt(done) == {("new", "GBP"): (60, 600_000)}
    assert Item.objects.filter(client_id=of.client_id).count() == 60
    assert queries.progress(batch.pk)[0] == queries.progress(batch.pk)[1] > 3


def test_an_account_larger_than_a_chunk_is_parted(monkeypatch):
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 10)
    of = source()

    batch = loaded(of, written([invoice(number) for number in range(35)]))

    assert queries.progress(batch.pk) == (4, 4)
    assert receipt(batch) == {("new", "GBP"): (35, 350_000)}
    assert Account.objects.filter(client_id=of.client_id).count() == 1


def test_a_batch_that_is_loaded_cannot_be_loaded_checked_or_abandoned_again():
    batch = loaded(source(), written([invoice(1)]))

    for step in (actions.check_batch, actions.start_commit, actions.abandon_batch):
        with pytest.raises(rules.BatchStateUnfit):
            step(batch_id=batch.pk, at=AT, by=IMPORTER)
    assert not actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_an_abandoned_batch_leaves_nothing_in_the_book():
    of = source()
    batch = checked(of, written([invoice(1)]))

    actions.abandon_batch(batch_id=batch.pk, at=AT, by=IMPORTER)

    assert queries.get_batch(batch.pk).state == rules.BatchState.ABANDONED
    assert not queries.holds_lines(batch.pk)
    with pytest.raises(rules.BatchStateUnfit):
        actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_a_file_is_kept_as_it_came():
    content = b"Account;Betrag\r\n" + "Müller;1,5\r\n".encode("cp1252")
    batch = files.uploaded(source("customers"), content)

    assert b"".join(queries.file_content(batch.pk)) == content
    assert batch.writing["encoding"] == "cp1252"


def test_an_import_takes_a_right_and_stays_within_its_scope():
    of = source()
    batch = checked(of, written([invoice(1)]))
    stranger = Actor(label="eve", rights=frozenset({"import receivables"}), scope=Scope(frozenset({0})))

    with pytest.raises(NotPermitted):
        actions.start_commit(batch_id=batch.pk, at=AT, by=Actor(label="eve"))
    with pytest.raises(NotFound):
        actions.start_commit(batch_id=batch.pk, at=AT, by=stranger)
    assert queries.get_batch(batch.pk).state == rules.BatchState.CHECKED


def test_a_receipt_that_does_not_add_up_is_not_given():
    batch = checked(source(), written([invoice(1), invoice(2)]))
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    while actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER):
        pass
    Batch.objects.filter(pk=batch.pk).update(lines=3)

    with pytest.raises(rules.NotProven):
        actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_lines_of_a_batch_leave_no_table_behind():
    loaded(source(), written([invoice(1)]))

    left = [
        name for name in connection.introspection.table_names() if name.startswith(("intake_staged_", "intake_ready_"))
    ]
    assert left == ["intake_staged_form"]
    assert not RowError.objects.exists()
