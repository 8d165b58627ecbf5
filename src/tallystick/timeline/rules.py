"""How an event is written down: its kind, and its fields as JSON that can be read in twenty years."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import singledispatch
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class NoteEmpty(Refusal):
    """A note without words."""

    code = "timeline.note_empty"
    sentence = _("Write what the note should say.")
    status = 422


def kind_of(event: object) -> str:
    """Give the kind of an event: the room that announces it and the name of its class.

    >>> class PromiseMade: ...
    >>> PromiseMade.__module__ = "tallystick.promises.events"
    >>> kind_of(PromiseMade())
    'promises.PromiseMade'
    """
    room = type(event).__module__.removeprefix("tallystick.").split(".")[0]
    return f"{room}.{type(event).__name__}"


@singledispatch
def as_json(value: Any) -> Any:
    """Turn a field of an event into JSON.

    :raises TypeError: a value of this type does not belong in an event

    >>> as_json(Money(1250, "GBP")), as_json(date(2026, 3, 1))
    ({'minor': 1250, 'currency': 'GBP'}, '2026-03-01')
    """
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"a {type(value).__name__} does not belong in an event")


@as_json.register
def _money(value: Money) -> Any:
    return {"minor": value.minor, "currency": value.currency}


@as_json.register(date)
@as_json.register(datetime)
def _day(value: date | datetime) -> Any:
    return value.isoformat()


@as_json.register
def _member(value: Enum) -> Any:
    return value.value


@as_json.register(list)
@as_json.register(tuple)
def _list(value: list[Any] | tuple[Any, ...]) -> Any:
    return [as_json(each) for each in value]


@as_json.register
def _dict(value: dict) -> Any:  # type: ignore[type-arg]
    return {str(key): as_json(each) for key, each in value.items()}


def data_of(event: object) -> dict[str, Any]:
    """Give the fields of an event as JSON, without `account_id`, which has a column of its own."""
    return {
        field.name: as_json(getattr(event, field.name))
        for field in fields(event)  # type: ignore[arg-type]
        if field.name != "account_id"
    }
