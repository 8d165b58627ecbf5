"""Text messages and service commands through a real HTTP receiver on the loopback, which checks what it is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any

import pytest
from tests.contact.conftest import AT, BY, Book, chosen, only_message

from tallystick.contact import actions
from tallystick.contact.adapters.folder import FolderSender
from tallystick.contact.adapters.http_sms import HttpSmsSender
from tallystick.contact.adapters.webhook import WebhookCommander
from tallystick.contact.ports import FateUnknown, Parcel, TryLater, Undeliverable
from tallystick.contact.rules.words import Channel, Command


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent and answers as told; `hang_up` breaks the line after the question was read."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self.status = 200
        self.answer = b"{}"
        self.hang_up = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/take?client=NG"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        if self.server.hang_up:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def opened() -> Iterator[Any]:
    """Make senders that are closed when the test is over."""
    made: list[Any] = []

    def open_sender(adapter: Any, **options: Any) -> Any:
        made.append(adapter(**options))
        return made[-1]

    yield open_sender
    for sender in made:
        sender.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def text(content: str = "Please call £ 0113") -> Parcel:
    return Parcel("k1", content.encode(), "text/plain", ("+447700900123",))


def command(content: bytes = b'{"command": "suspend"}') -> Parcel:
    return Parcel("k2", content, "application/json", ("NG-1",))


def test_a_gateway_gets_number_text_and_key(opened: Any, receiver: Receiver) -> None:
    receiver.answer = b'{"id": 99}'

    receipt = opened(HttpSmsSender, url=receiver.url, token="t", sender_name="Northgate").send(text())

    ((path, headers, body),) = receiver.asked
    assert path == "/take?client=NG"
    assert headers["Authorization"] == "Bearer t"
    assert headers["Idempotency-Key"] == "k1"
    assert json.loads(body) == {
        "to": "+447700900123",
        "text": "Please call £ 0113",
        "reference": "k1",
        "from": "Northgate",
    }
    assert receipt.provider_id == "99"


@pytest.mark.parametrize("answer", [b"", b"OK", b"[1]", b"{}"])
def test_an_answer_that_names_no_id_is_an_answer(opened: Any, receiver: Receiver, answer: bytes) -> None:
    receiver.answer = answer

    assert opened(HttpSmsSender, url=receiver.url).send(text()).provider_id == ""


def test_connections_are_kept(opened: Any, receiver: Receiver) -> None:
    sender = opened(HttpSmsSender, url=receiver.url)

    for _number in range(10):
        sender.send(text())

    assert (len(receiver.asked), receiver.connections) == (10, 1)


@pytest.mark.parametrize(
    ("status", "wrong", "is_away"),
    [
        (400, Undeliverable, None),
        (404, Undeliverable, None),
        (401, TryLater, True),
        (429, TryLater, True),
        (500, TryLater, True),
        (503, TryLater, True),
    ],
)
def test_each_status_means_what_it_says(
    opened: Any, receiver: Receiver, status: int, wrong: type[Exception], is_away: bool | None
) -> None:
    receiver.status, receiver.answer = status, b"because"

    with pytest.raises(wrong, match=f"{status} because") as told:
        opened(HttpSmsSender, url=receiver.url).send(text())

    assert getattr(told.value, "is_away", None) == is_away


def test_a_receiver_that_is_not_there_is_away(opened: Any, receiver: Receiver) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}/"

    with pytest.raises(TryLater) as told:
        opened(WebhookCommander, url=nowhere, secret="s", timeout=2).send(command())

    assert told.value.is_away


def test_a_line_that_breaks_after_the_question_leaves_the_fate_unknown(opened: Any, receiver: Receiver) -> None:
    receiver.hang_up = True
    sender = opened(WebhookCommander, url=receiver.url, secret="s")

    with pytest.raises(FateUnknown):
        sender.send(command())

    receiver.hang_up = False
    assert sender.send(command()).is_done
    assert [headers["Idempotency-Key"] for _path, headers, _body in receiver.asked] == ["k2", "k2"]


def test_a_command_is_signed_so_that_the_receiver_can_tell(opened: Any, receiver: Receiver) -> None:
    opened(WebhookCommander, url=receiver.url, secret="shared").send(command())

    ((_path, headers, body),) = receiver.asked
    stamped = dict(part.split("=") for part in headers["Tallystick-Signature"].split(","))
    wanted = hmac.new(b"shared", f"{stamped['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(stamped["v1"], wanted)
    assert abs(int(stamped["t"]) - time()) < 60
    assert body == b'{"command": "suspend"}'


@pytest.mark.parametrize(("status", "is_done"), [(200, True), (204, True), (202, False)])
def test_carried_out_and_accepted_are_two_things(opened: Any, receiver: Receiver, status: int, is_done: bool) -> None:
    receiver.status, receiver.answer = status, b""

    assert opened(WebhookCommander, url=receiver.url, secret="s").send(command()).is_done == is_done


def test_a_webhook_without_a_secret_is_a_mistake_at_the_start() -> None:
    with pytest.raises(ValueError, match="secret"):
        WebhookCommander(url="http://127.0.0.1/", secret="")
    with pytest.raises(ValueError, match="no http address"):
        WebhookCommander(url="ftp://127.0.0.1/", secret="s")


def test_a_suspension_reaches_the_creditors_system_once(book: Book, receiver: Receiver, settings: Any) -> None:
    settings.CONTACT_SENDERS = {
        **settings.CONTACT_SENDERS,
        "service": {
            "ADAPTER": "tallystick.contact.adapters.webhook.WebhookCommander",
            "OPTIONS": {"url": receiver.url, "secret": "s"},
        },
    }
    account = book.account()
    actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)
    receiver.hang_up = True
    actions.send_due(at=AT, by=BY)
    receiver.hang_up = False
    actions.send_due(at=only_message(account).next_attempt_at, by=BY)

    said = [json.loads(body) for _path, _headers, body in receiver.asked]
    assert said[0] == said[1]
    assert (said[0]["command"], said[0]["account"]) == ("suspend", account.reference)
    assert only_message(account).state == "sent"
    assert only_message(account).acknowledged_at is not None


def test_a_text_message_of_unknown_fate_is_shown_to_a_person(book: Book, receiver: Receiver, settings: Any) -> None:
    settings.CONTACT_SENDERS = {
        **settings.CONTACT_SENDERS,
        "sms": {
            "ADAPTER": "tallystick.contact.adapters.http_sms.HttpSmsSender",
            "OPTIONS": {"url": receiver.url},
        },
    }
    account = book.account(mobile="07700 900123")
    actions.queue_messages(chosen(account), template="reminder", channel=Channel.SMS, at=AT, by=BY)
    receiver.hang_up = True

    actions.send_due(at=AT, by=BY)

    assert (only_message(account).state, only_message(account).refusal) == ("failed", "contact.fate_unknown")


def test_a_folder_gets_whole_files_and_the_same_key_is_the_same_file(tmp_path: Path) -> None:
    sender = FolderSender(folder=str(tmp_path / "letters"))
    parcel = Parcel("k3", b"%PDF", "application/pdf", ("Ann Lee", "LS28 5AA"), labels={"account": "NG-1"})

    for _time in range(2):
        sender.send(parcel)

    assert sorted(file.name for file in (tmp_path / "letters").iterdir()) == ["k3.address.json", "k3.pdf"]
    assert json.loads((tmp_path / "letters" / "k3.address.json").read_text()) == {
        "recipients": ["Ann Lee", "LS28 5AA"],
        "account": "NG-1",
    }


def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, and no folder")

    with pytest.raises(TryLater) as told:
        FolderSender(folder=str(tmp_path / "taken")).send(command())

    assert told.value.is_away
