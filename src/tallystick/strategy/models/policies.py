"""Tables of policies: their documents, and the scores that were kept."""

from django.db import models
from django.db.models import Q

from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.policies.document import Kind


class Policy(models.Model):
    """A policy: a name under which versions of a document follow each other, and a word that conditions may use."""

    name = models.TextField(unique=True)
    kind = models.TextField(choices=Kind.choices())
    title = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        db_table = "strategy_policy"

    def __str__(self) -> str:
        return self.title


class PolicyVersion(models.Model):
    """One version of a policy's document. The document is never changed: a change is another version."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    #: The document, YAML, as it was written.
    document = models.TextField()
    state = models.TextField(choices=lifecycle.State.choices(), default=lifecycle.State.DRAFT.value)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    #: access.User who wrote it; null where the program itself did (a shipped policy).
    author_id = models.BigIntegerField(null=True)
    #: The program itself kept it: whoever it did that for needs no second person to publish it.
    is_by_system = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(blank=True, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "strategy_policy_version"
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="strategy_policy_version_number"),
            models.UniqueConstraint(
                fields=["policy"], condition=Q(state="published"), name="strategy_policy_version_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "sent_back"], published_at__isnull=True)
                | Q(state__in=["published", "retired"], published_at__isnull=False),
                name="strategy_policy_version_published_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"


class PolicyAct(models.Model):
    """One thing that was done with a version of a policy: its life, in order. Append-only."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="acts")
    kind = models.TextField(choices=lifecycle.ActKind.choices())
    at = models.DateTimeField()
    by = models.TextField()
    by_id = models.BigIntegerField(null=True)
    #: Why, in the words of who did it.
    comment = models.TextField(blank=True, default="")
    #: The hash of the document that was kept or approved.
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "strategy_policy_act"

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}"


class Score(models.Model):
    """A score of an account as it was on a day, kept when it changed. Append-only, in hash leaves.

    Its natural key is account, policy, day and version. `contributions` are by component and sum to `score`; `inputs` are what
    the components looked at, amounts in minor units of `currency`, so that anybody can work the score out again.
    """

    pk = models.CompositePrimaryKey("account_id", "policy_id", "scored_on", "version_id")
    account_id = models.BigIntegerField()
    policy_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    scored_on = models.DateField()
    scored_at = models.DateTimeField()
    score = models.DecimalField(max_digits=20, decimal_places=3)
    currency = models.TextField()
    contributions = models.JSONField()
    inputs = models.JSONField()

    class Meta:
        managed = False
        db_table = "strategy_score"
