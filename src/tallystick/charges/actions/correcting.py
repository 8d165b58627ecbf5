"""Correct the interest on some accounts at once, as the next night would: what was booked late is not waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tallystick.accounts import actions as accounts
from tallystick.charges.actions import proving
from tallystick.charges.actions.accruing import register
from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.rules.accruing import OTHER_CAUSES
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.outcome import Outcome

_ACCOUNTS = "SELECT unnest(%(accounts)s::bigint[]) AS account_id"
_CLIENTS = "SELECT DISTINCT client_id FROM accounts_account WHERE id = ANY(%(accounts)s) ORDER BY client_id"


@transaction.atomic
def correct_interest(*, account_ids: Sequence[int], at: datetime, by: Actor) -> Outcome:
    """Charge the interest of some accounts through yesterday by the proof of the nightly accrual, which then finds nothing to do.

    A handful of statements, whatever the number of accounts. Closed accounts are left alone, as they are at night.
    """
    by.must_be_allowed_to("set charges")
    day = local_day(at, settings.TIME_ZONE) - timedelta(days=1)
    asked = {"accounts": sorted({*account_ids})}
    clients = [row["client_id"] for row in sql.rows(_CLIENTS, asked) if by.scope.allows(row["client_id"])]
    agreements = agreement_queries.in_force(client_ids=clients)
    if not agreements:
        return Outcome()
    accounts.lock_accounts(sql.Rows(_ACCOUNTS, asked))
    register(agreements, day=day, account_ids=asked["accounts"])
    rows = sql.rows(
        sql.load("tallystick.charges", "correcting.sql", "to_correct"),
        {
            **asked,
            "agreement": [each.id for each in agreements],
            "until_on": [each.agreed.charged.through(day) for each in agreements],
            "other_causes": list(OTHER_CAUSES),
        },
    )
    return proving.prove(rows, agreements=agreements, day=day, at=at, by=by)
