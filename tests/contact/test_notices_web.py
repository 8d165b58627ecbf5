"""The pages of notices: everybody's own, the house's for administrators, and what a message says of its receivers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contact.conftest import AT, Book, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import raises
from tests.contact.test_digests import BY, THURSDAY, choose, leader, notify

from tallystick.access.models import BusinessUnit, ClientScope, Grant
from tallystick.contact import actions
from tallystick.contact.models import Digest, NoticeChoice, NoticeHours
from tallystick.contact.ports import Undeliverable
from tallystick.contact.queries import digests as queries
from tallystick.contact.rules.digests import Pace
from tallystick.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calendar(settings: Any) -> Any:
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


def answered(page: Any, **changed: str) -> dict[str, str]:
    """Give what a form sends, as it is shown but for some fields."""
    shown = {field.name: str(field.value()) for field in page.context["form"]}
    return shown | {name.replace("_", "-", 1): value for name, value in changed.items()}


def test_a_person_chooses_and_takes_it_back(client: Any, book: Book) -> None:
    ann = leader("ann")
    client.force_login(ann)
    shown = client.get("/contact/notices")

    asked = answered(shown, pace_="daily", pace_notice_to_sales="at_once", hour="9", weekday="2", calendar="GB-SCT")
    assert client.post("/contact/notices", asked).status_code == 302

    assert queries.chosen_by(ann.pk) == {("", ""): Pace.DAILY, ("notice_to_sales", ""): Pace.AT_ONCE}
    hours = queries.hours_of(ann.pk)
    assert (hours.hour, hours.weekday, hours.calendar) == (9, 2, "GB-SCT")
    client.post("/contact/notices", answered(shown))
    assert not NoticeChoice.objects.exists()
    assert not NoticeHours.objects.exists()


@pytest.mark.parametrize("wrong", [{"pace-": "hourly"}, {"hour": "25"}, {"weekday": "6"}, {"calendar": "nowhere"}])
def test_what_cannot_be_chosen_is_not_kept(client: Any, book: Book, wrong: dict[str, str]) -> None:
    client.force_login(leader("ann"))

    answer = client.post(
        "/contact/notices", answered(client.get("/contact/notices"), pace_notice_to_sales="daily") | wrong
    )

    assert answer.status_code == 422
    assert not NoticeChoice.objects.exists()


def test_an_administrator_chooses_for_the_house_and_sees_who_chose_otherwise(client: Any, book: Book) -> None:
    ann = leader("ann")
    choose(ann, Pace.WEEKLY, kind="notice_to_sales")
    client.force_login(leader("ada", role="administrator"))
    shown = client.get("/contact/notices/house")

    asked = answered(shown, hour="7") | {"for-role-team-leader": "daily", "for-owner-": "weekly"}
    assert client.post("/contact/notices/house", asked).status_code == 302

    assert queries.chosen_by(None) == {("", "role:team leader"): Pace.DAILY, ("", "owner:"): Pace.WEEKLY}
    assert queries.hours_of(ann.pk).hour == 7
    page = client.get("/contact/notices/house").content.decode()
    assert "ann · To sales" in page
    assert "Once a week" in page


def test_the_pages_of_the_house_are_for_administrators(client: Any, book: Book) -> None:
    client.force_login(leader("ann"))

    assert client.get("/contact/notices").status_code == 200
    assert client.get("/contact/notices/house").status_code == 403
    assert client.post("/contact/notices/digests/1/resend").status_code == 403


def test_what_waits_and_what_left_is_listed_as_far_as_one_may_see_it(client: Any, book: Book, mailbox: Mailbox) -> None:
    unit = BusinessUnit.objects.create(code="N", name="N")
    ClientScope.objects.create(client_id=book.client.pk, business_unit=unit)
    ann = leader("ann", business_unit=unit)
    choose(ann, Pace.DAILY)
    notify(book.account(name="Fay Told"))
    actions.send_digests(at=THURSDAY, by=BY)
    notify(book.account(name="Will Waits"), at=THURSDAY)
    client.force_login(ann)
    digest = Digest.objects.get()

    page = client.get("/contact/notices").content.decode()
    assert "Will Waits" in page
    assert "Fay Told" not in page
    assert "Fay Told" in client.get(f"/contact/notices/digests/{digest.pk}").content.decode()
    elsewhere = BusinessUnit.objects.create(code="S", name="S")
    Grant.objects.filter(user=ann).update(business_unit=elsewhere)
    assert "Will Waits" not in client.get("/contact/notices").content.decode()
    assert "Fay Told" not in client.get(f"/contact/notices/digests/{digest.pk}").content.decode()


def test_a_digest_is_shown_to_its_receiver_alone(client: Any, book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(book.account())
    actions.send_digests(at=THURSDAY, by=BY)
    client.force_login(leader("ada", role="administrator"))

    assert client.get(f"/contact/notices/digests/{Digest.objects.get().pk}").status_code == 404


def test_an_administrator_sends_a_failed_digest_again(client: Any, book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(book.account())
    mailbox.before = raises(Undeliverable("no such mailbox"))
    actions.send_digests(at=THURSDAY, by=BY)
    client.force_login(leader("ada", role="administrator"))
    assert "The provider refused it for good." in client.get("/contact/notices/house").content.decode()

    again = f"/contact/notices/digests/{Digest.objects.get().pk}/resend"
    assert "Queued again." in client.post(again, follow=True).content.decode()
    assert "is not one that failed" in client.post(again, follow=True).content.decode()


def test_a_message_says_how_each_receiver_is_told(client: Any, book: Book, mailbox: Mailbox) -> None:
    unit = BusinessUnit.objects.create(code="N", name="N")
    ClientScope.objects.create(client_id=book.client.pk, business_unit=unit)
    ann, bob = leader("ann"), leader("bob", business_unit=unit)
    choose(ann, Pace.DAILY)
    choose(bob, Pace.DAILY)
    account = book.account()
    notify(account)
    client.force_login(ann)
    address = f"/contact/messages/{only_message(account).pk}"
    assert "waits for the next digest" in client.get(address).content.decode()
    Grant.objects.filter(user=bob).update(ended_at=AT)

    actions.send_digests(at=THURSDAY, by=BY)

    page = client.get(address).content.decode()
    assert "In the digest of 2 Jul 2026, 08:00" in page
    assert "Left out: they may not see the account any more." in page
    assert (
        "Told ann@house.example in a digest: notice_to_team_leader"
        in client.get(f"/accounts/{account.pk}").content.decode()
    )
