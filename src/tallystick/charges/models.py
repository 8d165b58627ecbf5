"""Tables of interest: what is agreed, which items bear it and how far it is proven, and the lines of the proof."""

from django.db import models
from django.db.models import F, Q


class Agreement(models.Model):
    """What is agreed with a client about interest, on one portfolio or on all, for items whose interest begins on a day or later.

    A document is never changed: another follows it. Of those that hold on a day that of the portfolio goes first, then
    the one from the latest day, then the last that was set.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    portfolio = models.ForeignKey("accounts.Portfolio", on_delete=models.PROTECT, null=True, related_name="+")
    #: Of the client's agreements, in the order in which they were set.
    number = models.IntegerField()
    from_on = models.DateField()
    document = models.JSONField()
    set_at = models.DateTimeField()
    set_by = models.TextField()
    set_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "charges_agreement"
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="charges_agreement_number")]

    def __str__(self) -> str:
        return f"{self.number} of {self.client_id}"


class Bearing(models.Model):
    """An item that bears interest: by which agreement, through which day it is proven and charged, and how its last line goes on.

    The last line is kept here while it grows (`since_`: since it was written as a line), so that a night writes one row in
    place. The stretch that it belongs to is `rules.accruing.Last`.
    """

    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    #: accounts.Item that holds the interest; null until there is any.
    interest_item_id = models.BigIntegerField(null=True)
    agreement_id = models.BigIntegerField()
    #: What the law said when it was proven: a hash of the rows that the rate is from. Null where it has to be proven afresh.
    law = models.BigIntegerField(null=True)
    #: Entries of the account then, but for those of interest.
    entries_seen = models.IntegerField(default=0)
    first_day = models.DateField()
    through_on = models.DateField(null=True)
    #: Until which day nothing changes by itself; null where it has to be proven each time.
    steady_until_on = models.DateField(null=True)
    is_settled = models.BooleanField(default=False)
    charged_minor = models.BigIntegerField(default=0)
    #: What of it lifts the lines to the least that is agreed.
    lifted_minor = models.BigIntegerField(default=0)
    #: The most that interest may come to.
    most_minor = models.BigIntegerField(null=True)
    #: How many entries interest has made: the next one's number.
    charges = models.IntegerField(default=0)
    #: A fixed sum that is charged once because the item is late: how much, its item, and how many entries it has made.
    fixed_minor = models.BigIntegerField(default=0)
    fixed_item_id = models.BigIntegerField(null=True)
    fixed_charges = models.IntegerField(default=0)
    base_minor = models.BigIntegerField(default=0)
    percent = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    year_days = models.SmallIntegerField(default=365)
    is_thirty = models.BooleanField(default=False)
    stretch_days = models.IntegerField(default=0)
    stretch_minor = models.BigIntegerField(default=0)
    since_days = models.IntegerField(default=0)
    since_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "charges_bearing"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "item_id"], name="charges_bearing_once"),
            models.CheckConstraint(
                condition=Q(charged_minor__gte=0), name="charges_bearing_charges_no_less_than_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"interest on item {self.item_id}"


class Line(models.Model):
    """A line of a proof: days of one balance and one rate, with the row of the law or the agreement that the rate is from.

    A line that another proof replaced stays, with the instant at which it was taken back.
    """

    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.IntegerField()
    base_minor = models.BigIntegerField()
    percent = models.DecimalField(max_digits=12, decimal_places=6)
    rule = models.TextField()
    row_from = models.DateField()
    read_on = models.DateField(null=True)
    index_percent = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    source = models.TextField()
    amount_minor = models.BigIntegerField()
    stopped_by = models.TextField(blank=True, default="")
    is_capped = models.BooleanField(default=False)
    #: What of the balance is interest that was added to it; what was taken off it since it was held or disputed, and why.
    added_minor = models.BigIntegerField(default=0, db_default=0)
    held_minor = models.BigIntegerField(default=0, db_default=0)
    held_by = models.TextField(blank=True, default="", db_default="")
    kept_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "charges_line"
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="charges_line_lasts_a_day"),
            models.UniqueConstraint(
                fields=["account_id", "item_id", "first_day"],
                condition=Q(taken_back_at__isnull=True),
                name="charges_line_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "item_id"],
                condition=Q(taken_back_at__isnull=False),
                name="charges_line_taken_back",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day} of item {self.item_id}"


class Fee(models.Model):
    """A fee that an account was charged for an occasion, or let off as one of the first: once, by its key.

    A fee that was taken back stays, with who took it back and why, so that its occasion is not charged again.
    """

    account_id = models.BigIntegerField()
    #: The item that the occasion is of; null where it is of the account.
    item_id = models.BigIntegerField(null=True)
    #: accounts.Item that holds the fee; null for one that is free.
    fee_item_id = models.BigIntegerField(null=True)
    agreement_id = models.BigIntegerField()
    code = models.TextField()
    #: What it was charged for, and once for what: `rules.fees.key_of`, joined by colons.
    key = models.TextField()
    occasion = models.TextField()
    occasion_on = models.DateField()
    #: The day on which it fell due: that of the occasion, and days of grace.
    due_on = models.DateField()
    owed_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_free = models.BooleanField(default=False)
    is_capped = models.BooleanField(default=False)
    #: Who agreed on the sum, or the row of the law that it is by.
    source = models.TextField()
    charged_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "charges_fee"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "key"], name="charges_fee_once"),
            models.CheckConstraint(
                condition=Q(is_free=True, amount_minor=0) | Q(is_free=False, amount_minor__gt=0),
                name="charges_fee_is_something_or_free",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.account_id}"
