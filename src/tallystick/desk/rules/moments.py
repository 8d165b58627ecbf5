"""Moments as people say them at the telephone: "3pm", "tomorrow 10:30", "fri 9", "in 20 min"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal
from tallystick.promises.rules import DayUnreadable, read_day

_AHEAD = re.compile(r"(?:in |\+)\s*(\d{1,3})\s*(min|mins|minutes?|h|hrs?|hours?)")
_CLOCK = re.compile(r"(?:at )?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?")
#: Hours that people mean without saying which half of the day: eight is in the morning, one to seven after noon.
_MORNING_FROM = 8
_NOON = 12
_HOURS_OF_A_DAY = 24


class MomentUnreadable(Refusal):
    """A text is no moment."""

    code = "desk.moment_unreadable"
    sentence = _("“{text}” is no time. Write it like 3pm, 14:30, tomorrow 10, fri 9:15 or in 20 min.")
    status = 422


def read_moment(text: str, now: datetime, *, zone: ZoneInfo, locale: str = "en_GB") -> datetime:
    """Read a moment as people say it: a time of day, a day and a time, or so many minutes or hours ahead.

    A time without a day is the next one; a day without a time is not enough. Hours are those of `zone`; the answer is in UTC.

    :raises MomentUnreadable: the text is no moment

    >>> now, london = datetime(2026, 11, 25, 11, 0, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> [str(read_moment(text, now, zone=london))[:16] for text in ("3pm", "9:30", "fri 10", "in 20 min", "tomorrow at 2")]
    ['2026-11-25 15:00', '2026-11-26 09:30', '2026-11-27 10:00', '2026-11-25 11:20', '2026-11-26 14:00']
    """
    words = " ".join(text.casefold().split())
    if match := _AHEAD.fullmatch(words):
        number = int(match[1])
        return now + (timedelta(hours=number) if match[2].startswith("h") else timedelta(minutes=number))
    here = now.astimezone(zone)
    for said_day, said_clock in _parts(words):
        clock = _clock(said_clock)
        if clock is None:
            continue
        if not said_day:
            today = datetime.combine(here.date(), clock, tzinfo=zone)
            return (
                today if today > here else datetime.combine(here.date() + timedelta(days=1), clock, tzinfo=zone)
            ).astimezone(UTC)
        try:
            day = read_day(said_day, here.date(), locale=locale)
        except DayUnreadable:
            continue
        return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    raise MomentUnreadable(text=text)


def _parts(words: str) -> list[tuple[str, str]]:
    """Give the ways to part a text into a day and a time: the whole as a time, then each blank from the right."""
    pieces = words.replace(" at ", " ").split(" ")
    return [("", words)] + [(" ".join(pieces[:at]), " ".join(pieces[at:])) for at in range(len(pieces) - 1, 0, -1)]


def _clock(words: str) -> time | None:
    match = _CLOCK.fullmatch(words)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    elif match[2] is None and 0 < hour < _MORNING_FROM:
        hour += _NOON
    return time(hour, minute) if hour < _HOURS_OF_A_DAY and minute < 60 else None
