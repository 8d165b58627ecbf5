"""Every kind of event there is, with the types of its fields: what the timeline may hold."""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from tallystick.accounts import events as accounts
from tallystick.charges import events as charges
from tallystick.contact import events as contact
from tallystick.desk import events as desk
from tallystick.disputes import events as disputes
from tallystick.holds import events as holds
from tallystick.intake import events as intake
from tallystick.payments import events as payments
from tallystick.promises import events as promises
from tallystick.strategy import events as strategy
from tallystick.timeline import events as timeline
from tallystick.worklists import events as worklists

_ROOMS = (accounts, charges, contact, desk, disputes, holds, intake, payments, promises, strategy, timeline, worklists)


@cache
def kinds() -> MappingProxyType[str, type]:
    """Give the class of every kind of event, by kind.

    >>> kinds()["promises.PromiseMade"].__name__
    'PromiseMade'
    """
    return MappingProxyType(
        {
            f"{room.__name__.split('.')[1]}.{name}": value
            for room in _ROOMS
            for name, value in vars(room).items()
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == room.__name__
        }
    )


@cache
def fields_of(kind: str) -> MappingProxyType[str, type]:
    """Give the types of the fields of a kind of event, by name, without None; nothing for a kind that is not known (any more).

    >>> fields_of("holds.HoldMoved")["until_on"].__name__
    'date'
    """
    cls = kinds().get(kind)
    hints: dict[str, Any] = get_type_hints(cls) if cls is not None else {}
    return MappingProxyType({name: _without_none(hint) for name, hint in hints.items()})


def _without_none(hint: Any) -> type:
    found: type = next((part for part in get_args(hint) if part is not type(None)), hint)
    return found
