"""A charge is undone with everything that followed from it: let off and not charged again, or charged as the rules say now."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.desk.test_undoing_interest import EIGHT, night
from tests.intake.files import loaded, source, written

from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import ItemKind, NothingChanges
from tallystick.charges import actions as charge_actions
from tallystick.config import invariants
from tallystick.desk import actions
from tallystick.desk.rules.undoing import ChainChanged, ChargedByHand, NotACharge, Way
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]

LATER = AT + timedelta(minutes=5)
MANAGER = Actor(label="monica", user_id=7, rights=frozenset({"adjust items"}))
FIXED = {"rule": "late_payment.fixed_sum"}


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def look(item: Item, way: Way = Way.LET_OFF, *, by: Actor = MANAGER, at: Any = LATER, **terms: Any) -> Any:
    return actions.look_at_charge(account_id=item.account_id, item_id=item.pk, way=way, at=at, by=by, **terms)


def undo(item: Item, way: Way = Way.LET_OFF, *, seen: str = "", at: Any = LATER, **terms: Any) -> Any:
    seen = seen or look(item, way, at=at, **terms).seen
    return actions.undo_charge(
        account_id=item.account_id, item_id=item.pk, way=way, reason="goodwill", seen=seen, at=at, by=MANAGER, **terms
    )


def pay(account: Account, amount: str) -> None:
    credit = account_actions.Credit(account_id=account.pk, cause_id=1, amount=gbp(amount), booked_on=TODAY)
    account_actions.apply_credits([credit], at=AT, by=TEST)


def unsound() -> list[str]:
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "charges"}]
    return [finding.invariant.name for finding in invariants.check(chosen) if not finding.is_sound]


@pytest.fixture
def account(book: Any) -> Account:
    """A debtor who owed £1,000 from the first of January, with interest and a fixed sum charged through yesterday."""
    charge_actions.set_agreement(
        client_id=book.near.pk, from_on=date(2026, 1, 1), document={**EIGHT, "fixed_sum": FIXED}, at=AT, by=TEST
    )
    made = builders.account(builders.portfolio(book.near))
    builders.invoice(made, "1000.00", due_on=date(2026, 1, 1), reference="INV-9")
    night()
    return made


def of_kind(account: Account, kind: ItemKind) -> Item:
    return Item.objects.get(account=account, kind=kind)


def fee(account: Account, amount: str = "25.00") -> Item:
    return account_actions.add_item(
        account_id=account.pk,
        kind=ItemKind.FEE,
        reference="FEE-1",
        amount=gbp(amount),
        issued_on=date(2026, 2, 1),
        due_on=date(2026, 2, 1),
        at=AT,
        by=TEST,
    )


def test_a_fee_charged_by_hand_is_reversed_on_its_day(book):
    item = fee(book.account)

    seen = look(item)
    done = undo(item, seen=seen.seen)

    item.refresh_from_db()
    assert done.written() == seen.written()
    assert [(was.reference, was.open, now.open) for was, now in seen.items] == [("FEE-1", gbp("25.00"), gbp("0.00"))]
    assert (item.amount_minor, item.open_minor, item.settled_on) == (0, 0, None)
    assert Entry.objects.filter(account_id=item.account_id, cause_kind=Cause.REVERSAL).count() == 1
    owed = ledger_queries.balance(item.account_id, currency="GBP", on=date(2026, 2, 1))
    assert owed == ledger_queries.balance(item.account_id, currency="GBP", on=date(2026, 2, 1), known_at=AT) - gbp(
        "25.00"
    )
    assert unsound() == []
    with pytest.raises(NothingChanges):
        look(item)


@pytest.mark.parametrize("kind", [ItemKind.INTEREST, ItemKind.FEE], ids=["interest", "the fixed sum"])
def test_what_a_rule_charged_is_let_off_and_no_night_charges_it_again(account, kind):
    item = of_kind(account, kind)
    amount = item.amount_minor
    assert amount > 0

    chain = undo(item)

    item.refresh_from_db()
    assert (chain.amount.minor, item.amount_minor) == (amount, 0)
    night()
    item.refresh_from_db()
    assert item.amount_minor == 0
    charge_actions.accrue(day=TODAY, at=AT + timedelta(days=1), by=TEST)
    item.refresh_from_db()
    assert item.amount_minor == (22 if kind == ItemKind.INTEREST else 0), "a day of 1,000.00, and no more"
    assert unsound() == []


def test_interest_is_let_off_from_a_day_on(account):
    item = of_kind(account, ItemKind.INTEREST)
    charge_actions.accrue(day=TODAY, at=AT + timedelta(days=1), by=TEST)

    chain = undo(item, since=TODAY, at=AT + timedelta(days=1))

    item.refresh_from_db()
    assert chain.amount == gbp("0.22")
    assert item.amount_minor == 1293


def test_what_had_paid_it_waits_on_account(account):
    item = of_kind(account, ItemKind.INTEREST)
    pay(account, "1050.00")
    paid = item.amount_minor - Item.objects.get(pk=item.pk).open_minor
    assert paid > 0

    chain = undo(item)

    account.refresh_from_db()
    item.refresh_from_db()
    assert (item.amount_minor, item.open_minor) == (0, 0)
    assert chain.after.on_account - chain.before.on_account == Money(paid, "GBP")
    assert unsound() == []


def test_charged_anew_it_is_what_the_rules_say_now(account):
    item = of_kind(account, ItemKind.INTEREST)
    charge_actions.set_agreement(
        client_id=account.client_id,
        from_on=date(2026, 1, 1),
        document={"rate": {"percent": 4, "day_count": "actual/365"}, "charged": "daily", "fixed_sum": FIXED},
        at=LATER,
        by=TEST,
    )

    chain = undo(item, Way.ANEW)

    item.refresh_from_db()
    assert (chain.before.interest[0].total.minor, item.amount_minor) == (1293, 647)
    assert chain.amount == gbp("6.46")
    night()
    item.refresh_from_db()
    assert item.amount_minor == 647
    assert unsound() == []


def test_only_charges_are_undone_and_only_those_of_rules_anew(book):
    invoice = Item.objects.filter(account=book.account, kind=ItemKind.INVOICE).order_by("pk")[0]

    with pytest.raises(NotACharge):
        look(invoice)
    with pytest.raises(ChargedByHand):
        look(fee(book.account), Way.ANEW)
    with pytest.raises(NotPermitted):
        look(invoice, by=Actor(label="carla", rights=frozenset({"see accounts"})))


def test_where_something_changed_since_the_look_nothing_is_done(book):
    item = fee(book.account)
    seen = look(item).seen
    pay(book.account, "5.00")

    with pytest.raises(ChainChanged):
        undo(item, seen=seen)

    item.refresh_from_db()
    assert item.amount_minor == 25_00


def test_a_charge_of_a_file_is_taken_back_with_its_file_or_alone(book):
    headings = ("Account", "Charge ID", "Type", "Charge Date", "Amount", "Currency")
    lines = [
        ["SVW-1001", "C-1", "Fee", "2026-02-10", "9.00", "GBP"],
        ["SVW-1001", "C-2", "Fee", "2026-02-10", "4.00", "GBP"],
    ]
    batch = loaded(source("charges", client=book.near), written(lines, headings=headings), at=LATER)
    undo(Item.objects.get(reference="C-1"), at=LATER + timedelta(minutes=1))

    chain = actions.look_at_upload(batch_id=batch.pk, at=LATER + timedelta(hours=1), by=TEST)

    assert [(each.what.value, each.number, each.amount) for each in chain.counts] == [("added", 1, gbp("4.00"))]


def address(item: Item, name: str = "undo_charge") -> str:
    return reverse(f"desk:{name}", args=[item.account_id, item.pk])


def test_the_page_shows_it_and_does_what_was_looked_at(account, log_in):
    item, manager = of_kind(account, ItemKind.INTEREST), log_in(Role.CREDIT_MANAGER, everywhere=True)

    dialog = manager.get(reverse("desk:item", args=[account.pk, item.pk])).content.decode()
    shown = manager.get(address(item))
    seen = shown.context["chain"].seen
    without_reason = manager.post(address(item), {"way": "let_off", "seen": seen})
    other_way = manager.post(address(item), {"way": "anew", "reason": "goodwill", "seen": seen})
    done = manager.post(address(item), {"way": "let_off", "reason": "goodwill", "seen": seen}, follow=True)

    assert address(item) in dialog
    assert "£12.93" in shown.content.decode()
    assert (without_reason.status_code, other_way.status_code) == (422, 409)
    assert "Undone, with all that followed from it." in done.content.decode()
    item.refresh_from_db()
    assert item.amount_minor == 0
    assert manager.get(address(item)).status_code == 422


def test_a_program_looks_and_does_what_it_saw(account, log_in):
    item, manager = of_kind(account, ItemKind.FEE), log_in(Role.CREDIT_MANAGER, everywhere=True)

    def post(**said: Any) -> Any:
        where = address(item, "undo_charge_as_json")
        return manager.post(where, json.dumps(said), content_type="application/json")

    seen = manager.get(address(item, "undo_charge_as_json")).json()
    unreadable, changed = post(way="let_off"), post(way="let_off", reason="goodwill", seen="x")
    done = post(way="let_off", reason="goodwill", seen=seen["seen"])

    assert (seen["way"], seen["amount_minor"], seen["done"]) == ("let_off", item.amount_minor, False)
    assert [(answer.status_code, answer.json()["code"]) for answer in (unreadable, changed)] == [
        (422, "desk.charge_undoing_unreadable"),
        (409, "desk.chain_changed"),
    ]
    assert done.json() == {**seen, "done": True}


@pytest.mark.parametrize("name", ["undo_charge", "undo_charge_as_json"])
def test_only_who_corrects_items_within_reach_looks_and_undoes(book, log_in, name):
    item = fee(book.account)

    assert log_in(Role.TEAM_LEADER).get(address(item, name)).status_code == 403
    Account.objects.filter(pk=book.account.pk).update(client_id=book.far.pk)
    assert log_in(Role.CREDIT_MANAGER).get(address(item, name)).status_code == 404
