"""Tables of reconciliations: what was compared, what it came to, each difference, and who sends what how often."""

from django.db import models
from django.db.models import F, Q

from tallystick.reconciliations.rules import Kind, Level, State


class Reconciliation(models.Model):
    """A statement of a client's finance ledger, held against the book as of a day and as known at an instant."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    level = models.TextField(choices=Level.choices())
    #: The day at whose end both sides are compared.
    on = models.DateField(db_column="as_of_on")
    known_at = models.DateTimeField()
    #: Of the statement, where it is of one; empty: it tells of all.
    currency = models.CharField(max_length=3, blank=True, default="")
    #: Put before the statement's account references, as `intake` does.
    prefix = models.TextField(blank=True, default="")
    name = models.TextField()
    #: documents.Document: the statement as it came; null for a total that was typed.
    document_id = models.BigIntegerField(null=True)
    #: access.User who follows its differences up.
    owner_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "reconciliations_reconciliation"
        indexes = [
            models.Index(F("client_id"), F("level"), F("on").desc(), F("id").desc(), name="reconciliations_latest")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class Total(models.Model):
    """What both sides come to in a currency, in minor units, and how many lines and open items that is."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="totals")
    there_minor = models.BigIntegerField()
    here_minor = models.BigIntegerField()
    there_lines = models.IntegerField()
    here_lines = models.IntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "reconciliations_total"
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "currency"], name="reconciliations_total_once")
        ]

    @property
    def minor(self) -> int:
        """What stands there less what stands here."""
        return self.there_minor - self.here_minor


class Difference(models.Model):
    """One difference: its name, the amounts of both sides, the entry it rests on, and what became of it.

    `minor` is what stands there less what stands here. All of a currency add up to the difference of its totals.
    """

    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="differences", db_index=False
    )
    #: Of an account, an item and an entry of the ledger; null where there is none here.
    account_id = models.BigIntegerField(null=True)
    item_id = models.BigIntegerField(null=True)
    entry_id = models.BigIntegerField(null=True)
    there_minor = models.BigIntegerField()
    here_minor = models.BigIntegerField()
    minor = models.BigIntegerField()
    #: Of the statement; null where it has none about this.
    line = models.IntegerField(null=True)
    #: Since the reconciliation of which day it is found, one after the other.
    since_on = models.DateField()
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=Kind.choices())
    portfolio = models.TextField(blank=True, default="")
    account_ref = models.TextField(blank=True, default="")
    item_ref = models.TextField(blank=True, default="")
    #: Where the same document stands instead: an account, or a currency.
    other = models.TextField(blank=True, default="")
    state = models.TextField(choices=State.choices(), default=State.OPEN)
    owner_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField(null=True)
    changed_by = models.TextField(blank=True, default="")
    #: The reconciliation that no longer found it.
    solved_by = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "reconciliations_difference"
        constraints = [
            models.CheckConstraint(condition=~Q(minor=0), name="reconciliations_difference_is_one"),
            models.CheckConstraint(
                condition=Q(state="solved", solved_by__isnull=False) | (~Q(state="solved") & Q(solved_by__isnull=True)),
                name="reconciliations_difference_is_solved_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="explained") | ~Q(note=""), name="reconciliations_difference_explained_says_why"
            ),
        ]
        indexes = [models.Index(fields=["reconciliation", "kind"], name="reconciliations_named")]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_ref or self.account_ref}"


class Arrangement(models.Model):
    """What a client's finance department sends every business day, and who follows it up."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.TextField(choices=Level.choices())
    owner_id = models.BigIntegerField(null=True)
    from_on = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.TextField()

    class Meta:
        db_table = "reconciliations_arrangement"
        constraints = [models.UniqueConstraint(fields=["client", "level"], name="reconciliations_arrangement_once")]
