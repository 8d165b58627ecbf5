"""Read stored files."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.documents.models import Blob, Document
from tallystick.documents.rules import files
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
