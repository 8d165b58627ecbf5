"""Put what is no longer on hold into a diary."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.timeline import actions as timeline
from tallystick.worklists import events, rules

#: How long after the end of a hold a worker may come to it; nobody is reminded of what ended in another year.
_LATELY = timedelta(days=7)


@transaction.atomic
def recall_held(*, account_ids: Collection[int], at: datetime, by: Actor) -> int:
    """Ask for a look at what a person had put on hold on some accounts, once its hold has run out; give how many.

    The account's owner is asked, or else whoever placed the hold. A strategy needs no reminder of its own holds.
    """
    by.must_be_allowed_to("work accounts")
    opened = sql.rows(
        sql.load("tallystick.worklists", "worklists.sql", "recall_held"),
        {
            "account_ids": sorted(account_ids),
            "kind": rules.Kind.FOLLOW_UP.value,
            "priority": rules.ORDINARY,
            "of_account": _("The hold ran out: look again"),
            "of_item": _("{item} is no longer on hold: look again"),
            "since": at - _LATELY,
            "at": at,
            "by": by.label,
        },
    )
    told = [
        (
            events.TaskOpened(row["account_id"], row["id"], rules.Kind.FOLLOW_UP, row["title"], row["due_on"]),
            row["due_on"],
        )
        for row in opened
    ]
    timeline.append_all(told, at=at, by=by)
    return len(opened)
