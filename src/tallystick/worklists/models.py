"""Tables of worklists: pieces of work, and who is at an account right now."""

from django.db import models
from django.db.models import F, Q

from tallystick.worklists import rules


class WorkItem(models.Model):
    """One piece of work on one account, for a team or for a person.

    `rank` orders a worklist: the priority, plus the points that scorecards give the account, plus one for every day since the
    work fell due, so that nothing starves. As every item gains one a day, days alone never change the order, and an index keeps
    it. See `rules.rank`.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="work_items", db_constraint=False, db_index=False
    )
    cause_id = models.BigIntegerField(null=True)
    #: Of the account: who may see the work.
    client_id = models.BigIntegerField()
    #: access.Team and access.User; work of a person is taken by nobody else.
    team_id = models.BigIntegerField(null=True)
    assignee_id = models.BigIntegerField(null=True)
    created_by_id = models.BigIntegerField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    #: For work at an hour, such as a call back; null for work on a day.
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    due_on = models.DateField()
    priority = models.SmallIntegerField()
    #: What scorecards that rank work give the account, 0 to 100. See `actions.weigh_tasks`.
    points = models.SmallIntegerField(default=0, db_default=0)
    rank = models.IntegerField()
    action_no = models.SmallIntegerField(default=0)
    #: A strategy watches over it: the step it belongs to, the day it was asked for, the day on which it is too late, and if the
    #: account waits for what comes of it. See `rules.Watch`.
    mark = models.TextField(blank=True, default="", db_default="")
    asked_on = models.DateField(null=True)
    limit_on = models.DateField(null=True)
    overran_at = models.DateTimeField(null=True)
    is_awaited = models.BooleanField(default=False, db_default=False)
    kind = models.TextField(choices=rules.Kind.choices())
    state = models.TextField(choices=rules.State.choices(), default=rules.State.OPEN)
    title = models.TextField()
    note = models.TextField(blank=True, default="")
    #: What came of it, one of the words its door offers.
    outcome = models.TextField(blank=True, default="")
    outcome_note = models.TextField(blank=True, default="")
    created_by = models.TextField()
    done_by = models.TextField(blank=True, default="")
    #: What asked for it: asking twice for one cause is a no-op. Null for a person's.
    cause_kind = models.TextField(null=True)

    class Meta:
        db_table = "worklists_work_item"
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__gte=0, priority__lte=100), name="worklists_work_item_priority"
            ),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="worklists_work_item_points"),
            models.CheckConstraint(
                condition=Q(state="open", done_at__isnull=True) | (~Q(state="open") & Q(done_at__isnull=False)),
                name="worklists_work_item_end_has_an_instant",
            ),
            models.UniqueConstraint(
                fields=["account", "cause_kind", "cause_id", "action_no"], name="worklists_work_item_once_per_cause"
            ),
        ]
        indexes = [
            models.Index(
                F("team_id"),
                F("rank").desc(),
                F("id"),
                F("due_on"),
                condition=Q(state="open", assignee_id__isnull=True),
                name="worklists_work_item_team",
            ),
            models.Index(
                F("assignee_id"),
                F("rank").desc(),
                F("id"),
                F("due_on"),
                condition=Q(state="open", assignee_id__isnull=False),
                name="worklists_work_item_person",
            ),
            models.Index(fields=["account", "due_on"], condition=Q(state="open"), name="worklists_work_item_open"),
            models.Index(fields=["account", "id"], condition=Q(is_awaited=True), name="worklists_work_item_awaited"),
        ]

    def __str__(self) -> str:
        return self.title


class Claim(models.Model):
    """Who is at an account right now. Its key is the account: two people never work one account at the same time."""

    account_id = models.BigIntegerField(primary_key=True)
    user_id = models.BigIntegerField(db_index=True)
    work_item_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField()
    #: The instant from which somebody else may take it.
    until_at = models.DateTimeField()

    class Meta:
        db_table = "worklists_claim"

    def __str__(self) -> str:
        return f"{self.account_id} by {self.user_id}"
