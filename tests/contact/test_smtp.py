"""E-mail through a real SMTP server on the loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from tests.contact.conftest import AT, BY, Book, chosen, only_message

from tallystick.contact import actions
from tallystick.contact.adapters.smtp import SmtpSender
from tallystick.contact.models import Message
from tallystick.contact.ports import FateUnknown, Parcel, TryLater, Undeliverable
from tallystick.contact.rules.words import Channel


class Post:
    """What the server's handler is asked; a test may change each answer."""

    def __init__(self) -> None:
        self.delivered: list[Envelope] = []
        self.sessions: set[int] = set()
        self.mail: str = "250 OK"
        self.rcpt: Callable[[str], str] = lambda _address: "250 OK"
        self.data: str = "250 OK, queued as 4711"

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        answer = self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            self.delivered.append(envelope)
            self.sessions.add(id(session))
        return self.data


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[Controller]:
    controller = Controller(post, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield controller
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sender(server: Controller) -> Iterator[SmtpSender]:
    made = SmtpSender(host="127.0.0.1", port=server.port, timeout=60, local_hostname="test")
    yield made
    made.close()


def parcel(*recipients: str, content: bytes = b"Subject: x\r\n\r\nHello\r\n") -> Parcel:
    return Parcel("k", content, "message/rfc822", recipients or ("ann@debtor.example",), sender="bot@house.example")


def test_the_server_gets_exactly_the_bytes_that_are_kept(sender: SmtpSender, post: Post) -> None:
    content = b"Subject: dots\r\n\r\n.\r\n..two\r\n.end\r\nlast line without an end"

    receipt = sender.send(parcel("ann@debtor.example", "bob@debtor.example", content=content))

    (envelope,) = post.delivered
    assert envelope.content == content + b"\r\n"
    assert envelope.rcpt_tos == ["ann@debtor.example", "bob@debtor.example"]
    assert envelope.mail_from == "bot@house.example"
    assert receipt.provider_id == "OK, queued as 4711"


def test_many_messages_share_a_connection(sender: SmtpSender, post: Post) -> None:
    for _number in range(20):
        sender.send(parcel())

    assert len(post.delivered) == 20
    assert len(post.sessions) == 1


def test_a_server_that_is_not_there_is_away() -> None:
    sender = SmtpSender(host="127.0.0.1", port=_free_port(), timeout=60, local_hostname="test")

    with pytest.raises(TryLater) as refused:
        sender.send(parcel())

    assert refused.value.is_away


@pytest.mark.parametrize(
    ("step", "answer", "wrong", "is_away"),
    [
        pytest.param("mail", "451 busy", TryLater, True, id="sender deferred"),
        pytest.param("mail", "530 log in first", TryLater, True, id="sender refused is for the operator"),
        pytest.param("rcpt", "450 greylisted", TryLater, False, id="recipient deferred"),
        pytest.param("rcpt", "421 closing", TryLater, True, id="server closing"),
        pytest.param("rcpt", "550 no such user", Undeliverable, None, id="recipient refused"),
        pytest.param("data", "451 disk full", TryLater, False, id="message deferred"),
        pytest.param("data", "554 looks like spam", Undeliverable, None, id="message refused"),
    ],
)
def test_each_answer_means_what_it_says(
    sender: SmtpSender, post: Post, step: str, answer: str, wrong: type[Exception], is_away: bool | None
) -> None:
    setattr(post, step, (lambda _address: answer) if step == "rcpt" else answer)

    with pytest.raises(wrong, match=answer[:3]) as told:
        sender.send(parcel())

    assert getattr(told.value, "is_away", None) == is_away
    # The connection is of use for the next one.
    post.mail, post.rcpt, post.data = "250 OK", lambda _address: "250 OK", "250 OK"
    sender.send(parcel())
    assert len(post.delivered) == 1


def test_one_good_address_of_two_is_enough(sender: SmtpSender, post: Post) -> None:
    post.rcpt = lambda address: "550 no" if address.startswith("gone") else "250 OK"

    sender.send(parcel("gone@house.example", "here@house.example"))

    assert post.delivered[0].rcpt_tos == ["here@house.example"]


def test_a_connection_that_died_in_between_is_opened_again(post: Post) -> None:
    port = _free_port()
    sender = SmtpSender(host="127.0.0.1", port=port, timeout=60, local_hostname="test")
    for _time in range(2):
        controller = Controller(post, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            try:
                sender.send(parcel())
            except TryLater:
                # The first try finds the old line dead, surely before anything was taken; the next opens a new one.
                sender.send(parcel())
        finally:
            controller.stop()
    sender.close()

    assert len(post.delivered) == 2


@pytest.mark.parametrize("after_all", [False, True], ids=["before the closing dot", "after the closing dot"])
def test_a_line_that_breaks_is_told_apart_by_when(after_all: bool) -> None:
    """A server by hand, for no library breaks off where this test needs it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _peer = listener.accept()
        with line, line.makefile("rwb") as talk:
            talk.write(b"220 here\r\n")
            talk.flush()
            for said in iter(talk.readline, b""):
                verb = said[:4].upper()
                if verb == b"DATA":
                    if not after_all:
                        return
                    talk.write(b"354 go on\r\n")
                    talk.flush()
                    while talk.readline() not in {b".\r\n", b""}:
                        pass
                    return
                talk.write(b"250 OK\r\n")
                talk.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    sender = SmtpSender(host="127.0.0.1", port=listener.getsockname()[1], timeout=60, local_hostname="test")

    with pytest.raises(FateUnknown if after_all else TryLater):
        sender.send(parcel())

    thread.join(5)
    listener.close()


def test_log_in_and_encryption_are_asked_for(post: Post, tls: tuple[ssl.SSLContext, str], monkeypatch: Any) -> None:
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", certificate)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"house", b"secret"), handled=False)

    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=_free_port(),
        server_hostname="localhost",
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    controller.start()
    try:
        good = SmtpSender(
            host="localhost",
            port=controller.port,
            user="house",
            password="secret",
            use_tls=True,
            timeout=60,
            local_hostname="test",
        )
        good.send(parcel())
        good.close()
        for wrong in (
            {"user": "house", "password": "guess", "use_tls": True},
            {"user": "", "password": "", "use_tls": False},
        ):
            with pytest.raises(TryLater) as told:
                SmtpSender(host="localhost", port=controller.port, timeout=60, local_hostname="test", **wrong).send(
                    parcel()
                )
            assert told.value.is_away
    finally:
        controller.stop()

    assert len(post.delivered) == 1


def test_a_queued_message_waits_for_its_server_and_arrives(book: Book, post: Post, settings: Any) -> None:
    port = _free_port()
    settings.CONTACT_SENDERS = {
        **settings.CONTACT_SENDERS,
        "email": {
            "ADAPTER": "tallystick.contact.adapters.smtp.SmtpSender",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "local_hostname": "test"},
        },
    }
    account = book.account(email="ann@debtor.example")
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    assert actions.send_due(at=AT, by=BY).done == 0
    assert only_message(account).state == "queued"

    server = Controller(post, hostname="127.0.0.1", port=port)
    server.start()
    try:
        actions.send_due(at=only_message(account).next_attempt_at, by=BY)
    finally:
        server.stop()

    (envelope,) = post.delivered
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["ann@debtor.example"]
    assert mail["Message-ID"] == f"<{only_message(account).key.hex}@localhost>"
    assert only_message(account).provider_id == "OK, queued as 4711"
    assert Message.objects.filter(state="sent").count() == 1
