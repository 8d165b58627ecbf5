"""Hand e-mail to an SMTP server, over connections that are kept open.

The steps of SMTP are taken one by one, so that a broken line is told apart: before the closing dot the server surely has
not taken the message, after it nobody can say.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from threading import local

from tallystick.contact.ports import FateUnknown, Parcel, Receipt, TryLater, Undeliverable

#: Messages over one connection: servers close those that overstay.
_MOST_PER_CONNECTION = 100

_OK = 250
_OK_ELSEWHERE = 251
_START_DATA = 354
_TEMPORARY = range(400, 500)
_CLOSING = 421


class _Open(local):
    """The connection of one thread."""

    server: smtplib.SMTP | None = None
    sent: int = 0


class SmtpSender:
    """Sends e-mail by SMTP. A server does not know a Message-ID it has seen: nothing is repeated by itself."""

    repeats_safely = False

    def __init__(
        self,
        *,
        host: str,
        port: int = 25,
        user: str = "",
        password: str = "",
        use_tls: bool = False,
        use_ssl: bool = False,
        timeout: float = 20.0,
        local_hostname: str | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._use_tls, self._use_ssl = use_tls, use_ssl
        self._timeout = timeout
        self._local_hostname = local_hostname
        self._open = _Open()

    def send(self, parcel: Parcel) -> Receipt:
        """Hand one message over; see `ports.Sender`."""
        server = self._connection()
        try:
            self._envelope(server, parcel)
            receipt = self._data(server, parcel.content)
        except FateUnknown:
            self._drop()
            raise
        except TryLater as later:
            if later.is_away:
                self._drop()
            else:
                self._reset()
            raise
        except Undeliverable:
            self._reset()
            raise
        except (smtplib.SMTPException, OSError) as broken:
            self._drop()
            raise TryLater(f"{self._host}: {broken}", is_away=True) from broken
        self._open.sent += 1
        return receipt

    def close(self) -> None:
        """Close the connection of this thread; see `ports.Sender`."""
        self._drop()

    def _connection(self) -> smtplib.SMTP:
        kept = self._open.server
        if kept is not None and self._open.sent < _MOST_PER_CONNECTION:
            return kept
        self._drop()
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as absent:
            raise TryLater(f"{self._host}:{self._port}: {absent}", is_away=True) from absent
        self._open.server, self._open.sent = server, 0
        return server

    def _connect(self) -> smtplib.SMTP:
        if self._use_ssl:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname=self._local_hostname,
                timeout=self._timeout,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(self._host, self._port, local_hostname=self._local_hostname, timeout=self._timeout)
        try:
            if self._use_tls:
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.ehlo_or_helo_if_needed()
            if server.sock is not None:
                # The closing dot is sent by itself: it must not wait for an answer to what came before it.
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            server.close()
            raise
        return server

    def _envelope(self, server: smtplib.SMTP, parcel: Parcel) -> None:
        code, answer = server.mail(parcel.sender)
        if code != _OK:
            # The sender is the house's own: this would befall every message, and is for the operator to mend.
            raise TryLater(_said("MAIL FROM", code, answer), is_away=True)
        refused: list[tuple[int, str]] = []
        for recipient in parcel.recipients:
            code, answer = server.rcpt(recipient)
            if code == _CLOSING:
                raise TryLater(_said("RCPT TO", code, answer), is_away=True)
            if code not in {_OK, _OK_ELSEWHERE}:
                refused.append((code, _said(f"RCPT TO {recipient}", code, answer)))
        if len(refused) == len(parcel.recipients):
            if any(code in _TEMPORARY for code, _text in refused):
                raise TryLater(refused[0][1])
            raise Undeliverable(refused[0][1])

    def _data(self, server: smtplib.SMTP, content: bytes) -> Receipt:
        code, answer = server.docmd("DATA")
        if code != _START_DATA:
            raise _refusal("DATA", code, answer)
        ended = content if content.endswith(b"\r\n") else content + b"\r\n"
        stuffed = ended.replace(b"\r\n.", b"\r\n..")
        server.send(b"." + stuffed if stuffed.startswith(b".") else stuffed)
        try:
            server.send(b".\r\n")
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as broken:
            raise FateUnknown(f"{self._host} was lost after the message was handed over: {broken}") from broken
        if code != _OK:
            raise _refusal("the message", code, answer)
        return Receipt(provider_id=answer.decode("utf-8", "replace")[:200])

    def _reset(self) -> None:
        try:
            if self._open.server is not None:
                self._open.server.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        server, self._open.server = self._open.server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _said(step: str, code: int, answer: bytes) -> str:
    return f"{step}: {code} {answer.decode('utf-8', 'replace')}"


def _refusal(step: str, code: int, answer: bytes) -> TryLater | Undeliverable:
    words = _said(step, code, answer)
    if code == _CLOSING:
        return TryLater(words, is_away=True)
    return TryLater(words) if code in _TEMPORARY else Undeliverable(words)
