"""Tables of strategy: papers, their life and where they apply; the book, decisions, runs, and what waits for an answer."""

from django.db import models
from django.db.models import Q

from tallystick.strategy.models.foresights import Foresight, ForesightChunk, ForesightCount, HouseNumber
from tallystick.strategy.models.learning import LearnedShares, SplitAct
from tallystick.strategy.models.papers import Act, Paper, Plan, Version
from tallystick.strategy.models.rebuilds import Rebuild
from tallystick.strategy.models.rehearsals import Rehearsal, RehearsalAccount, RehearsalChunk, RehearsalCount
from tallystick.strategy.models.scores import Score
from tallystick.strategy.models.trials import Trial, TrialEnd, TrialLook
from tallystick.strategy.models.working import WorkingCopy, WorkingEdit
from tallystick.strategy.rules import progress

__all__ = [
    "Act",
    "Assignment",
    "Book",
    "Decision",
    "Foresight",
    "ForesightChunk",
    "ForesightCount",
    "GoldenAccepted",
    "GoldenAccount",
    "HouseNumber",
    "LearnedShares",
    "Paper",
    "Past",
    "Plan",
    "Rebuild",
    "Rehearsal",
    "RehearsalAccount",
    "RehearsalChunk",
    "RehearsalCount",
    "Run",
    "RunAct",
    "RunChunk",
    "RunFailure",
    "Score",
    "SplitAct",
    "Strategy",
    "Touched",
    "Trial",
    "TrialEnd",
    "TrialLook",
    "Version",
    "WorkingCopy",
    "WorkingEdit",
]


class GoldenAccount(models.Model):
    """A case kept with a version: facts of an account, where it stands on a day, and what must come of it. No name, no id."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="golden_accounts")
    #: Unique in the version, and the same in the next.
    name = models.TextField()
    title = models.TextField()
    #: The day it is decided for.
    day = models.DateField()
    state = models.TextField()
    #: The step it waits for, or whose task, as `rules.golden.step_of` writes it; empty at the end of the state.
    step = models.TextField(blank=True, default="")
    entered_on = models.DateField()
    stepped_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    #: Kind of the event that is answered; empty where time decides.
    event = models.TextField(blank=True, default="")
    #: Facts by their full names, as `rules.golden` writes them.
    facts = models.JSONField()
    #: What happens, one after the other, and what is ordered, in the words of `rules.golden`.
    happens = models.JSONField()
    orders = models.JSONField()

    class Meta:
        db_table = "strategy_golden"
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="strategy_golden_name")]

    def __str__(self) -> str:
        return self.title


class GoldenAccepted(models.Model):
    """What is expected of a golden account of a strategy once a version of a policy is published. The last one counts.

    It is said while the version is a draft, and approved with it; rows are added and never changed.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="golden_accepted")
    #: Without a foreign key: one would lock rows here, which nobody may, whenever a golden account is removed from a draft.
    golden = models.ForeignKey(GoldenAccount, on_delete=models.PROTECT, related_name="accepted", db_constraint=False)
    happens = models.JSONField()
    orders = models.JSONField()

    class Meta:
        db_table = "strategy_golden_accepted"

    def __str__(self) -> str:
        return str(self.golden)


class Assignment(models.Model):
    """Which strategy treats the accounts of a portfolio, of a client, or of everybody else."""

    strategy = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="assignments")
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
    """One narrow row per account: its facts, and its place in its strategy. Made by SQL, in leaves of neighbouring accounts,
    indexed by its key only.

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
    """The strategy run over the whole book for one day: it acts, or it only reports what acting would come to."""

    day = models.DateField()
    #: It decides by copies of the book and throws them away: a run of a day in the past that nobody told to act.
    only_reports = models.BooleanField(default=False)
    #: Why it acts although its day was in the past, in the words of who started it.
    reason = models.TextField(blank=True, default="")
    started_at = models.DateTimeField()
    started_by = models.TextField()
    #: While this stands no chunk is begun.
    paused_at = models.DateTimeField(null=True)
    paused_by = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True)
    chunks = models.SmallIntegerField()
    #: It was started while leaves of the book were dealt out by a hash.
    is_by_hash = models.BooleanField(default=False)

    class Meta:
        db_table = "strategy_run"
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(only_reports=False), name="strategy_run_once_a_day"),
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(only_reports=True, finished_at=None),
                name="strategy_run_one_report_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class RunChunk(models.Model):
    """The mark of a chunk of a run, written in the chunk's own transaction: a chunk is done exactly when its mark stands."""

    pk = models.CompositePrimaryKey("run_id", "chunk")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="marks", db_index=False)
    chunk = models.SmallIntegerField()
    marked_at = models.DateTimeField()
    #: Machine and process that did it.
    worker = models.TextField(blank=True, default="")
    seconds = models.FloatField()
    accounts = models.IntegerField()
    refreshed = models.IntegerField()
    decided = models.IntegerField()
    #: What happened: decisions by "version:effect"; orders by what they are, with what was done, already done and refused, or,
    #: in a report, for how many accounts they would be given.
    decisions = models.JSONField()
    orders = models.JSONField()
    #: What it had seen of each of its tables when it decided (`queries.past.Look`). Null of runs before the past was kept.
    looks = models.JSONField(null=True)
    #: Versions of policies that its words meant when it decided. Null of runs before that was kept.
    policies = models.JSONField(null=True)

    class Meta:
        db_table = "strategy_run_chunk"


class RunFailure(models.Model):
    """A chunk that failed, written after its transaction was taken back. While it is open no worker takes the chunk."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="failures")
    chunk = models.SmallIntegerField()
    failed_at = models.DateTimeField()
    worker = models.TextField()
    #: Class of the error, or code of the refusal.
    error = models.TextField()
    #: What is known of it, without a value of the book.
    sentence = models.TextField()
    #: When somebody had it run again.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "strategy_run_failure"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "chunk"], condition=Q(closed_at=None), name="strategy_run_failure_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.chunk}: {self.error}"


class RunAct(models.Model):
    """What was done with a run, and by whom: started, paused, resumed, run again, finished. Append-only."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="acts")
    kind = models.TextField(choices=progress.ActKind.choices())
    at = models.DateTimeField()
    by = models.TextField()
    #: Why, or how much, in words.
    comment = models.TextField(blank=True, default="")

    class Meta:
        db_table = "strategy_run_act"

    def __str__(self) -> str:
        return f"{self.run} {self.kind}"


class Touched(models.Model):
    """An event that waits to be answered: the account's facts are stale, and its strategy may have something to say."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    kind = models.TextField()

    class Meta:
        db_table = "strategy_touched"
        # Whatever else waits of an account is taken with its first event: a million may wait after an import.
        indexes = [models.Index(fields=["account_id", "id"], name="strategy_touched_of_account")]
