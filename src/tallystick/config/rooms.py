"""The rooms of the house in floor order, lowest first. A room is plugged in once its `apps.py` exists."""

from __future__ import annotations

from pathlib import Path

FLOORS: tuple[tuple[str, ...], ...] = (
    ("access", "timeline", "documents", "jurisdictions"),
    ("parties", "ledger", "exchange"),
    ("accounts",),
    ("intake",),
    ("holds",),
    ("payments", "charges"),
    ("contact", "promises", "disputes"),
    ("worklists", "legal", "placements", "scoring"),
    ("strategy",),
    ("insight", "billing", "purchase", "reconciliations"),
    ("desk", "portals", "api"),
)

_HOUSE = Path(__file__).resolve().parent.parent

#: Rooms that are furnished: those with an `apps.py`.
ROOMS: tuple[str, ...] = tuple(room for floor in FLOORS for room in floor if (_HOUSE / room / "apps.py").is_file())
