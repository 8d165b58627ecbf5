"""One account on a day: what every page and dialog of the desk is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.kernel.actor import Scope
from tallystick.kernel.calendars import local_day


@dataclass(frozen=True, slots=True)
class Case:
    """An account with its client, portfolio and party, at the moment somebody looks at it."""

    account: Account
    at: datetime

    @property
    def today(self) -> date:
        """The day it is where the creditor is."""
        return local_day(self.at, self.account.client.time_zone)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the creditor."""
        return ZoneInfo(self.account.client.time_zone)


def get_case(scope: Scope, account_id: int, *, at: datetime) -> Case:
    """Give an account that the scope allows.

    :raises NotFound: there is none, or it lies outside the scope
    """
    return Case(account_queries.get_account(account_id, scope=scope), at)
