"""What the desk's views share: today at an account, days in addresses, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect

from tallystick.access.web import ActorRequest
from tallystick.accounts.models import Account
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

Extra = ParamSpec("Extra")


def today_of(account: Account) -> date:
    """Give today in the time zone of an account's creditor."""
    return local_day(clock.now(), account.client.time_zone)


def day_of(text: str) -> date | None:
    """Read an ISO day of an address; None where there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def refusals_return_to_account(
    view: Callable[Concatenate[ActorRequest, int, Extra], HttpResponseBase],
) -> Callable[Concatenate[ActorRequest, int, Extra], HttpResponseBase]:
    """Show a refusal as a message on the account it is about. What one may not see or do stays an error page."""

    @wraps(view)
    def shown(request: ActorRequest, account_id: int, *args: Extra.args, **extra: Extra.kwargs) -> HttpResponseBase:
        try:
            return view(request, account_id, *args, **extra)
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("desk:account", account_id)

    return shown
