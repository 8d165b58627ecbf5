"""Tables of documents. Both are append-only: see the migration for the privileges and triggers that hold it."""

from django.db import models
from django.db.models import Q

from tallystick.documents.rules.files import DocumentKind


class Blob(models.Model):
    """Bytes, kept once however many documents hold them."""

    #: Lower-case hexadecimal SHA-256 of the bytes.
    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()

    class Meta:
        db_table = "documents_blob"
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="documents_blob_digest")
        ]


class Document(models.Model):
    """A file with a name, kept for ever as it was; a new version is a new document."""

    #: An account of `accounts`, which stands on a higher floor: no foreign key. Null: belongs to no account.
    account_id = models.BigIntegerField(null=True)
    size = models.BigIntegerField()
    created_at = models.DateTimeField()
    #: No constraint of the database: to check it would need the right to change blobs. `content_of` tells what is lost.
    blob = models.ForeignKey(
        Blob, on_delete=models.PROTECT, db_column="sha256", related_name="+", db_constraint=False, db_index=False
    )
    kind = models.TextField(choices=DocumentKind.choices())
    name = models.TextField()
    media_type = models.TextField()
    #: Who stored it, as the timeline shows actors.
    label = models.TextField()

    class Meta:
        db_table = "documents_document"
        indexes = [models.Index(fields=["account_id", "id"], name="documents_document_account")]

    def __str__(self) -> str:
        return self.name
