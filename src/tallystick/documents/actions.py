"""Store files. Whoever calls has judged already whether the actor may: a document is part of a larger use case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tallystick.documents.models import Blob, Document
from tallystick.documents.rules import files
from tallystick.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be stored."""

    account_id: int | None
    kind: files.DocumentKind
    name: str
    media_type: str
    content: bytes


@transaction.atomic
def store_document(*, file: NewFile, at: datetime, by: Actor) -> Document:
    """Store a file as it is, and give its document.

    :raises FileEmpty, FileTooLarge: see `rules.files.check_size`
    """
    return store_documents(files_=[file], at=at, by=by)[0]


@transaction.atomic
def store_documents(*, files_: list[NewFile], at: datetime, by: Actor) -> list[Document]:
    """Store many files at once, and give their documents in the same order; equal bytes are kept once.

    :raises FileEmpty, FileTooLarge: one of them is empty or too large, and none is stored
    """
    for file in files_:
        files.check_size(len(file.content))
    digests = [files.sha256_of(file.content) for file in files_]
    blobs = {digest: Blob(digest, file.content) for digest, file in zip(digests, files_, strict=True)}
    # In one order for everybody, or two workers could wait for each other.
    Blob.objects.bulk_create([blobs[digest] for digest in sorted(blobs)], ignore_conflicts=True)
    return Document.objects.bulk_create(
        Document(
            account_id=file.account_id,
            kind=file.kind,
            name=files.safe_name(file.name),
            media_type=files.media_type_or_unknown(file.media_type),
            blob_id=digest,
            size=len(file.content),
            created_at=at,
            label=by.label,
        )
        for digest, file in zip(digests, files_, strict=True)
    )
