"""Exchange rates: rows that are added and never changed, and the loads that brought them."""

from django.db import models
from django.db.models import F, Q


class Load(models.Model):
    """A file of rates that was taken: from where, by whom and when. What it says is known since then."""

    source = models.TextField()
    #: Name of the file, or the address of the feed.
    name = models.TextField()
    loaded_at = models.DateTimeField()
    loaded_by = models.TextField()
    #: access.User, by id; none for the system.
    loaded_by_id = models.BigIntegerField(null=True)
    #: How many rates the file held, and how many of them said something new; of these, how many corrected another.
    rates_read = models.IntegerField()
    rates_new = models.IntegerField()
    rates_corrected = models.IntegerField()

    class Meta:
        db_table = "exchange_load"


class Rate(models.Model):
    """How much of `quote` one unit of `base` is worth on a day, as known since its load. A correction is another row."""

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="rates")
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.TextField()
    #: The instant of the load: what was known then is asked for by it.
    known_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_rate"
        constraints = [
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_is_positive"),
            models.CheckConstraint(condition=~Q(base=F("quote")), name="exchange_rate_is_of_two"),
            models.UniqueConstraint(fields=["base", "quote", "day", "load"], name="exchange_rate_once"),
        ]
