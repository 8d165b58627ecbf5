"""A browser without a window: one connection, cookies, and forms sent with the token of the page they stood on.

Only what the site needs: HTTP/1.1 that stays open, bodies with a length or in chunks, redirects that are followed.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_HOST = "127.0.0.1"
#: Seconds after which a page counts as not answered.
_PATIENCE = 60.0
_REDIRECTS = frozenset({301, 302, 303})
_MOST_REDIRECTS = 5
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Unanswered(Exception):
    """The server closed the connection, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is sent with a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One request and how long its answer took, to the last byte."""

    method: str
    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after the redirects."""

    path: str
    status: int
    text: str
    #: The requests it took: more than one where redirects were followed.
    steps: tuple[Step, ...]

    def value(self, name: str) -> str:
        """Give what stands in a field of a form on the page; empty where there is none."""
        tag = re.search(rf'<input[^>]*\bname="{re.escape(name)}"[^>]*>', self.text)
        found = re.search(r'\bvalue="([^"]*)"', tag[0]) if tag else None
        return html.unescape(found[1]) if found else ""

    def links(self, pattern: str) -> list[str]:
        """Give the addresses on the page that are of a kind, in their order."""
        return [html.unescape(found) for found in re.findall(rf'href="({pattern})"', self.text)]


class Browser:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        """Ask for a page, following redirects."""
        return await self._follow("GET", path, b"", "")

    async def post(self, path: str, fields: Mapping[str, str] | None = None, *, file: File | None = None) -> Answer:
        """Send a form with the token of the last page that had one, following redirects."""
        whole = {"csrfmiddlewaretoken": self._token, **(fields or {})}
        if file is None:
            return await self._follow("POST", path, urlencode(whole).encode(), "application/x-www-form-urlencoded")
        return await self._follow("POST", path, *multipart(whole, file))

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _follow(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        steps: list[Step] = []
        for _hop in range(_MOST_REDIRECTS):
            began = time.perf_counter()
            status, headers, content = await self._exchange(method, path, body, kind)
            steps.append(Step(method, path, time.perf_counter() - began))
            if status not in _REDIRECTS:
                text = content.decode("utf-8", "replace")
                if token := _TOKEN.search(text):
                    self._token = token[1]
                return Answer(path, status, text, tuple(steps))
            to = urlsplit(headers.get("location", "/"))
            method, body, kind = "GET", b"", ""
            path = to.path + (f"?{to.query}" if to.query else "")
        raise Unanswered(f"{path} leads round in circles")

    async def _exchange(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
        is_kept = self._writer is not None
        try:
            return await asyncio.wait_for(self._say(method, path, body, kind), _PATIENCE)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            await self.close()
            # A kept connection may have been closed while nobody spoke: a page is then asked for anew, a form is not.
            if is_kept and method == "GET" and not isinstance(error, TimeoutError):
                return await self._exchange(method, path, body, kind)
            raise Unanswered(f"{path}: {type(error).__name__}") from error

    async def _say(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
        if self._reader is not None and self._reader.at_eof():
            # The server closed it while nobody spoke.
            await self.close()
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(_HOST, self._port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self._port}", "Accept: text/html"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        if method == "POST":
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self._writer.drain()
        status, headers = await self._head(self._reader)
        content = await _body(self._reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return status, headers, content

    async def _head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in filter(None, rest):
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                self._keep(value.strip())
            headers[name.lower()] = value.strip()
        return int(first.split(" ", 2)[1]), headers

    def _keep(self, cookie: str) -> None:
        name, _equals, value = cookie.partition(";")[0].partition("=")
        self._cookies[name] = value


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


def multipart(fields: Mapping[str, str], file: File) -> tuple[bytes, str]:
    """Write fields and a file as the body of a form, and name its type."""
    boundary = "----tallystick-bench"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + file.content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
