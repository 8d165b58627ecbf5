"""Tables of papers: strategies and policies, their versions, what was done with each, and what is planned."""

from django.db import models
from django.db.models import Q

from tallystick.strategy.rules import lifecycle


class Paper(models.Model):
    """A strategy, or a policy that strategies speak of: a name under which versions of a document follow each other."""

    #: Whether it is a strategy, and else which kind of policy.
    kind = models.TextField(choices=lifecycle.KINDS, default=lifecycle.STRATEGY)
    #: Unique among strategies, and among policies.
    name = models.TextField()
    title = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        db_table = "strategy_paper"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(kind=lifecycle.STRATEGY), name="strategy_paper_strategy_name"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=~Q(kind=lifecycle.STRATEGY), name="strategy_paper_policy_name"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_strategy(self) -> bool:
        """Whether accounts are treated by it; else it is a policy, and conditions speak of it."""
        return self.kind == lifecycle.STRATEGY


class Version(models.Model):
    """One version of a paper's document. The document is never changed: a change is another version."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    #: The document, YAML, as it was written.
    document = models.TextField()
    state = models.TextField(choices=lifecycle.State.choices(), default=lifecycle.State.DRAFT.value)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    #: access.User who wrote it; null where the program itself did (a shipped document), or before this was kept.
    author_id = models.BigIntegerField(null=True)
    #: The program itself kept it: whoever it did that for needs no second person to publish it.
    is_by_system = models.BooleanField(default=False)
    #: The version whose document it is again, where one was rolled back to.
    restores = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(blank=True, default="")
    retired_at = models.DateTimeField(null=True)
    #: When the last account moved over to the version that replaced it; null while some are on it, and of a policy.
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "strategy_version"
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="strategy_version_number"),
            models.UniqueConstraint(
                fields=["paper"], condition=Q(state="published"), name="strategy_version_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "sent_back"], published_at__isnull=True)
                | Q(state__in=["published", "retired"], published_at__isnull=False),
                name="strategy_version_published_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper} {self.number}"


class Act(models.Model):
    """One thing that was done with a version: its life, in order. Append-only."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acts")
    kind = models.TextField(choices=lifecycle.ActKind.choices())
    at = models.DateTimeField()
    by = models.TextField()
    by_id = models.BigIntegerField(null=True)
    #: Why, in the words of who did it.
    comment = models.TextField(blank=True, default="")
    #: What an act of its kind has to name, such as the hash of the document that was approved.
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "strategy_act"

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}"


class Plan(models.Model):
    """A version that is published, or rolled back, at an instant to come. Kept once: its state changes with what it does."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="plans")
    kind = models.TextField(choices=lifecycle.PlanKind.choices())
    due_at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    made_by_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=lifecycle.PlanState.choices(), default=lifecycle.PlanState.WAITING.value)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True, default="")
    #: What stopped it when its instant had come, in a sentence.
    stopped_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "strategy_plan"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind"], condition=Q(state="waiting"), name="strategy_plan_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="strategy_plan_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}"
