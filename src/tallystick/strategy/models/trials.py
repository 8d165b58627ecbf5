"""Tables of trials: what was said before, what was seen at each planned look, and that somebody ended one.

Nothing can lock a row that is only added to, which a foreign key would, at either end: these tables have none.
"""

from django.db import models

from tallystick.strategy.rules.trials import terms


class Trial(models.Model):
    """One arm of a split against another: all that was said before it started. Append-only: another trial is another row."""

    title = models.TextField()
    strategy = models.ForeignKey("strategy.Paper", on_delete=models.PROTECT, related_name="trials", db_constraint=False)
    split = models.TextField()
    #: Shares of the split by arm, and whose hash it is of, as the published version had it. Versions with others are not read.
    shares = models.JSONField()
    by_debtor = models.BooleanField()
    champion = models.TextField()
    challenger = models.TextField()
    #: An account takes part from when it first enters this state.
    state = models.TextField()
    #: Whose accounts take part; null for everybody's.
    client = models.ForeignKey("accounts.Client", null=True, on_delete=models.PROTECT, db_constraint=False)
    measure = models.TextField(choices=terms.Measure.choices())
    #: Accounts of this currency only; empty for all, where the measure is not of money.
    currency = models.TextField(blank=True, default="")
    window_days = models.SmallIntegerField()
    #: The smallest difference worth finding, in the unit of the measure: 0.02 is two points.
    effect = models.DecimalField(max_digits=9, decimal_places=5)
    alpha = models.DecimalField(max_digits=5, decimal_places=4)
    power = models.DecimalField(max_digits=5, decimal_places=4)
    looks = models.SmallIntegerField()
    #: What the measure was, or was thought to be, how it varies by unit, how many units came a day
    #: in whatever arm, and how many were looked at.
    baseline = models.FloatField()
    variance = models.FloatField()
    inflow = models.FloatField()
    past_units = models.IntegerField()
    champion_units = models.IntegerField()
    challenger_units = models.IntegerField()
    starts_on = models.DateField()
    registered_at = models.DateTimeField()
    registered_by = models.TextField()
    registered_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "strategy_trial"

    def __str__(self) -> str:
        return self.title


class TrialLook(models.Model):
    """A planned look at a trial: what was seen on a day, and what it said. Append-only."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="kept_looks", db_constraint=False)
    #: Which of the planned looks it is; one that came late stands for those before it that were not taken.
    number = models.SmallIntegerField()
    day = models.DateField()
    fraction = models.FloatField()
    bound = models.FloatField()
    outcome = models.TextField(choices=terms.Outcome.choices())
    #: The sums of every arm and part, as `queries.trials.Standing` has them.
    sums = models.JSONField()
    taken_at = models.DateTimeField()
    taken_by = models.TextField()

    class Meta:
        db_table = "strategy_trial_look"
        constraints = [models.UniqueConstraint(fields=["trial", "number"], name="strategy_trial_look_once")]

    def __str__(self) -> str:
        return f"{self.trial} {self.number}"


class TrialEnd(models.Model):
    """Somebody ended a trial before its looks did. Append-only."""

    trial = models.OneToOneField(Trial, on_delete=models.PROTECT, related_name="end", db_constraint=False)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "strategy_trial_end"

    def __str__(self) -> str:
        return f"{self.trial}"
