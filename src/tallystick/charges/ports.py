"""What the room asks of others: what stops interest, where that is kept on a higher floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stopped:
    """Days, both included, on which something stopped interest on an account or one item of it, or on an amount of that.

    `reason` is one of `holds.rules.Reason`, or of `rules.terms`. Without a last day it stands.
    """

    account_id: int
    item_id: int | None
    minor: int | None
    reason: str
    first_day: date
    last_day: date | None


class StoppedDays(Protocol):
    """Give the days on which interest was stopped on some accounts. Plugged in by the setting CHARGES_STOPPED_DAYS."""

    def __call__(self, account_ids: Sequence[int]) -> Sequence[Stopped]:
        """Give them, in no order."""
        ...
