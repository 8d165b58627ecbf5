"""What a payment pays is decided anew: on its page, by the order, by a program. Every door follows the order that is set."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.payments.bank_files import csv_of, import_file
from tests.payments.pages import gbp, html, take, taken_back

from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules.orders import OrderIsFixed
from tallystick.payments import actions, queries
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import Method
from tallystick.promises import actions as promise_actions
from tallystick.promises.models import Promise

WHY = "They meant the later one"


def order(till: Any, name: str) -> None:
    account_actions.set_client_order(
        client_id=till.near.pk, order=name, from_on=TODAY - timedelta(days=60), at=AT, by=TEST
    )


def paid(till: Any, amount: str = "60.00", **terms: Any) -> Payment:
    return actions.allocate_line(
        line_id=till.line(amount).pk, account_id=till.account.pk, at=AT - timedelta(hours=1), by=TEST, **terms
    )


def open_on(till: Any) -> list[int]:
    for item in (till.older, till.later):
        item.refresh_from_db()
    return [till.older.open_minor, till.later.open_minor]


def entered(page: Any, **changes: Any) -> dict[str, Any]:
    """What the form of a page posts, with changes."""
    return {**page.context["form"].initial, **changes}


def test_a_payment_is_allocated_anew_on_its_page_and_the_page_says_what_it_paid_before(till, cashier):
    payment = paid(till)
    address = reverse("payments:allocate", args=[payment.pk])
    items = {f"item-{till.older.pk}": "0.00", f"item-{till.later.pk}": "55.00"}

    answer = cashier.post(address, entered(cashier.get(address), **items, reason=WHY), follow=True)

    assert answer.redirect_chain
    shown = html(answer)
    assert open_on(till) == [4_000, 4_500]
    assert WHY in shown
    assert "<s>INV-1 · £40.00</s>" in shown
    assert "INV-2 · £55.00" in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"later": "55.00", "reason": ""}, "Say why", id="no reason"),
        pytest.param({"later": "60.01", "reason": WHY}, "is more than", id="more than is open"),
        pytest.param({"later": "5.x", "reason": WHY}, "is no amount", id="no amount"),
        pytest.param({"later": "55.00", "reason": WHY, "seen": 3}, "while you looked at it", id="seen another"),
    ],
)
def test_what_is_refused_stays_on_the_page_and_changes_nothing(till, cashier, change, said):
    payment = paid(till)
    before = open_on(till)
    address = reverse("payments:allocate", args=[payment.pk])
    change = {f"item-{till.older.pk}": "", f"item-{till.later.pk}": change.pop("later"), **change}

    answer = cashier.post(address, entered(cashier.get(address), **change))

    assert answer.status_code == 422
    assert said in html(answer)
    assert open_on(till) == before


def test_money_on_account_is_allocated_by_the_order(till, cashier):
    payment = paid(till, keep_on_account=True)
    order(till, "newest_first")

    cashier.post(reverse("payments:allocate_by_order", args=[payment.pk]))

    assert open_on(till) == [4_000, 4_000]
    assert "The newest first" in html(cashier.get(reverse("payments:payment", args=[payment.pk])))


def test_only_who_allocates_money_within_reach_allocates(till, cashier, log_in):
    payment = paid(till)
    collector = log_in(Role.COLLECTOR)
    address = reverse("payments:allocate", args=[payment.pk])
    far = actions.allocate_line(
        line_id=till.far_line().pk, account_id=builders.account(builders.portfolio(till.far)).pk, at=AT, by=TEST
    )

    assert collector.get(address).status_code == 403
    assert collector.post(address, {}).status_code == 403
    assert cashier.get(reverse("payments:allocate", args=[far.pk])).status_code == 404
    assert cashier.get(reverse("payments:payment_as_json", args=[far.pk])).status_code == 404


def test_a_program_reads_every_decision_and_takes_one(till, cashier):
    payment = paid(till)
    known = cashier.get(reverse("payments:payment_as_json", args=[payment.pk])).json()

    answer = cashier.post(
        reverse("payments:allocate_as_json", args=[payment.pk]),
        json.dumps({"items": {str(till.later.pk): 5_500}, "reason": WHY, "seen": known["seen"]}),
        content_type="application/json",
    )

    first, then = answer.json()["decisions"]
    assert [(each["item"], each["amount_minor"]) for each in then["items"]] == [(till.later.pk, 5_500)]
    assert all(each["taken_away_on"] for each in first["items"])
    assert (then["reason"], then["by"]) == (WHY, "person")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("{", "payments.allocation_unreadable", id="no JSON"),
        pytest.param('{"items": {"1": "5"}, "seen": 0}', "payments.allocation_unreadable", id="no minor units"),
        pytest.param('{"items": {}, "seen": 0, "also": 1}', "payments.allocation_unreadable", id="something else"),
        pytest.param('{"items": {}, "seen": 0}', "accounts.why_missing", id="no reason"),
        pytest.param(
            '{"items": {}, "seen": 9, "reason": "x"}', "accounts.allocated_meanwhile", id="not as it was seen"
        ),
    ],
)
def test_a_program_is_refused_by_code(till, cashier, body, code):
    payment = paid(till)

    answer = cashier.post(
        reverse("payments:allocate_as_json", args=[payment.pk]), body, content_type="application/json"
    )

    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_what_is_offered_for_a_line_follows_the_order_and_so_does_what_is_taken(till, cashier):
    order(till, "newest_first")
    line = till.line("45.00")
    offer = queries.offer_of(line, till.account.pk, known=queries.offers(line, at=AT), at=AT)

    cashier.post(reverse("payments:take", args=[line.pk]), take(line, till.account))

    assert [(part.item.item_id, part.amount) for part in offer.parts] == [(till.later.pk, gbp("45.00"))]
    assert open_on(till) == [4_000, 5_500]


def test_where_the_order_leaves_no_choice_nobody_names_items_and_a_file_that_does_follows_it(till):
    order(till, "costs_first_no_choice")

    with pytest.raises(OrderIsFixed):
        paid(till, items={till.later.pk: gbp("5.00")})
    with pytest.raises(OrderIsFixed):
        actions.record_payment(
            account_id=till.account.pk,
            amount=gbp("5.00"),
            booked_on=TODAY,
            method=Method.CASH,
            source="hand",
            source_key="1",
            items={till.later.pk: gbp("5.00")},
            at=AT,
            by=TEST,
        )
    import_file(csv_of([("13/02/2026", "INV-2", "100.00")]), till.bank)

    assert open_on(till) == [0, 4_000]


def test_a_promise_that_a_payment_kept_stays_kept_when_it_pays_something_else(till):
    promise = promise_actions.record_promise(
        account_id=till.account.pk, amount=gbp("60.00"), pay_on=TODAY, at=AT - timedelta(days=1), by=TEST
    )
    payment = actions.record_payment(
        account_id=till.account.pk,
        amount=gbp("60.00"),
        booked_on=TODAY,
        method=Method.CASH,
        source="hand",
        source_key="1",
        at=AT,
        by=TEST,
    )
    promise_actions.judge_promises(account_ids=[till.account.pk], at=AT, by=TEST)

    actions.reallocate_payment(payment_id=payment.pk, items={}, reason=WHY, at=AT + timedelta(hours=1), by=TEST)
    promise_actions.judge_promises(account_ids=[till.account.pk], at=AT + timedelta(hours=1), by=TEST)

    promise = Promise.objects.get(pk=promise.pk)
    assert (promise.state, promise.paid_minor) == ("kept", 6_000)


def test_a_payment_taken_back_shows_what_it_paid_last(till, cashier):
    payment = paid(till)
    actions.reallocate_payment(
        payment_id=payment.pk, items={till.later.pk: gbp("50.00")}, reason=WHY, at=AT - timedelta(minutes=5), by=TEST
    )

    taken_back(cashier, payment, reason="bounced")

    payment.refresh_from_db()
    assert [(row["reference"], row["minor"]) for row in queries.paid_items(payment)] == [("INV-2", 5_000)]
    assert cashier.get(reverse("payments:allocate", args=[payment.pk])).status_code == 409


def test_a_credit_manager_sets_the_order_of_a_client_and_of_an_account(till, log_in):
    manager = log_in(Role.CREDIT_MANAGER)
    of_client = reverse("accounts:new_order", args=[till.near.pk])
    of_account = reverse("accounts:account_order", args=[till.account.pk])

    manager.post(of_client, {"order": "allocation.order", "from_on": TODAY.isoformat()})
    before = html(manager.get(of_account))
    manager.post(of_account, {"order": "newest_first", "from_on": TODAY.isoformat()})

    assert "for the client, from 2 Mar 2026" in before
    assert "Mecca" in html(manager.get(reverse("accounts:client", args=[till.near.pk])))
    assert "for the account, from 2 Mar 2026" in html(manager.get(of_account))
    assert manager.post(of_account, {"order": "none such", "from_on": TODAY.isoformat()}).status_code == 422
    assert manager.get(reverse("accounts:account_order", args=[builders.account().pk])).status_code == 404
