"""Tables of strategy: documents and where they apply (catalogues); the book, decisions, runs, and what waits for an answer."""

from django.db import models
from django.db.models import Q

from tallystick.strategy.rules import lifecycle


class Strategy(models.Model):
    """A strategy: a name under which versions of a document follow each other."""

    name = models.TextField(unique=True)
    title = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        db_table = "strategy_strategy"

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One version of a strategy's document. The document is never changed: a change is another version."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    #: The document, YAML, as it was written.
    document = models.TextField()
    state = models.TextField(choices=lifecycle.State.choices(), default=lifecycle.State.DRAFT.value)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(blank=True, default="")
    retired_at = models.DateTimeField(null=True)
    #: When the last account moved over to the version that replaced it; null while some are still on it.
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "strategy_version"
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="strategy_version_number"),
            models.UniqueConstraint(
                fields=["strategy"], condition=Q(state="published"), name="strategy_version_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | (~Q(state="draft") & Q(published_at__isnull=False)),
                name="strategy_version_published_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} {self.number}"


class Assignment(models.Model):
    """Which strategy treats the accounts of a portfolio, of a client, or of everybody else."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="assignments")
    client = models.ForeignKey("accounts.Client", null=True, on_delete=models.PROTECT)
    portfolio = models.ForeignKey("accounts.Portfolio", null=True, on_delete=models.PROTECT)
    assigned_at = models.DateTimeField()
    assigned_by = models.TextField()

    class Meta:
        db_table = "strategy_assignment"
        constraints = [
            models.UniqueConstraint(
                fields=["client", "portfolio"], nulls_distinct=False, name="strategy_assignment_once"
            ),
            models.CheckConstraint(
                condition=Q(portfolio__isnull=True) | Q(client__isnull=False), name="strategy_assignment_of_client"
            ),
        ]


class Book(models.Model):
    """One narrow row per account: its facts, and its place in its strategy. Made by SQL, in hash leaves, indexed by its key only.

    Only the columns of strategy itself stand here; those of the rooms' sources are in the migration.
    """

    account_id = models.BigIntegerField(primary_key=True)
    version_id = models.IntegerField(null=True)
    #: Where it is in its strategy: see `rules.program.Place`.
    place = models.SmallIntegerField(null=True)
    state_entered_on = models.DateField(null=True)
    #: The first day on which the step it waits for can fire; null when it waits for none.
    next_review_on = models.DateField(null=True)
    #: The day of its last step: one a day at most in one state.
    stepped_on = models.DateField(null=True)
    #: The last effect, and what it changed, as it was before: evidence is read from these.
    effect = models.SmallIntegerField(null=True)
    prior_place = models.SmallIntegerField(null=True)
    prior_entered_on = models.DateField(null=True)
    prior_stepped_on = models.DateField(null=True)
    prior_review_on = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "strategy_book"


class Decision(models.Model):
    """One thing that happened to an account in its strategy, with the values that decided. Append-only, by months of `due_on`.

    Its natural key is account, version, effect, day and cause: deciding the same twice is impossible.
    """

    id = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField()
    #: timeline.Event that was answered; 0 for what happened by time.
    cause_id = models.BigIntegerField()
    run_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    version_id = models.IntegerField()
    due_on = models.DateField()
    #: Number of the effect in the version's program.
    effect = models.SmallIntegerField()
    from_place = models.SmallIntegerField()
    to_place = models.SmallIntegerField()
    #: The facts that decided, by name; amounts in minor units.
    facts = models.JSONField()
    #: Where the account stood before, as the book had it; null of decisions older than these columns.
    from_entered_on = models.DateField(null=True)
    from_review_on = models.DateField(null=True)
    from_stepped_on = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "strategy_decision"


class Past(models.Model):
    """What a row of the book was before a change: the columns that changed, as they were. Append-only, by months of `day`.

    Its number is drawn from the sequence of decisions while the row is locked, so that those of an account are in order.
    """

    pk = models.CompositePrimaryKey("account_id", "id", "day")
    account_id = models.BigIntegerField()
    id = models.BigIntegerField()
    #: The creditor's day on which it changed.
    day = models.DateField()
    was = models.JSONField()

    class Meta:
        managed = False
        db_table = "strategy_past"


class Run(models.Model):
    """The strategy run over the whole book for one day."""

    day = models.DateField(unique=True)
    started_at = models.DateTimeField()
    started_by = models.TextField()
    finished_at = models.DateTimeField(null=True)
    chunks = models.SmallIntegerField()

    class Meta:
        db_table = "strategy_run"

    def __str__(self) -> str:
        return f"{self.day}"


class RunChunk(models.Model):
    """The mark of a chunk of a run, written in the chunk's own transaction: a chunk is done exactly when its mark stands."""

    pk = models.CompositePrimaryKey("run_id", "chunk")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="marks", db_index=False)
    chunk = models.SmallIntegerField()
    marked_at = models.DateTimeField()
    seconds = models.FloatField()
    accounts = models.IntegerField()
    refreshed = models.IntegerField()
    decided = models.IntegerField()
    #: What happened: decisions by "version:effect"; orders by what they are, with what was done, already done and refused.
    decisions = models.JSONField()
    orders = models.JSONField()
    #: What it had seen of each of its tables when it decided (`queries.past.Look`). Null of runs before the past was kept.
    looks = models.JSONField(null=True)

    class Meta:
        db_table = "strategy_run_chunk"


class Touched(models.Model):
    """An event that waits to be answered: the account's facts are stale, and its strategy may have something to say."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    kind = models.TextField()

    class Meta:
        db_table = "strategy_touched"
