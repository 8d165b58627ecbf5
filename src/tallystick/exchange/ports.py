"""What the outside must fulfil: a feed that gives a file of rates."""

from __future__ import annotations

from typing import Protocol


class Feed(Protocol):
    """Somewhere that a file of rates is fetched from."""

    #: What it is called where its rates are shown.
    name: str

    def fetch(self) -> bytes:
        """Give the file as it is now.

        :raises FeedAway: it did not answer with one
        """
