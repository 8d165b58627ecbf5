"""Documents that somebody is changing part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from tallystick.strategy.models.papers import Version


class WorkingCopy(models.Model):
    """A document that somebody is changing part by part. It decides nothing; kept, it becomes a version, and the copy is gone."""

    #: The version it was begun from; null where a strategy is built from nothing.
    base = models.ForeignKey("strategy.Version", null=True, on_delete=models.CASCADE, related_name="working_copies")
    #: Number of the newest version of the strategy when it was begun, or when its owner last saw that there is another.
    seen_number = models.IntegerField(default=0)
    #: The version whose changes were taken over last; null while none were.
    taken = models.ForeignKey("strategy.Version", null=True, on_delete=models.CASCADE, related_name="+")
    #: access.User whose it is. Nobody else sees it.
    user_id = models.BigIntegerField()
    document = models.TextField()
    #: Grows with every change, so that a form that was opened before one is known to be late.
    revision = models.IntegerField(default=0)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    #: When it was set aside, since nobody had touched it for long; null of one that somebody works on.
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "strategy_working_copy"
        constraints = [models.UniqueConstraint(fields=["user_id", "base"], name="strategy_working_copy_one_each")]

    def __str__(self) -> str:
        return f"{self.base} {self.revision}"

    @property
    def against(self) -> Version | None:
        """The version that its changes are changes of: the one taken over last, else the one it was begun from."""
        return self.taken or self.base


class WorkingEdit(models.Model):
    """One change of a working copy: what it was, in words, and the document before it, so that it can be undone."""

    copy = models.ForeignKey(WorkingCopy, on_delete=models.CASCADE, related_name="edits")
    #: The revision of the copy that it led to.
    revision = models.IntegerField()
    said = models.TextField()
    before = models.TextField()
    #: What had been taken over before it.
    taken = models.ForeignKey("strategy.Version", null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "strategy_working_edit"
        constraints = [models.UniqueConstraint(fields=["copy", "revision"], name="strategy_working_edit_once")]

    def __str__(self) -> str:
        return self.said
