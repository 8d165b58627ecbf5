"""The days on which debts were disputed, for the room that charges interest: fulfils `charges.ports.StoppedDays`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tallystick.charges.ports import Stopped
from tallystick.disputes import queries
from tallystick.holds.rules import Reason


def disputed_days(account_ids: Sequence[int]) -> Sequence[Stopped]:
    """Give the days from that on which a debt was disputed until the day before it was decided, whatever was decided.

    What is disputed of an account as a whole stops all of it: nobody knows of which item it is.
    """
    return [
        Stopped(
            dispute.account_id,
            dispute.item_id,
            None if dispute.item_id is None else dispute.amount_minor,
            str(Reason.DISPUTE),
            dispute.raised_on,
            None if dispute.resolved_on is None else dispute.resolved_on - timedelta(days=1),
        )
        for dispute in queries.all_disputes(account_ids)
        if dispute.resolved_on is None or dispute.resolved_on > dispute.raised_on
    ]
