"""The credits of an account: what came in or was credited, what it pays, and paying something else with it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.desk.pages import url
from tests.looking import look_at

from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.queries import allocations
from tallystick.accounts.rules import SourceCreditKind
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes import rules as dispute_rules
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause
from tallystick.payments import actions as payment_actions
from tallystick.payments.rules.states import Method

pytestmark = pytest.mark.django_db

WHY = "Of another delivery"


def of_source(account: Any, kind: SourceCreditKind, reference: str, minor: int, *, waits: bool) -> None:
    """Have the client's books hold a credit, as a file of theirs says."""
    rows = sql.Rows(
        """
        SELECT %(key)s::text AS key, %(account)s::bigint AS account_id, %(kind)s::text AS kind, %(reference)s::text AS reference,
               %(on)s::date AS booked_on, %(minor)s::bigint AS amount_minor, 'GBP'::text AS currency
        """,
        {
            "key": account.reference,
            "account": account.pk,
            "kind": kind.value,
            "reference": reference,
            "on": TODAY,
            "minor": minor,
        },
    )
    account_actions.apply_source_credits(rows, keep_on_account=waits, today=TODAY, origin="file 1", at=AT, by=TEST)


@pytest.fixture
def credited(book: Any) -> Any:
    """A credit note of £30 that waits, and a dispute of INV-1 that brought £20: the book's account."""
    of_source(book.account, SourceCreditKind.CREDIT_NOTE, "CN-7", 3_000, waits=True)
    first = account_queries.items(book.account.pk)[0]
    dispute = dispute_actions.raise_dispute(
        account_id=book.account.pk,
        item_id=first.pk,
        amount=Money.of("20.00", "GBP"),
        reason=dispute_rules.Reason.PRICE,
        at=AT,
        by=TEST,
    )
    dispute_actions.resolve_dispute(
        account_id=book.account.pk, dispute_id=dispute.pk, outcome=dispute_rules.State.UPHELD, at=AT, by=TEST
    )
    return book.account


def note_of(account: Any) -> allocations.CreditOf:
    return next(each for each in allocations.credits_of(account.pk) if each.reference == "CN-7")


def address_of(credit: allocations.CreditOf, account: Any, name: str = "allocate_credit") -> str:
    return reverse(f"desk:{name}", args=[account.pk, int(credit.cause_kind), credit.cause_id])


def open_on(account: Any) -> list[int]:
    return [item.open_minor for item in account_queries.items(account.pk)]


