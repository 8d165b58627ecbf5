"""The clients, for the room that gives roles over them: fulfils `access.ports.ClientDirectory`."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.access.ports import ClientName
from tallystick.accounts import queries


def clients_by_name() -> Sequence[ClientName]:
    """Give every client by name."""
    return [ClientName(client.pk, client.name) for client in queries.clients()]
