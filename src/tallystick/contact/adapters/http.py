"""POST over HTTP, with connections that are kept open, and a broken line told apart: before it was asked, or after."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import local
from urllib.parse import urlsplit

from tallystick.contact.ports import FateUnknown, TryLater, Undeliverable

_LONGEST_ANSWER = 64 * 1024
#: Answers of a service that takes nothing now: too busy, or not letting us in. That is for the operator, not the message.
_AWAY = frozenset({401, 403, 407, 408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: a status from 200 to 299, and the body."""

    status: int
    body: bytes


class _Open(local):
    connection: HTTPConnection | None = None


class Poster:
    """Posts to one address."""

    def __init__(self, url: str, *, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is no http address")
        self._parts = parts
        self._timeout = timeout
        self._open = _Open()

    def post(self, content: bytes, headers: dict[str, str]) -> Answer:
        """Post some bytes and give the answer.

        :raises TryLater: the service was surely not asked, or said to come again
        :raises Undeliverable: it said no
        :raises FateUnknown: the line broke after it was asked
        """
        connection = self._connection()
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        try:
            connection.request("POST", target, content, headers)
        except (OSError, HTTPException) as broken:
            self.close()
            raise TryLater(f"{self._parts.hostname}: {broken}", is_away=True) from broken
        try:
            response = connection.getresponse()
            answer = Answer(response.status, response.read(_LONGEST_ANSWER))
            # What is left unread would be taken for the next answer.
            keep = response.isclosed() and not response.will_close
        except (OSError, HTTPException) as broken:
            self.close()
            raise FateUnknown(f"{self._parts.hostname} was lost after it was asked: {broken!r}") from broken
        if not keep:
            self.close()
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        words = f"{self._parts.hostname}: {answer.status} {answer.body[:200].decode('utf-8', 'replace')}"
        if answer.status in _AWAY or answer.status >= 500:
            raise TryLater(words, is_away=True)
        raise Undeliverable(words)

    def _connection(self) -> HTTPConnection:
        if self._open.connection is None:
            host, port = str(self._parts.hostname), self._parts.port
            if self._parts.scheme == "https":
                self._open.connection = HTTPSConnection(
                    host, port, timeout=self._timeout, context=ssl.create_default_context()
                )
            else:
                self._open.connection = HTTPConnection(host, port, timeout=self._timeout)
        connection = self._open.connection
        if connection.sock is None:
            try:
                connection.connect()
            except OSError as absent:
                self.close()
                raise TryLater(f"{self._parts.hostname}: {absent}", is_away=True) from absent
        return connection

    def close(self) -> None:
        """Close the connection of this thread."""
        connection, self._open.connection = self._open.connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()
