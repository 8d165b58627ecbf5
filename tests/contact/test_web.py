"""The pages: what waits and what went wrong, one message, its bytes, the templates and their previews."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.contact import actions
from tallystick.contact.models import Message, Template
from tallystick.contact.ports import Undeliverable
from tallystick.contact.rules.words import Channel
from tallystick.documents import actions as document_actions
from tallystick.documents.models import Document
from tallystick.documents.rules.files import DocumentKind
from tallystick.kernel import clock


@pytest.fixture
def signed_in(db: None, settings: Any, client: Browser) -> Callable[..., Browser]:
    settings.ACCESS_SECOND_FACTOR_ROLES = ()

    def as_role(role: Role, reach: Reach = EVERYTHING) -> Browser:
        user = access_actions.add_user(username=role.name.lower(), full_name=role.value.title(), at=AT, by=BY)
        access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[reach], at=AT, by=BY)
        client.force_login(user)
        return client

    return as_role


@pytest.fixture(autouse=True)
def _calendar(request: pytest.FixtureRequest) -> Any:
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


def html(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_outbox_shows_what_waits_what_failed_and_what_was_refused(
    book: Book, mailbox: Mailbox, signed_in: Callable[..., Browser]
) -> None:
    failed, refused, waiting = book.account(name="Fay"), book.account(name="Ray", email=None), book.account(name="Will")

    def no(_parcel: object) -> None:
        raise Undeliverable("550 no such user")

    mailbox.before = no
    actions.queue_messages(chosen(failed, refused), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)
    actions.queue_messages(chosen(waiting), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    browser = signed_in(Role.COLLECTOR)

    pages = {show: html(browser.get(f"/contact/?show={show}")) for show in ("waiting", "failed", "refused")}

    assert "Will" in pages["waiting"]
    assert "Fay" in pages["failed"]
    assert "550 no such user" in pages["failed"]
    assert "Ray" in pages["refused"]
    assert "There is no address for this channel." in pages["refused"]
    for show, names in {"waiting": ("Fay", "Ray"), "failed": ("Will", "Ray"), "refused": ("Will", "Fay")}.items():
        assert not any(f">{name}<" in pages[show] for name in names)


def test_a_long_list_has_pages_and_each_takes_the_same_statements(
    book: Book, signed_in: Callable[..., Browser]
) -> None:
    template = Template.objects.get(name="reminder_1", channel="email")
    account = book.account(name="Many")
    Message.objects.bulk_create(
        Message(
            account=account,
            party_id=account.party_id,
            client_id=book.client.pk,
            cause_kind="test",
            cause_id=number,
            template=template,
            channel="email",
            purpose="demand",
            state="queued",
            recipient=f"number-{number}@debtor.example",
            queued_at=AT + timedelta(seconds=number // 2),
            next_attempt_at=AT,
            queued_by="test",
        )
        for number in range(120)
    )
    browser = signed_in(Role.COLLECTOR)
    address, seen, statements = "/contact/", [], set()

    while address:
        with CaptureQueriesContext(connection) as asked:
            response = browser.get(address)
        statements.add(len(asked))
        seen += [row["message"].pk for row in response.context["rows"]]
        address = response.context["next"]

    assert len(seen) == len(set(seen)) == 120
    assert len(statements) == 1


@pytest.mark.parametrize("address", ["?after=nonsense", "?after=2026-01-01_x", "?show=all", "?channel=pigeon"])
def test_an_address_that_makes_no_sense_shows_the_list(
    book: Book, signed_in: Callable[..., Browser], address: str
) -> None:
    assert signed_in(Role.COLLECTOR).get(f"/contact/{address}").status_code == 200


def test_a_message_shows_what_it_said_and_why_it_was_allowed(
    book: Book, mailbox: Mailbox, signed_in: Callable[..., Browser]
) -> None:
    account = book.account(name="<b>Ann</b>")
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)

    page = html(signed_in(Role.AUDITOR).get(f"/contact/messages/{only_message(account).pk}"))

    assert "Dear &lt;b&gt;Ann&lt;/b&gt;," in page
    assert "Is nothing holding us back" in page
    assert "Save the original" in page
    assert "Send again" not in page


def test_the_original_comes_back_to_the_byte_and_is_saved_never_shown(
    book: Book, mailbox: Mailbox, signed_in: Callable[..., Browser]
) -> None:
    account = book.account()
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)

    response = signed_in(Role.COLLECTOR).get(f"/contact/documents/{only_message(account).document_id}")

    assert b"".join(response.streaming_content) == mailbox.taken[0].content
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [
        ("application/pdf", True),
        ("image/png", True),
        ("text/plain", True),
        ("text/html", False),
        ("image/svg+xml", False),
        ("application/xhtml+xml", False),
        ("message/rfc822", False),
    ],
)
def test_only_what_cannot_carry_a_script_is_shown(
    book: Book, signed_in: Callable[..., Browser], media_type: str, shown: bool
) -> None:
    account = book.account()
    file = document_actions.NewFile(account.pk, DocumentKind.UPLOAD, 'x"\r\n.html', media_type, b"<script>")
    document = document_actions.store_document(file=file, at=AT, by=BY)
    browser = signed_in(Role.COLLECTOR)

    plain = browser.get(f"/contact/documents/{document.pk}")
    saved = browser.get(f"/contact/documents/{document.pk}?save")

    assert plain["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert saved["Content-Disposition"].startswith("attachment")
    assert "\r" not in plain["Content-Disposition"]


def test_nobody_gets_what_belongs_to_a_client_out_of_reach(
    book: Book, mailbox: Mailbox, signed_in: Callable[..., Browser]
) -> None:
    account = book.account(name="Hidden")
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)
    message = only_message(account)
    Message.objects.filter(pk=message.pk).update(state="failed", refusal="contact.gave_up")
    browser = signed_in(Role.COLLECTOR, Reach(client_id=book.client.pk + 1))

    for address in (
        f"/contact/messages/{message.pk}",
        f"/contact/documents/{message.document_id}",
        "/contact/documents/999999",
        f"/contact/templates/{message.template_id}?account={account.reference}",
    ):
        assert browser.get(address).status_code == 404, address
    assert browser.post(f"/contact/messages/{message.pk}/resend").status_code == 404
    assert "Hidden" not in html(browser.get("/contact/?show=failed"))
    assert only_message(account).state == "failed"


def test_a_document_of_no_account_is_for_those_who_see_everything(
    book: Book, signed_in: Callable[..., Browser]
) -> None:
    file = document_actions.NewFile(None, DocumentKind.UPLOAD, "x.txt", "text/plain", b"x")
    document = document_actions.store_document(file=file, at=AT, by=BY)

    browser = signed_in(Role.COLLECTOR, Reach(client_id=book.client.pk))
    assert browser.get(f"/contact/documents/{document.pk}").status_code == 404

    browser = signed_in(Role.AUDITOR)
    assert browser.get(f"/contact/documents/{document.pk}").status_code == 200


def test_a_person_sends_again_and_takes_back(book: Book, mailbox: Mailbox, signed_in: Callable[..., Browser]) -> None:
    account = book.account(email=None)
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    message = only_message(account)
    browser = signed_in(Role.COLLECTOR)

    again = browser.post(f"/contact/messages/{message.pk}/resend", follow=True)
    assert "Queued again" in html(again)
    assert only_message(account).state == "queued"

    back = browser.post(f"/contact/messages/{message.pk}/cancel", follow=True)
    assert "Taken back" in html(back)
    assert only_message(account).state == "cancelled"

    late = browser.post(f"/contact/messages/{message.pk}/cancel", follow=True)
    assert "is not waiting any more" in html(late)


@pytest.mark.parametrize("act", ["resend", "cancel"])
def test_sending_again_and_taking_back_take_a_right_and_a_post(
    book: Book, signed_in: Callable[..., Browser], act: str
) -> None:
    account = book.account(email=None)
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    address = f"/contact/messages/{only_message(account).pk}/{act}"
    browser = signed_in(Role.AUDITOR)

    assert browser.post(address).status_code == 403
    assert browser.get(address).status_code in {403, 405}
    assert only_message(account).state == "refused"


# Templates.


def test_templates_are_listed_and_previewed(book: Book, signed_in: Callable[..., Browser]) -> None:
    account = book.account(name="Ann & Co")
    browser = signed_in(Role.COLLECTOR)
    listed = html(browser.get("/contact/templates"))
    template = Template.objects.get(name="reminder_1", channel="email")

    made_up = html(browser.get(f"/contact/templates/{template.pk}"))
    real = html(browser.get(f"/contact/templates/{template.pk}?account={account.reference}"))
    nobody = browser.get(f"/contact/templates/{template.pk}?account=NOBODY")

    assert "reminder_1" in listed
    assert "New template" not in listed
    assert "A. Lee Trading" in made_up
    assert "Dear Ann &amp; Co," in real
    assert "£125.00" in real
    assert nobody.status_code == 404
    assert "NOBODY" in html(nobody)


@pytest.mark.parametrize("name", sorted({"reminder", "notice_to_sales", "letter_before_action", "statement"}))
def test_every_channel_has_a_preview(book: Book, signed_in: Callable[..., Browser], name: str) -> None:
    browser = signed_in(Role.COLLECTOR)

    for template in Template.objects.filter(name=name):
        assert browser.get(f"/contact/templates/{template.pk}").status_code == 200


def test_a_letter_is_previewed_as_the_pdf_it_will_be(book: Book, signed_in: Callable[..., Browser]) -> None:
    account = book.account(name="Ann Lee", address=True)
    letter = Template.objects.get(name="reminder_1", channel="letter")
    email = Template.objects.get(name="reminder_1", channel="email")
    browser = signed_in(Role.COLLECTOR)

    response = browser.get(f"/contact/templates/{letter.pk}/letter.pdf?account={account.reference}")

    page = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert response["Content-Type"] == "application/pdf"
    assert "Ann Lee" in page
    assert "LS28 5AA" in page
    assert browser.get(f"/contact/templates/{email.pk}/letter.pdf").status_code == 404
    assert not Document.objects.exists()


def test_a_new_version_is_drafted_corrected_and_published(book: Book, signed_in: Callable[..., Browser]) -> None:
    live = Template.objects.get(name="reminder_1", channel="email")
    browser = signed_in(Role.CREDIT_MANAGER)
    body = "Dear {{ party.name }}, {{ account.reference }}: {{ account.overdue }}."

    wrong = browser.post(f"/contact/templates/{live.pk}/edit", {"subject": "Hello", "body": "{{ acount.overdue }}"})
    assert wrong.status_code == 422
    assert "there is no field “acount.overdue”" in html(wrong)
    assert not Template.objects.filter(version=2).exists()

    browser.post(f"/contact/templates/{live.pk}/edit", {"subject": "Hello", "body": body})
    draft = Template.objects.get(name="reminder_1", channel="email", version=2)
    assert (draft.state, draft.purpose, live.state) == ("draft", "demand", "live")

    browser.post(f"/contact/templates/{draft.pk}/edit", {"subject": "Hello again", "body": body})
    page = html(browser.post(f"/contact/templates/{draft.pk}/publish", follow=True))
    assert "Published" in page
    assert "Hello again" in page
    states = (
        Template.objects.filter(name="reminder_1", channel="email").order_by("version").values_list("state", flat=True)
    )
    assert list(states) == ["retired", "live"]

    late = html(browser.post(f"/contact/templates/{draft.pk}/publish", follow=True))
    assert "This version is not a draft" in late


def test_a_template_that_did_not_exist_is_drafted(book: Book, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(Role.CREDIT_MANAGER)
    given = {
        "name": "thanks",
        "channel": "sms",
        "language": "en",
        "purpose": "information",
        "subject": "",
        "body": "Thank you.",
    }

    assert browser.get("/contact/templates/new").status_code == 200
    assert browser.post("/contact/templates/new", given | {"name": "no spaces here"}).status_code == 422
    assert browser.post("/contact/templates/new", given).status_code == 302

    made = Template.objects.get(name="thanks")
    assert (made.channel, made.version, made.state, made.body) == ("sms", 1, "draft", "Thank you.\n")


@pytest.mark.parametrize("address", ["templates/new", "templates/{pk}/edit"])
def test_texts_are_changed_by_those_who_may(book: Book, signed_in: Callable[..., Browser], address: str) -> None:
    pk = Template.objects.get(name="reminder_1", channel="email").pk

    assert signed_in(Role.COLLECTOR).get(f"/contact/{address.format(pk=pk)}").status_code == 403
