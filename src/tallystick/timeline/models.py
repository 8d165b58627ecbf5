"""Tables of the timeline. Both are append-only: see the migration for the privileges and triggers that hold it."""

from django.db import models


class Event(models.Model):
    """Something that happened to an account, in the past tense, for ever.

    The table is partitioned by the month of `recorded_at` and is made by SQL in the migration.
    """

    id = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField()
    #: When it became known, UTC.
    recorded_at = models.DateTimeField()
    #: The day it is true of, in the creditor's time zone.
    happened_on = models.DateField()
    #: Room and class of the event, such as "promises.PromiseMade".
    kind = models.TextField()
    actor = models.TextField()
    user_id = models.BigIntegerField(null=True)
    data = models.JSONField()

    class Meta:
        managed = False
        db_table = "timeline_event"


class Seal(models.Model):
    """A link of the hash chain: the digest of the events whose ids it covers, on top of the link before."""

    id = models.BigIntegerField(primary_key=True)
    #: PostgreSQL int8multirange of event ids, as text.
    event_ids = models.TextField()
    events = models.BigIntegerField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "timeline_seal"
