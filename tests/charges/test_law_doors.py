"""The law at its doors: what to look at, a pack that is looked at, brought in and put in force, and the command."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from tests import builders
from tests.charges.test_law_changes import BANK_PLUS_4, accrue, at, debt, packs_as_they_ship  # noqa: F401
from tests.jurisdictions.packs import bank_rate

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.charges import actions
from tallystick.jurisdictions import actions as law_actions
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.models import PackChange
from tallystick.jurisdictions.rules.proposals import PackRefused
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotPermitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(at(date(2027, 1, 2)))

    def log_in(name):
        user = builders.user(name)
        access_actions.set_roles(
            user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
        )
        client.force_login(user)
        return client

    yield log_in
    clock.travel_to(None)


@pytest.fixture
def owed():
    account, item = debt(BANK_PLUS_4, "100000.00", due_on=date(2026, 11, 30))
    accrue(date(2026, 12, 31))
    return account, item


def html(response):
    return response.content.decode()


def law(*words):
    out = io.StringIO()
    call_command("law", *map(str, words), stdout=out)
    return out.getvalue()


def test_a_pack_is_looked_at_brought_in_and_put_in_force_by_two_people(manager, owed):
    anne = manager("anne")
    file = SimpleUploadedFile("late-payment.yaml", bank_rate("3.50").encode())
    page = html(anne.post("/charges/law/new", {"file": file, "look": "1"}))
    assert "−£10.27 charged so far" in page
    assert "bank_rate" in page
    assert not PackChange.objects.exists()

    answer = anne.post("/charges/law/new", {"text": bank_rate("3.50"), "note": "the Bank decided", "bring": "1"})
    change = PackChange.objects.get()
    assert answer["Location"] == f"/charges/law/{change.pk}/"
    assert "the Bank decided" in html(anne.get(answer["Location"]))
    own = anne.post(f"/charges/law/{change.pk}/decide", {"apply": "1"})
    assert (own.status_code, "Somebody else has to put this pack in force" in html(own)) == (422, True)

    ben = manager("ben")
    assert ben.post(f"/charges/law/{change.pk}/decide", {"apply": "1"})["Location"] == "/charges/law/"
    listed = html(ben.get("/charges/law/"))

    assert "In force" in listed
    jurisdictions.refresh()
    assert str(jurisdictions.law("GB-EAW").ask("bank_rate", day=date(2027, 1, 2))["value"]) == "3.50"


def test_a_pack_is_set_aside(manager):
    anne = manager("anne")
    anne.post("/charges/law/new", {"text": bank_rate(), "bring": "1"})
    change = PackChange.objects.get()

    anne.post(f"/charges/law/{change.pk}/decide", {"withdraw": "1"})
    again = anne.post(f"/charges/law/{change.pk}/decide", {"withdraw": "1"})

    assert "Withdrawn: nothing waits" in html(again)
    assert "Withdrawn" in html(anne.get(f"/charges/law/{change.pk}/"))
    assert anne.get("/charges/law/999999/").status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param({}, "Choose a file, or write the text.", id="nothing"),
        pytest.param({"text": "id: x"}, "is missing: add it", id="no pack"),
        pytest.param({"file": SimpleUploadedFile("x.yaml", b"\xff\xfe")}, "no text in UTF-8", id="no text"),
        pytest.param(
            {"text": bank_rate().replace("rule: bank_rate", "rule: bank_rat")}, "no rule is called", id="index"
        ),
    ],
)
def test_what_is_no_pack_is_said_on_the_page_and_can_be_mended(manager, sent, said):
    answer = manager("anne").post("/charges/law/new", {**sent, "look": "1"})

    assert (answer.status_code, said in html(answer)) == (422, True)
    assert sent.get("text", "") in html(answer) or "&quot;" in html(answer)


def test_the_list_is_narrowed_and_given_as_json(manager):
    anne = manager("anne")
    page = html(anne.get("/charges/law/?jurisdiction=GB-SCT&why=uncertain"))
    found = anne.get("/charges/law/review.json?jurisdiction=GB-SCT&why=uncertain").json()["concerns"]

    assert found
    assert {(each["jurisdiction"], each["why"]) for each in found} == {("GB-SCT", "uncertain")}
    assert all(each["title"] in page.replace("&#x27;", "'") for each in found)
    assert {"reviewed", "review_by", "owner", "source", "from"} <= found[0].keys()
    everything = anne.get("/charges/law/review.json?why=nonsense").json()["concerns"]
    assert len(everything) > len(found)


def test_who_may_not_keep_the_law_brings_nothing_in(collector):
    assert collector.get("/charges/law/new").status_code == 403
    assert collector.post("/charges/law/1/decide", {"apply": "1"}).status_code == 403
    assert collector.get("/charges/law/").status_code == 403


def test_the_command_compares_brings_in_and_puts_in_force(owed, tmp_path: Path):
    clock.travel_to(at(date(2027, 1, 2)))
    file = tmp_path / "late-payment.yaml"
    file.write_text(bank_rate("3.50"))

    said = law("compare", file, "--until", "2027-01-31")
    assert "added: bank_rate, 2026-12-17: '3.50'" in said
    assert "interest on 1 item of 1 account: -10.27 GBP charged so far, -21.23 GBP until 2027-01-31." in said
    found = json.loads(law("compare", file, "--until", "2027-01-31", "--json"))
    [interest] = found["interest"]
    assert (interest["charged_so_far_minor"], interest["ahead_minor"], found["until"]) == (-1027, -2123, "2027-01-31")
    assert not PackChange.objects.exists()

    assert "is brought in as number" in law("propose", file, "--note", "decided")
    number = PackChange.objects.get().pk
    assert law("ask", "GB-EAW", "bank_rate", "--day", "2027-01-02", "--book") == "value: 3.75\n"
    assert "gb.late-payment is in force." in law("apply", number)
    assert law("ask", "GB-EAW", "bank_rate", "--day", "2027-01-02", "--book") == "value: 3.50\n"
    assert "In force\tgb.late-payment" in law("changes")
    clock.travel_to(None)


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path):
    with pytest.raises(CommandError, match="cannot be read"):
        law("compare", tmp_path / "none.yaml")
    file = tmp_path / "x.yaml"
    file.write_text("id: x")
    with pytest.raises(PackRefused):
        law("propose", file)


def test_the_command_sets_aside_and_lists_by_reason(tmp_path: Path):
    file = tmp_path / "late-payment.yaml"
    file.write_text(bank_rate())
    law("propose", file)
    assert "is set aside" in law("withdraw", PackChange.objects.get().pk)

    found = json.loads(law("review", "--day", "2026-11-29", "--why", "pending", "--json"))
    assert {each["why"] for each in found} == {"pending"}
    assert "interest.late_payment" in {each["rule"] for each in found}
    assert "GB-SCT" not in law("review", "--day", "2026-11-29", "--jurisdiction", "GB-EAW")
    assert "Closing days of TARGET: known from 2002-01-01 and before 2036-01-01" in law("calendars")


def keeper(name, *, email=None):
    user = builders.user(name)
    user.email = f"{name}@house.example" if email is None else email
    user.save()
    access_actions.set_roles(
        user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
    )
    return user


def told(mailoutbox):
    found = {mail.to[0]: mail for mail in mailoutbox}
    mailoutbox.clear()
    return found


def test_who_keeps_the_law_hears_of_a_review_on_its_day_and_on_mondays(mailoutbox):
    keeper("anne")
    keeper("ben", email="")
    collector = builders.user("carl")
    collector.email = "carl@house.example"
    collector.save()
    rate = "bank_rate"

    # Somebody looked at Bank Rate until 8 September 2026, a Tuesday.
    assert actions.tell_of_reviews(day=date(2026, 9, 8), by=builders.TEST) == 0
    assert actions.tell_of_reviews(day=date(2026, 9, 9), by=builders.TEST) == 1
    [mail] = told(mailoutbox).values()
    assert (mail.to, rate in mail.body, "/charges/law/" in mail.body) == (["anne@house.example"], True, True)
    assert actions.tell_of_reviews(day=date(2026, 9, 10), by=builders.TEST) == 0
    assert actions.tell_of_reviews(day=date(2026, 9, 14), by=builders.TEST) == 1
    assert rate in told(mailoutbox)["anne@house.example"].body


def test_a_pack_that_names_its_owner_is_that_persons(mailoutbox):
    keeper("anne")
    keeper("ben")
    file = bank_rate(day="2026-09-17").replace("last_review: 2026-12-20", "last_review: 2026-12-20\nowner: ben")
    change = law_actions.propose(
        text=file.replace("review_by: 2027", "review_by: 2028"), at=builders.AT, by=builders.TEST
    )
    actions.put_law_in_force(change_id=change.pk, at=builders.AT, by=builders.TEST)

    actions.tell_of_reviews(day=date(2028, 12, 4), by=builders.TEST)

    found = told(mailoutbox)
    assert "Interest on late payment" not in found["anne@house.example"].body
    assert "GB Late payment of commercial debts" in found["ben@house.example"].body
    with pytest.raises(NotPermitted):
        actions.tell_of_reviews(day=date(2028, 12, 4), by=Actor("carl"))
