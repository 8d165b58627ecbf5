"""The table of holds."""

from django.db import models
from django.db.models import F, Q

from tallystick.holds import rules


class Hold(models.Model):
    """A reason to stop or soften what is done with an account, or with one item of it, from a day until a day.

    `until_on` is the first day it no longer holds; null holds until lifted. A hold that ended keeps how and when.
    Accounts are not referenced by a constraint of the database: a night places thousands of holds, and each check would
    write to the account's page; `tallystick check` finds orphans.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="holds", db_constraint=False, db_index=False
    )
    #: accounts.Item of the same account that is held, and how much of it; null holds the account as a whole, all of the item.
    item_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    reason = models.TextField(choices=rules.Reason.choices())
    note = models.TextField(blank=True, default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    placed_at = models.DateTimeField()
    placed_by = models.TextField()
    placed_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True, default="")
    ending = models.TextField(choices=rules.Ending.choices(), blank=True, default="")
    #: What placed it, for holds placed by a set: placing twice for one cause is a no-op. Null for a person's.
    cause_kind = models.TextField(null=True)
    cause_id = models.BigIntegerField(null=True)
    action_no = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "holds_hold"
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="holds_hold_lasts_a_day"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="holds_hold_end_is_told",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0, item_id__isnull=False),
                name="holds_hold_amount_is_of_an_item",
            ),
            models.UniqueConstraint(
                fields=["account", "item_id"],
                condition=Q(ended_at__isnull=True, item_id__isnull=False),
                name="holds_hold_one_an_item",
            ),
            models.UniqueConstraint(
                fields=["account", "cause_kind", "cause_id", "action_no"], name="holds_hold_once_per_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=Q(ended_at__isnull=True), name="holds_hold_standing"),
            models.Index(fields=["account"], condition=Q(reason="pause"), name="holds_hold_pause"),
            models.Index(
                fields=["until_on"],
                condition=Q(ended_at__isnull=True, until_on__isnull=False),
                name="holds_hold_running_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} on {self.account_id}"
