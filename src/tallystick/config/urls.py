"""Addresses of the site: each room's web pages under its prefix. A room's `web` module lists its `urlpatterns`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from tallystick.config.rooms import ROOMS

#: Prefixes that are not simply the room's name.
_PREFIXES = {"access": "people/", "accounts": "clients/", "desk": "", "portals": "portal/"}


def _pages(room: str) -> list[URLPattern | URLResolver]:
    if find_spec(f"tallystick.{room}.web") is None:
        return []
    patterns = getattr(import_module(f"tallystick.{room}.web"), "urlpatterns", [])
    return [path(_PREFIXES.get(room, f"{room}/"), include((patterns, room)))] if patterns else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    *(pattern for room in ROOMS for pattern in _pages(room)),
]
