"""Tables of insight: the figures of closed months, which are added and never changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Closing(models.Model):
    """The figures of a month of a client in a currency, as known at an instant: `rules.Figures`.

    Number nothing is the closing. What became known later is a row of its own, with the next number and how many entries of the
    ledger it is owed to; where none came, a due day was corrected.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    known_at = models.DateTimeField()
    receivables_minor = models.BigIntegerField()
    current_minor = models.BigIntegerField()
    sales_minor = models.BigIntegerField()
    period_sales_minor = models.BigIntegerField()
    #: The last day of the month.
    month_on = models.DateField()
    number = models.IntegerField()
    period_days = models.IntegerField()
    later_entries = models.IntegerField(default=0)
    currency = models.CharField(max_length=3)
    days_outstanding = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    days_best_possible = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    days_counted_back = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    days_delinquent = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    effectiveness = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    aged_minor = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "insight_closing"
        constraints = [
            models.UniqueConstraint(fields=["client", "currency", "month_on", "number"], name="insight_closing_once"),
            models.CheckConstraint(condition=models.Q(number__gte=0), name="insight_closing_is_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.currency} {self.month_on} {self.number}"


class Look(models.Model):
    """An instant through which late entries were looked for. The latest one counts."""

    at = models.DateTimeField()

    class Meta:
        db_table = "insight_look"
