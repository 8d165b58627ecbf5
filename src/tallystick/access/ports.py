"""What the room asks of others: who the clients are, which are kept on a higher floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ClientName:
    """A client as administrators choose it."""

    id: int
    name: str


class ClientDirectory(Protocol):
    """Give every client by name. Plugged in by the setting ACCESS_CLIENT_DIRECTORY."""

    def __call__(self) -> Sequence[ClientName]:
        """Give the clients."""
        ...
