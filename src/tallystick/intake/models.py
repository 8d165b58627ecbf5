"""Tables of imports: sources and their mappings, batches with their file, marks, totals and errors.

The lines of a batch stand in two unlogged tables of its own while it is worked on, made and dropped by `actions`: they can always
be made again from the file, which is kept.
"""

from django.db import models
from django.db.models import Q

from tallystick.intake import rules


class Source(models.Model):
    """Where files of one kind come from: a client's ledger, a placing system. Remembers how they are read."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    kind = models.TextField(choices=rules.FileKind.choices())
    #: Put before the file's account references, where two ledgers of a client number their customers alike.
    prefix = models.TextField(blank=True, default="")
    mapping = models.ForeignKey("Mapping", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "intake_source"
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="intake_source_name")]

    def __str__(self) -> str:
        return self.name


class Mapping(models.Model):
    """One version of a saved mapping. Versions are never changed: a batch names the one it was read by."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    version = models.IntegerField()
    #: `rules.Mapping.as_document()`.
    document = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "intake_mapping"
        constraints = [models.UniqueConstraint(fields=["client", "name", "version"], name="intake_mapping_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Batch(models.Model):
    """One file of a source, from upload to receipt."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    mapping = models.ForeignKey(Mapping, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=rules.BatchState.choices(), default=rules.BatchState.UPLOADED)
    file_name = models.TextField()
    file_type = models.TextField(choices=rules.FileType.choices())
    file_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    #: How the file is written: encoding, separator and quote of a text, or the sheet of a workbook.
    writing = models.JSONField(default=dict)
    #: Line of the headings, and the headings; those a report carries down come last.
    heading_line = models.IntegerField()
    headings = models.JSONField()
    #: Lines of data: what is neither blank, furniture, nor above the headings.
    lines = models.IntegerField(null=True)
    #: Lines left out as furniture, by the rule that left them out.
    left_out = models.JSONField(default=dict)
    #: Totals that the file states of itself, as text.
    stated_totals = models.JSONField(default=list)
    errors = models.IntegerField(null=True)
    warnings = models.IntegerField(null=True)
    #: Why the last check or commit stopped, where it did: the sentence of the refusal.
    problem = models.TextField(blank=True, default="")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.TextField()
    #: When the check or the load that is under way, or was last, was asked for.
    began_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    committed_by = models.TextField(blank=True, default="")
    #: Who asked for it to be taken back, and why; who began that, and when it was done. Two people where the house asks for two.
    undo_reason = models.TextField(blank=True, default="")
    undo_asked_at = models.DateTimeField(null=True)
    undo_asked_by = models.TextField(blank=True, default="")
    undo_asked_by_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")
    #: What opening again came to what it had settled by silence, as of `Chunk.undone`.
    unsilenced = models.JSONField(null=True)

    class Meta:
        db_table = "intake_batch"
        indexes = [models.Index(fields=["source", "-id"], name="intake_batch_of_source")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=rules.BatchState.UPLOADED)
                | Q(state=rules.BatchState.ABANDONED)
                | Q(mapping__isnull=False),
                name="intake_batch_is_mapped",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class FilePart(models.Model):
    """A part of a batch's file as it came, deflated: kept whole, read as a stream."""

    pk = models.CompositePrimaryKey("batch_id", "position")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "intake_file_part"


class Chunk(models.Model):
    """The mark of a piece of a batch that is loaded in one transaction. Done once `done_at` is set, and taken back by another.

    What it brought is known by that instant: its entries in the ledger and its events have the same.
    """

    pk = models.CompositePrimaryKey("batch_id", "position")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    position = models.IntegerField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    #: What taking it back came to, as `desk.rules.uploads` counts it.
    undone = models.JSONField(null=True)

    class Meta:
        db_table = "intake_chunk"


class BatchTotal(models.Model):
    """Count and value of the lines of a batch that met one verdict, by currency; a chunk adds its own."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="totals")
    phase = models.TextField(choices=rules.Phase.choices())
    verdict = models.TextField(choices=rules.Verdict.choices())
    #: Empty where it cannot be read.
    currency = models.TextField(blank=True)
    lines = models.IntegerField()
    value_minor = models.BigIntegerField()

    class Meta:
        db_table = "intake_batch_total"
        constraints = [
            models.UniqueConstraint(fields=["batch", "phase", "verdict", "currency"], name="intake_batch_total_once")
        ]


class Change(models.Model):
    """What a line would change of an item that stands, as found by the check: the largest changes of a batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="changes", db_index=False)
    line = models.IntegerField()
    #: The client's reference of the account, and the item's.
    account = models.TextField()
    reference = models.TextField()
    currency = models.CharField(max_length=3)
    was_minor = models.BigIntegerField()
    minor = models.BigIntegerField()
    was_open_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    was_issued_on = models.DateField()
    issued_on = models.DateField()
    was_due_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        db_table = "intake_change"
        indexes = [models.Index(fields=["batch"], name="intake_change_of_batch")]


class RowError(models.Model):
    """Something wrong with a line of a batch: where, what stands there, and the code of the fault."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="row_errors", db_index=False)
    line = models.IntegerField()
    #: Field of `rules.FIELDS`; empty when the line as a whole is meant.
    field = models.TextField(blank=True, default="")
    #: Column of the file that the field was read from.
    column = models.TextField(blank=True, default="")
    code = models.TextField()
    value = models.TextField(blank=True, default="")
    is_warning = models.BooleanField(default=False)
    phase = models.TextField(choices=rules.Phase.choices())

    class Meta:
        db_table = "intake_row_error"
        indexes = [models.Index(fields=["batch", "line"], name="intake_row_error_of_batch")]


class Listed(models.Model):
    """An item that a file of a source listed, where files list everything open: it is settled once one is silent about it."""

    pk = models.CompositePrimaryKey("source_id", "account_id", "item_id")
    source_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField()

    class Meta:
        db_table = "intake_listed"


class DebtorLookup(models.Model):
    """Finds a party by the debtor reference of a source, so that the accounts of one debtor share it."""

    pk = models.CompositePrimaryKey("source_id", "reference")
    source_id = models.BigIntegerField()
    reference = models.TextField()
    party_id = models.BigIntegerField()

    class Meta:
        db_table = "intake_debtor_lookup"
