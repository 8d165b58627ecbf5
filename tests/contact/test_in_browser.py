"""The pages in a real browser: accessible in light and dark, never wider than a phone, worked by keys."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contact.conftest import AT, BY, Book, chosen
from tests.contact.mailbox import Mailbox
from tests.looking import look_at

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.contact import actions
from tallystick.contact.models import Message, Template
from tallystick.contact.ports import Undeliverable
from tallystick.contact.rules.words import Channel, Command


@pytest.fixture
def desk(live: Any, settings: Any, book: Book, mailbox: Mailbox) -> Any:
    """The site in the browser of a credit manager, with messages that waited, left, failed and were refused."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    user = access_actions.add_user(username="mara", full_name="Mara Manager", at=AT, by=BY)
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=BY)
    sent, failed, refused = book.account(name="Ann Lee"), book.account(name="Fay"), book.account(name="Ray", email=None)

    def refuse_one(parcel: Any) -> None:
        if parcel.recipients == ("2@debtor.example",):
            raise Undeliverable("550 5.1.1 no such user here")

    mailbox.before = refuse_one
    actions.queue_messages(chosen(sent, failed, refused), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)
    waiting = [book.account(name=f"Debtor and Sons of Longer Name {number} Ltd") for number in range(3)]
    actions.queue_messages(chosen(*waiting), template="statement", channel=Channel.EMAIL, at=AT, by=BY)
    actions.queue_service_commands(chosen(*waiting), command=Command.SUSPEND, action_no=1, at=AT, by=BY)
    live.log_in(user)
    return live


def _addresses() -> dict[str, str]:
    sent = Message.objects.get(state="sent")
    failed = Message.objects.get(state="failed")
    letter = Template.objects.get(name="letter_before_action")
    text = Template.objects.get(name="reminder", channel="sms")
    return {
        "waiting": "/contact/",
        "failed": "/contact/?show=failed",
        "refused": "/contact/?show=refused",
        "sent message": f"/contact/messages/{sent.pk}",
        "failed message": f"/contact/messages/{failed.pk}",
        "templates": "/contact/templates",
        "letter": f"/contact/templates/{letter.pk}",
        "text message": f"/contact/templates/{text.pk}",
        "new template": "/contact/templates/new",
        "new version": f"/contact/templates/{letter.pk}/edit",
    }


@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible_in_light_and_dark_and_no_wider_than_a_phone(desk: Any) -> None:
    wrong = [found for name, address in _addresses().items() for found in look_at(desk.open(address), name)]

    assert wrong == []


@pytest.mark.django_db(transaction=True)
def test_a_failed_message_is_sent_again_from_its_page(desk: Any) -> None:
    page = desk.open("/contact/?show=failed")

    page.get_by_role("link", name="Fay").click()
    page.get_by_role("button", name="Send again").click()

    page.get_by_text("Queued again").wait_for()
    assert not Message.objects.filter(state="failed").exists()
