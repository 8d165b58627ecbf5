"""Read stored files."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.documents.models import Blob, Document
from tallystick.documents.rules import files
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound


class ContentDamaged(Exception):
    """The stored bytes no longer have the digest they were stored under: a defect of the storage, told at once."""


def get_document(document_id: int) -> Document:
    """Give a document, without its bytes. Whether the reader may see its account is the door's to ask.

    :raises NotFound: there is none
    """
    try:
        return Document.objects.get(pk=document_id)
    except Document.DoesNotExist:
        raise NotFound(what="document", reference=document_id) from None


def content_of(document: Document) -> bytes:
    """Give the exact bytes of a document.

    :raises ContentDamaged: they are not those that were stored
    """
    content = bytes(Blob.objects.values_list("content", flat=True).get(pk=document.blob_id))
    if files.sha256_of(content) != document.blob_id:
        raise ContentDamaged(f"document {document.pk} has lost its bytes {document.blob_id}")
    return content


def of_accounts(account_ids: Sequence[int], *, limit: int = 100) -> list[Document]:
    """Give the newest documents of some accounts, newest first."""
    return list(Document.objects.filter(account_id__in=account_ids).order_by("-id")[:limit])


INVARIANTS = (
    Invariant(
        name="documents are what they were",
        sentence="The bytes of every document are kept, and have the digest that they were stored under.",
        checked="SELECT count(*) FROM documents_document",
        breaches="""
        SELECT document.account_id, 'document ' || document.id || ' (' || document.name || ') '
               || CASE WHEN blob.sha256 IS NULL THEN 'has lost its bytes' ELSE 'has other bytes than it was stored with'
                  END AS what
        FROM documents_document AS document
        LEFT JOIN documents_blob AS blob ON blob.sha256 = document.sha256
        WHERE blob.sha256 IS NULL OR encode(sha256(blob.content), 'hex') <> blob.sha256
        """,
        remedy="Get the bytes from a backup: tallystick restore into an empty database, and compare.",
    ),
)
