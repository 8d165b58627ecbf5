"""Storing files: exactly as they are, once, for ever."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tallystick.documents import actions, queries
from tallystick.documents.models import Blob, Document
from tallystick.documents.rules.files import DocumentKind, FileEmpty
from tallystick.kernel.actor import system
from tallystick.kernel.refusals import NotFound

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
BY = system("test")

pytestmark = pytest.mark.django_db


def new_file(content: bytes = b"%PDF-1.7 x", name: str = "letter.pdf", account_id: int | None = 7) -> actions.NewFile:
    return actions.NewFile(account_id, DocumentKind.UPLOAD, name, "application/pdf; x=y", content)


def test_a_stored_file_comes_back_to_the_byte() -> None:
    content = bytes(range(256)) * 50

    document = actions.store_document(file=new_file(content, "../../x.pdf"), at=AT, by=BY)

    kept = queries.get_document(document.pk)
    assert queries.content_of(kept) == content
    assert (kept.name, kept.media_type, kept.size, kept.label) == ("x.pdf", "application/pdf", 12800, "system: test")


def test_equal_bytes_are_kept_once_under_many_names() -> None:
    first, second = actions.store_documents(files_=[new_file(name="a.pdf"), new_file(name="b.pdf")], at=AT, by=BY)

    assert first.pk != second.pk
    assert Blob.objects.count() == 1
    assert [document.name for document in queries.of_accounts([7])] == ["b.pdf", "a.pdf"]


def test_one_empty_file_stores_none() -> None:
    with pytest.raises(FileEmpty):
        actions.store_documents(files_=[new_file(), new_file(b"")], at=AT, by=BY)

    assert not Document.objects.exists()
    assert not Blob.objects.exists()


def test_a_document_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.get_document(1)


@pytest.mark.parametrize("table", ["documents_blob", "documents_document"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_nobody_rewrites_what_is_stored(table: str, statement: str) -> None:
    actions.store_document(file=new_file(), at=AT, by=BY)
    column = "sha256"

    with (
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table, column=column))

    assert Document.objects.count() == 1


def test_damaged_bytes_are_told_and_never_served() -> None:
    document = actions.store_document(file=new_file(), at=AT, by=BY)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_blob DISABLE TRIGGER append_only")
        cursor.execute("GRANT UPDATE ON documents_blob TO CURRENT_USER")
        cursor.execute("UPDATE documents_blob SET content = 'x'")

    with pytest.raises(queries.ContentDamaged, match=str(document.pk)):
        queries.content_of(document)
