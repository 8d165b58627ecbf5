"""The ledger: one table of entries, only ever added to."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class Entry(models.Model):
    """A positive amount moved from one head (debit) to another (credit), for one account, in one currency.

    There are no signs and no unbalanced states. An entry that names an item changes what is open on it: an allocation is the
    entry that debits `ON_ACCOUNT` and credits the item's head. A mistake is reversed by an entry that names it.
    Foreign keys are left out on purpose: `tallystick check` finds orphans, and a million rows load in a third less time.
    """

    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True)
    #: The entry that this one takes back.
    reverses_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    cause_id = models.BigIntegerField()
    #: The instant it became known, UTC.
    posted_at = models.DateTimeField()
    #: The day it is true of, in the creditor's time zone.
    booked_on = models.DateField()
    cause_no = models.IntegerField(default=0)
    cause_kind = models.SmallIntegerField()
    debit = models.SmallIntegerField()
    credit = models.SmallIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "ledger_entry"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_entry_is_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_entry_moves"),
            models.UniqueConstraint(
                fields=["account_id", "cause_kind", "cause_id", "cause_no"], name="ledger_entry_once"
            ),
        ]
        indexes = [
            BrinIndex(fields=["booked_on"], name="ledger_entry_booked_on", autosummarize=True),
            BrinIndex(fields=["posted_at"], name="ledger_entry_posted_at", autosummarize=True),
        ]
