"""The table of promises."""

from django.db import models
from django.db.models import F, Q

from tallystick.promises import rules


class Promise(models.Model):
    """What a debtor undertook to pay by a day, and what became of it. At most one is open for an account.

    The terms (grace, tolerance, last day) are kept as they were when it was made: a client's new terms judge new promises.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="promises")
    amount_minor = models.BigIntegerField()
    #: How much may be missing for the promise to count as kept in part, not as broken.
    tolerance_minor = models.BigIntegerField(default=0)
    #: Money counted towards it when it was last judged.
    paid_minor = models.BigIntegerField(default=0)
    #: What was owed when it was made, and when it was broken.
    balance_minor = models.BigIntegerField()
    broken_balance_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    made_on = models.DateField()
    pay_on = models.DateField()
    #: The first day on which it is too late: the day after the last day of grace.
    grace_until_on = models.DateField()
    state = models.TextField(choices=rules.State.choices(), default=rules.State.OPEN)
    #: The day its end is true of: booking of the money that kept it, the day after grace, the day it was withdrawn.
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: Which broken promise in a row this one is; 0 unless broken.
    broken_in_a_row = models.SmallIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "promises_promise"
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="open"), name="promises_promise_one_open"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="promises_promise_is_positive"),
            models.CheckConstraint(
                condition=Q(tolerance_minor__gte=0, tolerance_minor__lt=F("amount_minor")),
                name="promises_promise_tolerance_is_a_part",
            ),
            models.CheckConstraint(
                condition=Q(pay_on__gte=F("made_on"), grace_until_on__gt=F("pay_on")),
                name="promises_promise_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_on__isnull=True, ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_on__isnull=False, ended_at__isnull=False)),
                name="promises_promise_end_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="broken", broken_in_a_row__gt=0) | (~Q(state="broken") & Q(broken_in_a_row=0)),
                name="promises_promise_broken_is_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["grace_until_on"], condition=Q(state="open"), name="promises_promise_running_out")
        ]

    def __str__(self) -> str:
        return f"{self.state} promise on {self.account_id}"
