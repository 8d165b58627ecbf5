"""The world outside, on the loopback: a mail server, a text message gateway, the creditor's own systems.

Each keeps what reaches it with the day of the story on which it came.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pypdf import PdfReader
from tests.journeys.calendar import LONDON

from tallystick.kernel import clock

SECRET = "shared with the creditor"
TOKEN = "of the gateway"
#: Seconds within which a receiver takes a signature.
_FRESH = 300


def _today() -> date:
    return clock.now().astimezone(LONDON).date()


@dataclass(frozen=True)
class Mail:
    """An e-mail as it was delivered."""

    on: date
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass(frozen=True)
class Command:
    """A service command whose signature was right."""

    on: date
    at: Any
    key: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Text:
    """A text message."""

    on: date
    to: str
    text: str


@dataclass
class Outside:
    """Everything that left the house, in the order it came."""

    letters_folder: Path
    mails: list[Mail] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    #: What came with a wrong signature, twice, or without the right to.
    wrong: list[str] = field(default_factory=list)

    def mail_to(self, address: str) -> list[tuple[date, str]]:
        """Give day and subject of each mail to an address."""
        return [(mail.on, mail.subject) for mail in self.mails if address in mail.to]

    def commanded(self) -> list[tuple[date, str]]:
        """Give day and command of each service command."""
        return [(each.on, each.said["command"]) for each in self.commands]

    def letters(self) -> list[str]:
        """Give the text of each letter in the print folder."""
        return [
            " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
            for file in sorted(self.letters_folder.glob("*.pdf"))
        ]

    def __enter__(self) -> Outside:
        self._mail = Controller(_MailServer(self), hostname="127.0.0.1", port=_free_port())
        self._mail.start()
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._web.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self._mail.stop()
        self._web.shutdown()
        self._thread.join()
        self._web.server_close()

    def senders(self) -> dict[str, dict[str, Any]]:
        """Give the setting that plugs this world in, channel by channel."""
        adapters, web = "tallystick.contact.adapters", f"http://127.0.0.1:{self._web.server_port}"
        return {
            "email": {
                "ADAPTER": f"{adapters}.smtp.SmtpSender",
                "OPTIONS": {"host": "127.0.0.1", "port": self._mail.port, "local_hostname": "journeys"},
            },
            "letter": {
                "ADAPTER": f"{adapters}.folder.FolderSender",
                "OPTIONS": {"folder": str(self.letters_folder)},
            },
            "sms": {
                "ADAPTER": f"{adapters}.http_sms.HttpSmsSender",
                "OPTIONS": {"url": f"{web}/texts", "token": TOKEN},
            },
            "service": {
                "ADAPTER": f"{adapters}.webhook.WebhookCommander",
                "OPTIONS": {"url": f"{web}/services", "secret": SECRET},
            },
        }


class _MailServer:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        self._outside.mails.append(Mail(_today(), tuple(envelope.rcpt_tos), message))
        return "250 OK"


def _handler_of(outside: Outside) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken = self._take_text(body) if self.path == "/texts" else self._take_command(body)
            answer = b"{}"
            self.send_response(200 if taken else 403)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _take_text(self, body: bytes) -> bool:
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                outside.wrong.append("a text message without the token")
                return False
            said = json.loads(body)
            outside.texts.append(Text(_today(), said["to"], said["text"]))
            return True

        def _take_command(self, body: bytes) -> bool:
            """Take a command as a creditor should: signature, freshness, and each key once."""
            parts = dict(part.split("=", 1) for part in self.headers["Tallystick-Signature"].split(","))
            digest = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(digest, parts["v1"]) or abs(time() - int(parts["t"])) > _FRESH:
                outside.wrong.append("a command with a wrong signature")
                return False
            key = self.headers["Idempotency-Key"]
            if key in {command.key for command in outside.commands}:
                outside.wrong.append(f"the command {key} twice")
                return True
            outside.commands.append(Command(_today(), clock.now(), key, json.loads(body)))
            return True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
