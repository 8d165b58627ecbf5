"""Whatever breaks an invariant is named, with where it is."""

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries
from tallystick.accounts.models import Account, AccountLookup, Item
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Cause, Head
from tallystick.timeline import actions as timeline
from tallystick.timeline import events as timeline_events

pytestmark = pytest.mark.django_db

ALL = {invariant.name: invariant for invariant in (*queries.INVARIANTS, *ledger_queries.INVARIANTS)}


@pytest.fixture
def account():
    """Give an account with an invoice, a payment of a part of it that was allocated anew, and one that was taken back."""
    account = builders.account()
    builders.invoice(account, "100.00", reference="INV-1")
    credits = [actions.Credit(account.pk, number, Money(3000, "GBP"), TODAY) for number in (1, 2)]
    actions.apply_credits(credits, at=AT, by=TEST)
    actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=2, reason="bounced", at=AT, by=TEST
    )
    for number, items in enumerate(({}, {account.items.get().pk: Money(3000, "GBP")})):
        actions.reallocate_credit(
            account_id=account.pk,
            cause_kind=Cause.PAYMENT,
            cause_id=1,
            items=items,
            reason="another",
            seen=number,
            at=AT,
            by=TEST,
        )
    return account


def posting(account, *, cause_id, cause_kind=Cause.ADJUSTMENT, **terms):
    entry = {"debit": Head.BANK, "credit": Head.ON_ACCOUNT, "amount_minor": 5, "currency": "GBP", **terms}
    ledger.post(
        [ledger.Posting(account_id=account, booked_on=TODAY, cause_kind=cause_kind, cause_id=cause_id, **entry)],
        at=AT,
    )


def broken(name):
    return [(row["account_id"], row["what"]) for row in sql.rows(ALL[name].breaches)]


def test_a_sound_book_breaks_none_and_everything_is_looked_at(account):
    for name, invariant in ALL.items():
        assert broken(name) == []
        assert sql.value(invariant.checked) > 0


def test_an_item_that_shows_another_sum_than_its_entries_is_named(account):
    Item.objects.update(open_minor=6999)

    assert broken("items are what the ledger says") == [(account.pk, "item INV-1 shows 6999, the ledger says 7000")]


def test_an_entry_that_no_item_shows_is_named(account):
    posting(account.pk, cause_id=1, debit=Head.PRINCIPAL, credit=Head.PLACED, item_id=account.items.get().pk)

    assert len(broken("items are what the ledger says")) == 1


def test_money_on_account_that_is_not_shown_is_named(account):
    posting(account.pk, cause_id=1)

    assert broken("money on account is what the ledger says") == [(account.pk, "shows 0 on account, the ledger says 5")]


def test_money_on_account_below_nothing_is_named(account):
    posting(account.pk, cause_id=1, debit=Head.ON_ACCOUNT, credit=Head.REFUNDED)
    Account.objects.filter(pk=account.pk).update(on_account_minor=-5)

    assert len(broken("money on account is what the ledger says")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"account": 999_999}, id="of no account"),
        pytest.param({"currency": "EUR"}, id="in another currency"),
        pytest.param({"item_id": 999_999}, id="of no item"),
    ],
)
def test_an_entry_that_belongs_nowhere_is_named(account, wrong):
    posting(**{"account": account.pk, "cause_id": 1, **wrong})

    ((where, what),) = broken("entries belong to an account")
    assert where == wrong.get("account", account.pk)
    assert "belongs to no account, item or currency" in what


def test_an_account_that_is_not_found_by_its_reference_is_named(account):
    AccountLookup.objects.all().delete()

    assert broken("accounts are found by their reference") == [
        (account.pk, f"is not found by its reference {account.reference}")
    ]


def test_what_belongs_to_nobody_is_named(account):
    timeline.append(timeline_events.NoteAdded(999_999, "lost"), at=AT, by=TEST)
    Account.objects.filter(pk=account.pk).update(party_id=999_999)
    Item.objects.update(client_id=999_999)

    found = broken("nothing belongs to nobody")

    assert [where for where, _what in found] == [account.pk, account.pk, 999_999]
    assert [what.split(" ")[0] for _where, what in found] == ["has", "item", "event"]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        pytest.param(500, "credits are allocated once", id="more than the credit"),
        pytest.param(7_000_000, "allocations were decided", id="a decision that nobody took"),
    ],
)
def test_an_allocation_that_cannot_be_is_named(account, number, name):
    paid = {"debit": Head.ON_ACCOUNT, "credit": Head.PRINCIPAL, "item_id": account.items.get().pk}

    posting(account.pk, cause_kind=Cause.PAYMENT, cause_id=1, cause_no=number, **paid)

    ((where, _what),) = broken(name)
    assert where == account.pk


def test_a_reversal_that_does_not_mirror_its_entry_is_named(account):
    entry = ledger_queries.entries(account.pk)[0]
    sql.execute(
        "INSERT INTO ledger_entry (account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id,"
        " cause_no, posted_at, reverses_id) VALUES (%s, 1, 30, 1, 'GBP', %s, 9, 1, 1, %s, %s)",
        [account.pk, TODAY, AT, entry["id"]],
    )

    ((where, what),) = broken("reversals mirror what they reverse")
    assert where == account.pk
    assert what.endswith(f"does not mirror entry {entry['id']}")
