"""Choosing how soon one is told, in a real browser: accessible in light and dark, never wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contact.conftest import BY, Book
from tests.contact.mailbox import Mailbox
from tests.contact.sent import raises
from tests.contact.test_digests import THURSDAY, choose, leader, notify
from tests.looking import look_at

from tallystick.contact import actions
from tallystick.contact.models import Digest, Message, NoticeChoice
from tallystick.contact.ports import Undeliverable
from tallystick.contact.rules.digests import Pace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(live: Any, settings: Any, book: Book, mailbox: Mailbox) -> Any:
    """The site, with a digest that left, one that failed and notices that wait."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    ann, bob = leader("ann"), leader("bob")
    choose(ann, Pace.DAILY)
    choose(bob, Pace.DAILY, kind="notice_to_team_leader")

    def refuse_one(parcel: Any) -> None:
        if parcel.recipients == (bob.email,):
            raises(Undeliverable("no such mailbox"))(parcel)

    mailbox.before = refuse_one
    notify(book.account(name="Fay Told"))
    actions.send_digests(at=THURSDAY, by=BY)
    notify(book.account(name="Debtor and Sons of a Longer Name Ltd"), at=THURSDAY)
    live.log_in(ann)
    return live


def test_pages_are_accessible_in_light_and_dark_and_no_wider_than_a_phone(told: Any) -> None:
    sent = Digest.objects.get(state="sent")
    message = Message.objects.filter(state="gathered").order_by("id").first()
    assert message is not None
    addresses = {
        "your notices": "/contact/notices",
        "your digest": f"/contact/notices/digests/{sent.pk}",
        "message in a digest": f"/contact/messages/{message.pk}",
    }
    wrong = [found for name, address in addresses.items() for found in look_at(told.open(address), name)]
    told.log_in(leader("ada", role="administrator"))
    wrong += look_at(told.open("/contact/notices/house"), "notices of the house")

    assert wrong == []


def test_a_person_chooses_a_weekly_digest_from_their_own_page(told: Any) -> None:
    page = told.open("/people/me/")

    page.get_by_role("link", name="How soon you are told").click()
    page.get_by_label("All other notices").select_option(label="Once a week")
    page.get_by_label("Leaves at").select_option("7")
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Saved.").wait_for()
    assert page.get_by_label("All other notices").input_value() == "weekly"
    assert NoticeChoice.objects.get(kind="", user_id__isnull=False).pace == Pace.WEEKLY
