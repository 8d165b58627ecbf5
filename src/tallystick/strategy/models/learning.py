"""Tables of splits that learn: the shares that were set, and that somebody froze or thawed one. All append-only."""

from django.db import models

from tallystick.strategy.rules import learning


class LearnedShares(models.Model):
    """The shares of a split from a day on, and the sums they follow from. It was to come when they were set: no arm moved."""

    #: Name of the strategy, id of the split, and what it was written as (`rules.document.Split.terms`).
    strategy = models.TextField()
    split = models.TextField()
    terms = models.TextField()
    #: Monday of the week in which they were set: once a week, however many workers there are.
    week = models.DateField()
    #: The first day on which whoever comes to the state is dealt out by them.
    since = models.DateField()
    #: Of a hundred, by arm.
    shares = models.JSONField()
    #: What is known of each arm: see `rules.learning.Arm`.
    found = models.JSONField()
    #: Arms with significantly more disputes, which get no more than what every arm keeps.
    held_back = models.JSONField(default=list)
    set_at = models.DateTimeField()
    set_by = models.TextField()

    class Meta:
        db_table = "strategy_learned_shares"
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "split", "terms", "week"], name="strategy_learned_shares_once_a_week"
            ),
            models.UniqueConstraint(
                fields=["strategy", "split", "terms", "since"], name="strategy_learned_shares_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} {self.split} {self.since}"


class SplitAct(models.Model):
    """Somebody froze the shares of a split, or had it learn again. Append-only."""

    strategy = models.TextField()
    split = models.TextField()
    kind = models.TextField(choices=learning.ActKind.choices())
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "strategy_split_act"

    def __str__(self) -> str:
        return f"{self.kind} {self.split}"
