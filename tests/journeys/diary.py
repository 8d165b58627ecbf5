"""The timeline of an account as a diary: what happened on which day, in a few words a line."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.journeys.calendar import LONDON

from tallystick.kernel.money import Money
from tallystick.timeline import queries as timeline_queries

#: Fields of events that a diary shows, in this order.
_SHOWN = (
    "step",
    "answer",
    "entered",
    "channel",
    "template",
    "command",
    "outcome",
    "title",
    "amount",
    "pay_on",
    "in_a_row",
    "reference",
)
_MOST = 1_000


def diary(
    account_id: int, *, rooms: tuple[str, ...] | None = None, by_people: bool | None = None
) -> dict[date, list[str]]:
    """Give what stands on the timeline, in the order it happened, by the day in London on which it became known.

    `by_people` leaves only what people did, or only what happened by itself.
    """
    kinds = None if rooms is None else [f"{room}." for room in rooms]
    days: dict[date, list[str]] = {}
    for event in reversed(timeline_queries.of_account([account_id], kinds=kinds, limit=_MOST)):
        if by_people is not None and by_people != (event["user_id"] is not None):
            continue
        day = event["recorded_at"].astimezone(LONDON).date()
        days.setdefault(day, []).append(_line(event["kind"], event["data"]))
    return days


def _line(kind: str, data: dict[str, Any]) -> str:
    words = [_word(data[name]) for name in _SHOWN if data.get(name) not in (None, "")]
    return f"{kind.partition('.')[2]}: {', '.join(words)}" if words else kind.partition(".")[2]


def _word(value: Any) -> str:
    return str(Money(value["minor"], value["currency"]).amount) if isinstance(value, dict) else str(value)
