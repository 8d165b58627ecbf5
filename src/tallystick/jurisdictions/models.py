"""The table of packs that were brought in: versions of files of the law, proposed by one person, put in force by another."""

from django.db import models
from django.db.models import Q

from tallystick.jurisdictions.rules.proposals import State


class PackChange(models.Model):
    """A pack that was brought in. It goes before the pack of that name that ships, until one ships that was reviewed later."""

    pack = models.TextField()
    jurisdiction = models.TextField()
    #: The file as it was brought in.
    text = models.TextField()
    note = models.TextField(blank=True, default="")
    state = models.TextField(choices=State.choices(), default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.TextField()
    proposed_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True, default="")
    decided_by_id = models.BigIntegerField(null=True)
    #: Of those in force, in the order in which they came into it.
    number = models.IntegerField(null=True, unique=True)

    class Meta:
        db_table = "jurisdictions_pack_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.APPLIED, number__isnull=False)
                | ~Q(state=State.APPLIED) & Q(number__isnull=True),
                name="jurisdictions_pack_change_number",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pack} of {self.proposed_at:%Y-%m-%d}"
