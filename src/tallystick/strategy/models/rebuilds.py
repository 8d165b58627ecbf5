"""The table that says by which facts the book was computed."""

from django.db import models


class Rebuild(models.Model):
    """The whole book was computed by the facts of a program. The last row says by which; columns added since hold none yet."""

    #: `queries.catalogue.fingerprint` of the program.
    facts = models.TextField()
    day = models.DateField()
    #: How many rows had been others, or were not there.
    changed = models.BigIntegerField()

    class Meta:
        db_table = "strategy_rebuild"

    def __str__(self) -> str:
        return f"{self.day} {self.facts}"
