"""Interest at its doors: the page and its JSON, and the commands."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from tests import builders
from tests.charges.book import EIGHT, FIXED, accrue, at, charged, debt, is_sound, pay
from tests.sessions import Hand

from tallystick.charges.queries import shown
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import clock
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected():
    """A debt whose interest was corrected: forty pounds in January, and a payment of the twelfth that was booked late."""
    clock.travel_to(at(date(2026, 2, 10)))
    account, item = debt()
    accrue(date(2026, 1, 31))
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 2, 1), items={item.pk: 400_00})
    accrue(date(2026, 2, 1))
    yield account
    clock.travel_to(None)


def test_the_page_shows_every_line_and_what_was_taken_back(collector, corrected):
    page = collector.get(f"/charges/accounts/{corrected.pk}/interest/").content.decode()

    for text in (
        "2 Jan 2026 – 12 Jan 2026",
        "£2.41",
        "13 Jan 2026 – 10 Feb 2026",
        "£3.81",
        "£6.22",
        "1 line taken back",
        "£6.58",
    ):
        assert text in page
    assert "£1.18 to be charged" in page


def test_the_proof_as_json_can_be_worked_out_again(collector, corrected):
    found = collector.get(f"/charges/accounts/{corrected.pk}/interest.json?on=2026-02-01").json()

    [item] = found["items"]
    assert (found["currency"], found["until"]) == ("GBP", "2026-02-01")
    assert (item["total_minor"], item["charged_minor"], item["charged_through"]) == (504, 504, "2026-02-01")
    assert sum(line["amount_minor"] for line in item["lines"]) == 504
    for line in item["lines"]:
        exact = line["balance_minor"] * float(line["percent"]) / 100 * line["days"] / 365
        assert abs(line["amount_minor"] - exact) <= 0.5
    [back] = item["taken_back"]
    assert (back["last_day"], back["amount_minor"]) == ("2026-01-31", 658)


def test_a_fixed_sum_is_shown_with_what_it_is_of_and_where_it_stands(collector):
    clock.travel_to(at(date(2026, 2, 10)))
    account, _item = debt(document=FIXED)
    accrue(date(2026, 1, 31))

    page = collector.get(f"/charges/accounts/{account.pk}/interest/").content.decode()
    [item] = collector.get(f"/charges/accounts/{account.pk}/interest.json").json()["items"]
    [early] = collector.get(f"/charges/accounts/{account.pk}/interest.json?on=2026-01-01").json()["items"]

    assert "Fixed sum, once, on £1,000.00 owed on 2 Jan 2026" in page
    fixed = item["fixed_sum"]
    assert (fixed["amount_minor"], fixed["owed_minor"], fixed["day"]) == (70_00, 1000_00, "2026-01-02")
    assert (fixed["rule"], fixed["source"] in page) == ("late_payment.fixed_sum", True)
    assert early["fixed_sum"] is None
    clock.travel_to(None)


def test_a_day_before_the_last_that_was_charged_shows_what_it_had_come_to(corrected):
    [item] = shown.interest_of(corrected.pk, on=date(2026, 1, 12), scope=Scope())

    assert item.proof.total == 241


def test_an_account_without_interest_says_so(collector):
    account = builders.account()

    page = collector.get(f"/charges/accounts/{account.pk}/interest/")

    assert "Nothing on this account bears interest" in page.content.decode()


def test_nobody_is_shown_the_interest_of_a_client_that_is_not_theirs(corrected):
    with pytest.raises(NotFound):
        shown.interest_of(corrected.pk, on=date(2026, 2, 1), scope=Scope(frozenset()))


def test_a_manager_sets_terms_on_a_page_and_reads_who_did(manager):
    client = builders.client()
    page = f"/charges/clients/{client.pk}/interest/"

    assert "No interest is agreed" in manager.get(page).content.decode()
    wrong = manager.post(page, {"from_on": "2026-01-01", "document": "rate: {percent: 8}"})
    assert (wrong.status_code, "“day_count” is missing" in wrong.content.decode()) == (422, True)
    answer = manager.post(
        page, {"from_on": "2026-01-01", "document": "rate: {rule: interest.late_payment}"}, follow=True
    )

    said = answer.content.decode()
    assert "rule: interest.late_payment" in said
    assert "monica.manager" in said


def test_a_collector_sets_no_terms(collector):
    assert collector.get(f"/charges/clients/{builders.client().pk}/interest/").status_code == 403


def command(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_terms_are_set_from_a_file_and_charged_by_the_command(tmp_path):
    clock.travel_to(at(date(2026, 2, 1)))
    account, _item = debt(document=None)
    file = tmp_path / "terms.yaml"
    file.write_text('rate: {percent: "8", day_count: actual/365}\ncharged: daily\n')

    said = command("interest", "set", account.client.code, str(file), "--from", "2026-01-01")

    assert said.startswith("1\t2026-01-01\t—\tsystem: command line\t{rate: {percent: '8'")
    assert command("accrue", "--day", "2026-01-31") == "Interest of 1 item is charged through 2026-01-31.\n"
    assert charged(account) == 658
    assert command("accrue") == "Interest of 0 items is charged through 2026-01-31.\n"
    clock.travel_to(None)


def test_the_commands_say_what_is_wrong_and_do_nothing(tmp_path):
    client = builders.client()
    file = tmp_path / "terms.yaml"
    file.write_text("rate: {percent: 8.25, day_count: actual/365}\n")

    with pytest.raises(CommandError, match=r'8\.25 is no exact number: write it as "12\.50", in quotes'):
        command("interest", "set", client.code, str(file), "--from", "2026-01-01")
    with pytest.raises(CommandError, match="portfolio"):
        command("interest", "set", client.code, str(file), "--from", "2026-01-01", "--portfolio", "NONE")
    with pytest.raises(CommandError, match="still to come"):
        command("accrue", "--day", "2199-01-01")
    assert command("interest", "list", client.code) == ""
    assert EIGHT["rate"]["percent"] == 8


@pytest.mark.django_db(transaction=True)
def test_two_at_a_time_charge_no_day_twice():
    accounts = [debt()[0] for _number in range(6)]

    hands = [Hand(lambda: accrue(date(2026, 1, 31), chunk=2)) for _hand in range(2)]
    for hand in hands:
        hand.end()

    assert [charged(account) for account in accounts] == [658] * 6
    assert is_sound() == []


@pytest.fixture
def charged_fees():
    """A debt that bore a late fee, and one that was free."""
    clock.travel_to(at(date(2026, 2, 10)))
    late = {"code": "late", "for": "late", "amount": "12.00"}
    account, item = debt(document={**EIGHT, "fees": [late, {**late, "code": "first", "free": 1}]})
    call_command("accrue", day=date(2026, 1, 31))
    yield account, item
    clock.travel_to(None)


def test_fees_are_on_the_page_and_in_the_json(collector, charged_fees):
    account, item = charged_fees

    page = collector.get(f"/charges/accounts/{account.pk}/interest/").content.decode()
    found = collector.get(f"/charges/accounts/{account.pk}/interest.json").json()["fees"]

    for text in (f"{item.reference}/late", "£12.00", "Late", "Free"):
        assert text in page
    assert "Take back" not in page
    assert sorted((fee["code"], fee["amount_minor"], fee["is_free"], fee["of_item"]) for fee in found) == [
        ("first", 0, True, item.reference),
        ("late", 12_00, False, item.reference),
    ]
    assert collector.post(f"/charges/accounts/{account.pk}/fees/{_late(account)['id']}/take-back/").status_code == 403


def test_a_fee_is_taken_back_once_by_who_may(manager, charged_fees):
    account, _item = charged_fees
    taking = f"/charges/accounts/{account.pk}/fees/{_late(account)['id']}/take-back/"

    assert "Take back" in manager.get(f"/charges/accounts/{account.pk}/interest/").content.decode()
    assert "was taken back" in manager.post(taking, {"reason": "Goodwill"}, follow=True).content.decode()
    assert "already" in manager.post(taking, {"reason": "Again"}, follow=True).content.decode()
    assert _late(account)["reason"] == "Goodwill"


def _late(account):
    return next(fee for fee in shown.fees_of(account.pk, scope=Scope(None)) if fee["code"] == "late")


def test_what_lessens_a_balance_and_what_was_added_to_it_is_said_on_the_page_and_in_the_json(collector):
    clock.travel_to(at(date(2026, 3, 31)))
    account, item = debt(
        "10000.00",
        document={**EIGHT, "compounding": "monthly", "most": "120.00", "grace": {"days": 3, "forgiven": True}},
    )
    hold_actions.hold_items(
        account_id=account.pk, item_ids=[item.pk], reason=Reason.DISPUTE, amount=Money.of("4000", "GBP"),
        from_on=date(2026, 1, 12), at=at(date(2026, 1, 12)), by=builders.TEST,
    )  # fmt: skip
    accrue(date(2026, 3, 30))

    page = collector.get(f"/charges/accounts/{account.pk}/interest/").content.decode()
    [proven] = collector.get(f"/charges/accounts/{account.pk}/interest.json").json()["items"]

    for text in (
        "Days of grace",
        "without £4,000.00: Dispute",
        "of it interest",
        "No more than the most that is agreed",
    ):
        assert text in page
    assert [line["held_by"] for line in proven["lines"][:3]] == [[], [], ["dispute"]]
    # Seven days of 10,000 and twenty-one of 6,000, after three of grace: 15.34 and 27.62.
    assert [line["added_minor"] for line in proven["lines"]][:4] == [0, 0, 0, 4296]
    assert proven["total_minor"] == 120_00
    clock.travel_to(None)
