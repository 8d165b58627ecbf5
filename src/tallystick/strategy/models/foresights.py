"""Tables of foresights: what a version comes to over days ahead, beside what decides now. They are kept, and never changed."""

from django.db import models
from django.db.models import Q


class Foresight(models.Model):
    """Days ahead, lived through twice in a world apart. Once finished it is never changed."""

    version = models.ForeignKey("strategy.Version", on_delete=models.PROTECT, related_name="foresights")
    #: The version that decides now, which it is compared with; null where there is none yet.
    against = models.ForeignKey("strategy.Version", null=True, on_delete=models.PROTECT, related_name="+")
    #: SHA-256 of the document that was lived by.
    document = models.TextField()
    first_day = models.DateField()
    days = models.SmallIntegerField()
    #: What is assumed, as `rules.foresight.assumptions.as_json` writes it.
    assumptions = models.JSONField()
    #: Debtors are dealt out into so many parts, of which the first are lived through: as many as there are chunks.
    parts = models.IntegerField()
    chunks = models.SmallIntegerField()
    #: What luck hangs on: with the same number everybody does the same again.
    seed = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    started_by = models.TextField()
    finished_at = models.DateTimeField(null=True)
    #: SHA-256 of all counts, once it is finished: who signs, signs these.
    figures = models.TextField(blank=True, default="")

    class Meta:
        db_table = "strategy_foresight"
        constraints = [
            models.CheckConstraint(
                condition=Q(chunks__gte=1, parts__gte=models.F("chunks")), name="strategy_foresight_parts"
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=90), name="strategy_foresight_days"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.first_day} {self.days}"


class ForesightChunk(models.Model):
    """The mark of a part of the debtors, written with its counts: it is done exactly when its mark stands."""

    pk = models.CompositePrimaryKey("foresight_id", "chunk")
    foresight = models.ForeignKey(Foresight, on_delete=models.PROTECT, related_name="marks", db_index=False)
    chunk = models.SmallIntegerField()
    marked_at = models.DateTimeField()
    seconds = models.FloatField()
    #: Accounts that were lived through, and of those the ones that the version would treat, which alone are counted.
    accounts = models.IntegerField()
    counted = models.IntegerField()

    class Meta:
        db_table = "strategy_foresight_chunk"


class ForesightCount(models.Model):
    """How much of something a day brings, of one part, one way."""

    pk = models.CompositePrimaryKey("foresight_id", "chunk", "side", "day", "what", "team_id", "care", "currency")
    foresight = models.ForeignKey(Foresight, on_delete=models.PROTECT, related_name="counts", db_index=False)
    chunk = models.SmallIntegerField()
    #: "now" or "then", of `rules.foresight.figures.Side`.
    side = models.TextField()
    day = models.DateField()
    #: An act of `rules.foresight.assumptions`, or another measure of `rules.foresight.figures`.
    what = models.TextField()
    #: access.Team whose work it is; 0 for none.
    team_id = models.BigIntegerField(default=0)
    #: Bits of `rules.rehearsal.Harm`: why the accounts need care.
    care = models.SmallIntegerField(default=0)
    currency = models.TextField(blank=True, default="")
    number = models.BigIntegerField()
    minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "strategy_foresight_count"


class HouseNumber(models.Model):
    """A number that the house assumes from a day on, whatever the program assumes or counts. Append-only: the last said holds."""

    #: Of `rules.foresight.assumptions`.
    name = models.TextField()
    value = models.DecimalField(max_digits=12, decimal_places=4)
    from_on = models.DateField()
    said_at = models.DateTimeField()
    said_by = models.TextField()
    said_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "strategy_house_number"

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
