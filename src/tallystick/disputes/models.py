"""The table of disputes."""

from django.db import models
from django.db.models import F, Q

from tallystick.disputes import rules


class Dispute(models.Model):
    """A part of a debt that the debtor does not accept, of one item or of the account as a whole."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="disputes")
    #: accounts.Item of the same account; null disputes the account as a whole.
    item_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    #: What was credited when the dispute was upheld.
    credited_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reason = models.TextField(choices=rules.Reason.choices())
    note = models.TextField(blank=True, default="")
    raised_on = models.DateField()
    raised_at = models.DateTimeField()
    raised_by = models.TextField()
    raised_by_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=rules.State.choices(), default=rules.State.OPEN)
    resolution = models.TextField(blank=True, default="")
    resolved_on = models.DateField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "disputes_dispute"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="disputes_dispute_is_positive"),
            models.CheckConstraint(
                condition=Q(credited_minor__gte=0, credited_minor__lte=F("amount_minor")),
                name="disputes_dispute_credits_a_part",
            ),
            models.CheckConstraint(
                condition=Q(state="open", resolved_on__isnull=True, resolved_at__isnull=True)
                | (~Q(state="open") & Q(resolved_on__isnull=False, resolved_at__isnull=False)),
                name="disputes_dispute_resolution_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "item_id"], condition=Q(state="open"), name="disputes_dispute_standing")
        ]

    def __str__(self) -> str:
        return f"{self.state} dispute on {self.account_id}"
