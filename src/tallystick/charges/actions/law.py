"""Put a change of the law in force, and have what was worked out by what it replaces proven afresh."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.queries import law_changes
from tallystick.jurisdictions import actions as jurisdictions
from tallystick.jurisdictions.queries import applied
from tallystick.jurisdictions.queries.applied import Difference
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor


@transaction.atomic
def put_law_in_force(*, change_id: int, at: datetime, by: Actor) -> Difference:
    """Put a pack that somebody else brought in in force.

    Interest that still runs is proven afresh by the next accrual anyway, for its law reads otherwise. What is settled is
    too, where a rate of days gone by differs.

    :raises RuleIsAgreed: it leaves out a rule by which interest is agreed
    :raises Refusal: see `jurisdictions.actions.apply`
    """
    by.must_be_allowed_to("keep law")
    agreements = agreement_queries.in_force()
    change = applied.difference(applied.lock_pack_change(change_id).text)
    law_changes.must_keep_what_is_agreed(change, agreements)
    starts = law_changes.starts_of(change, agreements, last_day=at.date())
    change = jurisdictions.apply(change_id=change_id, at=at, by=by)
    if starts.segments:
        asked = {
            "at_agreement": [agreement.id for agreement, *_ in starts.segments],
            "at_first_day": [start for _agreement, start, _each in starts.segments],
            "from_day": [each.first_day for *_, each in starts.segments],
        }
        sql.execute(sql.load("tallystick.charges", "law.sql", "prove_again"), asked)
    return change