def html(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_every_credit_that_stands_is_listed_with_what_waits_of_it(book, credited, log_in):
    payment = payment_actions.record_payment(
        account_id=credited.pk,
        amount=Money.of("250.00", "GBP"),
        booked_on=TODAY,
        method=Method.CASH,
        source="till",
        source_key="1",
        at=AT,
        by=TEST,
    )
    listed = [(str(each.title), each.amount.minor, each.left.minor) for each in allocations.credits_of(credited.pk)]
    page = html(log_in(Role.CASH_APPLIER).get(url("credits", book)))

    assert sorted(listed) == [
        ("Credit note", 3_000, 3_000),
        ("Credit note for a dispute", 2_000, 0),
        ("Payment", 25_000, 0),
    ]
    assert "CN-7" in page
    assert reverse("payments:payment", args=[payment.pk]) in page
    assert address_of(note_of(credited), credited) in page
    assert "On account, not yet allocated" in html(log_in(Role.COLLECTOR).get(url("account", book)))


def test_an_overpayment_waits_and_pays_what_comes(book):
    payment_actions.record_payment(
        account_id=book.account.pk,
        amount=Money.of("310.00", "GBP"),
        booked_on=TODAY,
        method=Method.CASH,
        source="till",
        source_key="1",
        at=AT,
        by=TEST,
    )

    [credit] = allocations.credits_of(book.account.pk)
    builders.invoice(book.account, "12.00", due_on=TODAY)
    cause = {"cause_kind": credit.cause_kind, "cause_id": credit.cause_id}
    account_actions.allocate_credit_by_order(account_id=book.account.pk, **cause, at=AT, by=TEST)

    assert (credit.amount.minor, credit.left.minor) == (31_000, 1_000)
    assert open_on(book.account) == [0, 0, 200, 0]


def test_a_credit_note_pays_what_a_person_says_and_then_something_else(credited, log_in):
    cashier = log_in(Role.CASH_APPLIER)
    address = address_of(note_of(credited), credited)
    first, second, _third = account_queries.items(credited.pk)

    cashier.post(address, {"seen": 0, f"item-{second.pk}": "25.00"})
    paid = open_on(credited)
    refused = cashier.post(address, {"seen": 1, f"item-{first.pk}": "30.00"})
    done = cashier.post(address, {"seen": 1, f"item-{first.pk}": "30.00", "reason": WHY})
    page = html(cashier.get(address))

    assert paid == [8_000, 7_500, 10_000]
    assert (refused.status_code, "Say why" in html(refused)) == (422, True)
    assert done.status_code == 302
    assert open_on(credited) == [5_000, 10_000, 10_000]
    assert WHY in page
    assert "<s>INV-2 · £25.00</s>" in page


def test_a_program_lists_credits_and_says_what_one_pays(credited, log_in):
    cashier, note = log_in(Role.CASH_APPLIER), note_of(credited)
    first = account_queries.items(credited.pk)[1]

    listed = cashier.get(reverse("desk:credits_as_json", args=[credited.pk])).json()
    before = cashier.get(address_of(note, credited, "credit_as_json")).json()

    def post(**said: Any) -> Any:
        where = address_of(note, credited, "allocate_credit_as_json")
        return cashier.post(where, json.dumps(said), content_type="application/json")

    unreadable = post(items={str(first.pk): 1_000})
    done = post(items={str(first.pk): 1_000}, seen=before["seen"], reason=WHY)
    late = post(items={}, seen=before["seen"], reason=WHY)

    assert listed["on_account_minor"] == 3_000
    assert [(each["title"], each["amount_minor"], each["left_minor"]) for each in listed["credits"]] == [
        ("Credit note for a dispute", 2_000, 0),
        ("Credit note", 3_000, 3_000),
    ]
    assert (before["left_minor"], before["decisions"][0]["items"]) == (3_000, [])
    assert (unreadable.status_code, late.status_code, late.json()["code"]) == (
        422,
        409,
        "accounts.allocated_meanwhile",
    )
    assert done.json()["left_minor"] == 2_000
    assert [each["amount_minor"] for each in done.json()["decisions"][-1]["items"]] == [1_000]


@pytest.mark.parametrize("name", ["credit_as_json", "allocate_credit_as_json"])
def test_no_program_reads_or_moves_a_credit_beyond_its_reach(book, credited, log_in, name):
    note, cashier = note_of(credited), log_in(Role.CASH_APPLIER)
    gone = reverse(f"desk:{name}", args=[credited.pk, 3, 999_999])
    far = reverse(f"desk:{name}", args=[book.far_account.pk, int(note.cause_kind), note.cause_id])
    ask = cashier.get if name == "credit_as_json" else cashier.post

    assert (ask(gone).json()["code"], ask(far).status_code) == ("accounts.credit_gone", 404)


def test_the_order_lets_what_is_left_pay_the_oldest(credited, log_in):
    cashier = log_in(Role.CASH_APPLIER)
    note = note_of(credited)

    done = cashier.post(address_of(note, credited, "allocate_credit_by_order"))
    again = cashier.post(address_of(note, credited, "allocate_credit_by_order"))

    assert (done.status_code, again.status_code) == (302, 422)
    assert open_on(credited) == [5_000, 10_000, 10_000]


def test_an_order_without_choice_binds_no_credit_note(credited, log_in):
    account_actions.set_account_order(
        account_id=credited.pk, order="costs_first_no_choice", from_on=date(2026, 1, 1), at=AT, by=TEST
    )
    third = account_queries.items(credited.pk)[2]

    log_in(Role.CASH_APPLIER).post(address_of(note_of(credited), credited), {"seen": 0, f"item-{third.pk}": "30.00"})

    assert open_on(credited) == [8_000, 10_000, 7_000]


def test_what_the_client_settled_pays_that_and_nothing_else(book, log_in):
    of_source(book.account, SourceCreditKind.SETTLEMENT, "S-1", 2_000, waits=False)
    [settled] = allocations.credits_of(book.account.pk)
    cashier = log_in(Role.CASH_APPLIER)

    assert address_of(settled, book.account) not in html(cashier.get(url("credits", book)))
    assert cashier.get(address_of(settled, book.account)).status_code == 409


@pytest.mark.parametrize(("kind", "cause"), [(3, 999_999), (99, 1)])
def test_a_credit_that_never_came_is_refused(book, log_in, kind, cause):
    address = reverse("desk:allocate_credit", args=[book.account.pk, kind, cause])

    assert log_in(Role.CASH_APPLIER).get(address).status_code == 409


def test_only_who_may_and_within_reach(book, credited, log_in):
    address = address_of(note_of(credited), credited)
    far = reverse("desk:credits", args=[book.far_account.pk])

    collector = log_in(Role.COLLECTOR)
    assert (collector.get(url("credits", book)).status_code, collector.get(address).status_code) == (200, 403)
    assert "Allocate" not in html(collector.get(url("credits", book)))
    assert collector.get(far).status_code == 404
    assert note_of(credited).cause_kind == Cause.CREDIT


def test_the_pages_are_accessible(book, credited, person, live):
    live.log_in(person(Role.CASH_APPLIER, "finn.okafor"))
    addresses = (url("credits", book), address_of(note_of(credited), credited))

    assert [wrong for address in addresses for wrong in look_at(live.open(address))] == []
