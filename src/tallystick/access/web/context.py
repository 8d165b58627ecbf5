"""What every template may ask about the person who reads it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tallystick.access.queries import NOBODY
from tallystick.access.rules import rights
from tallystick.kernel.actor import Actor


class May:
    """Rights as templates ask for them: `{% if may.lift_holds %}`."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def __getitem__(self, words: str) -> bool:
        right = words.replace("_", " ")
        if not rights.is_right(right):
            raise KeyError(right)
        return self._actor.may(right)


def actor(request: HttpRequest) -> dict[str, Any]:
    """Give templates the `actor` behind the request, and `may`."""
    behind: Actor = getattr(request, "actor", NOBODY)
    return {"actor": behind, "may": May(behind)}
