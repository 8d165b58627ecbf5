"""What the desk's views share: the account an address names, days in addresses, and how a reader wants it written."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tallystick.access.web import ActorRequest
from tallystick.desk import queries
from tallystick.desk.forms.fields import locale_name
from tallystick.desk.queries.events import Reader
from tallystick.desk.rules import formats
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money


def case_of(request: ActorRequest, account_id: int) -> queries.Case:
    """Give the account an address names, now.

    :raises NotFound: there is none, or it lies outside the reader's scope
    """
    return queries.get_case(request.actor.scope, account_id, at=clock.now())


def reader() -> Reader:
    """Give how whoever reads wants things written."""
    return Reader(Locale.parse(locale_name()), timezone.get_current_timezone())


def house_day() -> date:
    """Give today in the time zone of the house, for pages about many creditors."""
    return local_day(clock.now(), settings.TIME_ZONE)


def beginning_of(day: date) -> datetime:
    """Give the instant a day of the house begins."""
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))


def day_of(text: str) -> date | None:
    """Read an ISO day of an address; None where there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def known_at_of(text: str) -> datetime | None:
    """Read the instant of an address as of which something is to be known, where none is said in the time zone of the house.

    None where there is none, or where it is not over: then all that is known counts.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    return at if at < clock.now() else None


def said_money(amount: Money) -> str:
    """Write an amount in the reader's language."""
    return formats.money(amount, Locale.parse(locale_name()))


def said_day(day: date) -> str:
    """Write a day with its weekday in the reader's language."""
    return formats.day(day, Locale.parse(locale_name()), "weekday")


def said_instant(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant with its weekday in the reader's language, in a time zone."""
    locale = Locale.parse(locale_name())
    return f"{formats.day(at.astimezone(zone).date(), locale, 'weekday')}, {formats.instant(at, zone, locale, 'time')}"


def said_share(fraction: Decimal | None) -> str:
    """Write a part of all debt in the reader's language; nothing where there is no debt."""
    if fraction is None:
        return ""
    return _("{share} of all").format(share=formats.percent(fraction, Locale.parse(locale_name())))
