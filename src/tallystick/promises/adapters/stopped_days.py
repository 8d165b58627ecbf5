"""The days of promises, for the room that charges interest: fulfils `charges.ports.StoppedDays`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tallystick.charges.ports import Stopped
from tallystick.charges.rules.terms import PROMISED, PROMISED_AND_KEPT
from tallystick.promises import queries
from tallystick.promises.rules import State

_DAY = timedelta(days=1)


def promised_days(account_ids: Sequence[int]) -> Sequence[Stopped]:
    """Give the days from that on which a promise was made to that on which it was kept, or the day before it ended otherwise.

    What they stop is for the terms of interest to say. A promise is of all items of its account.
    """
    return [
        Stopped(
            promise.account_id,
            None,
            None,
            PROMISED_AND_KEPT if promise.state == State.KEPT else PROMISED,
            promise.made_on,
            # The day on which it was kept is one of its days.
            promise.ended_on if promise.state == State.KEPT or promise.ended_on is None else promise.ended_on - _DAY,
        )
        for promise in queries.all_promises(account_ids)
        if promise.ended_on != promise.made_on or promise.state == State.KEPT
    ]
