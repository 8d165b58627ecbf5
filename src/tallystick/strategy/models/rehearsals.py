"""Tables of rehearsals: a version on the whole book for one day, beside what decides now. They are kept, and never changed."""

from django.db import models


class Rehearsal(models.Model):
    """What the next run would do by a version, for every account that it would treat. Once finished it is never changed."""

    version = models.ForeignKey("strategy.Version", on_delete=models.PROTECT, related_name="rehearsals")
    #: The version that decides now, which it is compared with; null where there is none yet.
    against = models.ForeignKey("strategy.Version", null=True, on_delete=models.PROTECT, related_name="+")
    #: SHA-256 of the document that was rehearsed.
    document = models.TextField()
    #: The day that was rehearsed.
    day = models.DateField()
    started_at = models.DateTimeField()
    started_by = models.TextField()
    finished_at = models.DateTimeField(null=True)
    chunks = models.SmallIntegerField()
    #: SHA-256 of all counts, once it is finished: who signs, signs these.
    figures = models.TextField(blank=True, default="")

    class Meta:
        db_table = "strategy_rehearsal"

    def __str__(self) -> str:
        return f"{self.version} {self.day}"


class RehearsalChunk(models.Model):
    """The mark of a part of the book, written in the transaction that rehearsed it: it is done exactly when its mark stands."""

    pk = models.CompositePrimaryKey("rehearsal_id", "chunk")
    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="marks", db_index=False)
    chunk = models.SmallIntegerField()
    marked_at = models.DateTimeField()
    seconds = models.FloatField()
    accounts = models.IntegerField()

    class Meta:
        db_table = "strategy_rehearsal_chunk"


class RehearsalCount(models.Model):
    """How many accounts of a part and a segment fare alike: one way by what decides now, and one way by the version."""

    pk = models.CompositePrimaryKey(
        "rehearsal_id", "chunk", "segment", "value", "currency", "before", "after", "differs"
    )
    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="counts", db_index=False)
    chunk = models.SmallIntegerField()
    #: What the accounts are told apart by, of `rules.rehearsal.Segment`, and the segment's value.
    segment = models.TextField()
    value = models.TextField(blank=True)
    currency = models.TextField()
    #: What happens, as `rules.rehearsal.Outcome` writes it.
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    differs = models.BooleanField()
    accounts = models.IntegerField()
    open_minor = models.DecimalField(max_digits=30, decimal_places=0)

    class Meta:
        db_table = "strategy_rehearsal_count"


class RehearsalAccount(models.Model):
    """An account that fares otherwise by the version."""

    pk = models.CompositePrimaryKey("rehearsal_id", "account_id")
    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    account_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    #: Bits of `rules.rehearsal.Harm`.
    harms = models.SmallIntegerField()
    currency = models.TextField()
    open_minor = models.BigIntegerField()

    class Meta:
        db_table = "strategy_rehearsal_account"
