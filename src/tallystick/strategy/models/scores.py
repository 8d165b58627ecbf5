"""The table of scores that were kept."""

from django.db import models


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
