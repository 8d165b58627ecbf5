"""A feed that is a file at an address: fetched with GET, once, without following it elsewhere."""

from __future__ import annotations

import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from tallystick.exchange.rules.reading import LARGEST
from tallystick.exchange.rules.refusals import FeedAway


class HttpFeed:
    """A file of rates at an http or https address."""

    def __init__(self, url: str, *, timeout: float = 20) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is no http address")
        self.name = url
        self._parts = parts
        self._timeout = timeout

    def fetch(self) -> bytes:
        """Give the file as it is now.

        :raises FeedAway: it did not answer, or with something else than a file
        """
        host = str(self._parts.hostname)
        connection: HTTPConnection
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            connection = HTTPSConnection(host, self._parts.port, timeout=self._timeout, context=context)
        else:
            connection = HTTPConnection(host, self._parts.port, timeout=self._timeout)
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        try:
            connection.request("GET", target, headers={"Accept": "text/xml, text/csv, application/zip"})
            response = connection.getresponse()
            content = response.read(LARGEST + 1)
        except (OSError, HTTPException) as broken:
            raise FeedAway(host=host, problem=str(broken) or type(broken).__name__) from broken
        finally:
            connection.close()
        if response.status != 200 or not 0 < len(content) <= LARGEST:
            raise FeedAway(host=host, problem=f"{response.status} {response.reason}, {len(content)} bytes")
        return content
