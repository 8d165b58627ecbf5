"""The timeline as people read it: sentences, and one event with everything that was recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from babel import Locale

from tallystick.desk.queries.kinds import fields_of
from tallystick.desk.rules import originals, sentences, writing
from tallystick.kernel.refusals import NotFound
from tallystick.timeline import queries as timeline_queries


@dataclass(frozen=True, slots=True)
class Reader:
    """How whoever reads wants it written."""

    locale: Locale
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event as a person reads it."""

    id: int
    at: datetime
    text: str
    detail: str
    icon: str
    tone: str
    by: str


@dataclass(frozen=True, slots=True)
class WholeEvent:
    """An event with everything that was recorded of it."""

    entry: TimelineEntry
    kind: str
    happened_on: date
    by: str
    #: Fields as they are called and as they are written, those that say something.
    fields: list[tuple[str, str]]
    originals: list[originals.Original]


def timeline(
    account_ids: Sequence[int],
    *,
    reader: Reader,
    kinds: Sequence[str] | None = None,
    before_id: int | None = None,
    limit: int = 40,
) -> list[TimelineEntry]:
    """Give a page of the timeline, newest first, each event as a sentence."""
    found = timeline_queries.of_account(account_ids, before_id=before_id, kinds=kinds, limit=limit)
    return _said_once([_entry(event, reader) for event in found])


def _said_once(entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """Name who did several things in one minute only beside the newest of them."""
    newer = [None, *entries][: len(entries)]
    return [
        replace(entry, by="")
        if before is not None and (before.by, _minute(before)) == (entry.by, _minute(entry))
        else entry
        for before, entry in zip(newer, entries, strict=True)
    ]


def _minute(entry: TimelineEntry) -> datetime:
    return entry.at.replace(second=0, microsecond=0)


def get_event(account_id: int, event_id: int, *, reader: Reader) -> WholeEvent:
    """Give one event of an account with everything that was recorded of it.

    :raises NotFound: the account has no such event
    """
    event = timeline_queries.find_event(event_id, account_id=account_id)
    if event is None:
        raise NotFound(what="event", reference=event_id)
    written = _written(event, reader)
    return WholeEvent(
        entry=_entry(event, reader),
        kind=event["kind"],
        happened_on=event["happened_on"],
        by=writing.doer_in_full(event["actor"]),
        fields=writing.named(written),
        originals=list(originals.originals(account_id, event["data"])),
    )


def _entry(event: dict[str, Any], reader: Reader) -> TimelineEntry:
    written = _written(event, reader)
    read = sentences.sentence(event["kind"], event["data"], written)
    return TimelineEntry(
        id=event["id"],
        at=event["recorded_at"],
        text=read.text,
        detail=read.detail,
        icon=read.icon,
        tone=read.tone,
        by=writing.doer(event["actor"]),
    )


def _written(event: dict[str, Any], reader: Reader) -> dict[str, str]:
    kind: str = event["kind"]
    return writing.written(kind, event["data"], types=fields_of(kind), locale=reader.locale, zone=reader.zone)
