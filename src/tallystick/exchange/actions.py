"""Take files of exchange rates: from a person, from the command line, or from the feed that is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tallystick.exchange.models import Load
from tallystick.exchange.ports import Feed
from tallystick.exchange.rules import reading
from tallystick.exchange.rules.refusals import FeedOff, RatesUnreadable
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: its load, and codes in it that are no currency any more."""

    load: Load
    left_out: tuple[str, ...]


@transaction.atomic
def load_rates(*, content: bytes, name: str, source: str = "", at: datetime, by: Actor) -> Loaded:
    """Take a file of rates, whole or not at all.

    A rate that is known already is no new row; another rate for a day that has one corrects it from now on, while what was
    known before can still be asked for.

    :raises RatesUnreadable: a line of it cannot be read, or is of a day to come
    """
    by.must_be_allowed_to("load rates")
    read = reading.read(content, source=source or name)
    today = local_day(at, settings.TIME_ZONE)
    for base, quote, day, *_rest in read.rows:
        if day > today:
            raise RatesUnreadable(place=f"{base}/{quote} {day}", problem=_("that day is still to come"))
    # One load at a time: which of two rates corrects the other is the order of their loads.
    sql.execute("LOCK TABLE exchange_load IN SHARE ROW EXCLUSIVE MODE")
    bases, quotes, days, rates, sources = (list(column) for column in zip(*read.rows, strict=True))
    load = Load.objects.create(
        source=", ".join(sorted(set(sources))),
        name=name,
        loaded_at=at,
        loaded_by=by.label,
        loaded_by_id=by.user_id,
        rates_read=len(read.rows),
        rates_new=0,
        rates_corrected=0,
    )
    params = {"load": load.pk, "at": at, "bases": bases, "quotes": quotes, "days": days, "rates": rates}
    sql.execute(_query("take"), {**params, "sources": sources})
    [counts] = sql.rows(_query("counts"), {"load": load.pk})
    Load.objects.filter(pk=load.pk).update(**counts)
    load.refresh_from_db()
    return Loaded(load, read.left_out)


def fetch_rates(*, at: datetime, by: Actor) -> Loaded:
    """Fetch the file of the feed that is set, and take it.

    :raises FeedOff: none is set
    :raises FeedAway: it did not answer with a file
    :raises RatesUnreadable: what it answered cannot be read
    """
    by.must_be_allowed_to("load rates")
    if not settings.EXCHANGE_FEED:
        raise FeedOff
    feed: Feed = import_string(settings.EXCHANGE_FEED["ADAPTER"])(**settings.EXCHANGE_FEED["OPTIONS"])
    return load_rates(content=feed.fetch(), name=feed.name, at=at, by=by)


def _query(name: str) -> str:
    return sql.load("tallystick.exchange", "rates.sql", name)
