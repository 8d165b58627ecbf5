"""However accounts are asked of, one by one, as a set or as a range, the same is true of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts.models import Item
from tallystick.accounts.queries import get_account
from tallystick.kernel import sql
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.strategy.queries import book, catalogue

pytestmark = pytest.mark.django_db

#: What of an item is held or disputed, by days from today; nothing of most.
ITEMS = [
    {},
    {"held_from_on": -5, "held_until_on": 5},
    {"held_from_on": -5, "held_until_on": 5, "held_minor": 1000},
    {"held_from_on": 2, "held_until_on": 9},
    {"held_from_on": -9, "held_until_on": -2},
    {"disputed_minor": 2500},
    {"disputed_minor": 10000},
    {"held_from_on": -5, "held_until_on": 5, "disputed_minor": 4000},
]


def _account_with(*items):
    account = builders.account()
    for place, held in enumerate(items):
        item = builders.invoice(account, "100.00", due_on=DAY - timedelta(days=10 * place - 15))
        marked = {name: DAY + timedelta(days=value) if name.endswith("_on") else value for name, value in held.items()}
        Item.objects.filter(pk=item.pk).update(**marked)
    return account


@pytest.fixture
def accounts():
    """Have accounts with each pair of items, with none, and with ways to reach their debtors."""
    made = [_account_with(), *(_account_with(first, second, {}) for first in ITEMS for second in ITEMS)]
    for account in made[::2]:
        party_actions.add_contact_point(
            party_id=account.party_id, kind=ContactKind.EMAIL, value="a@b.example", at=at(DAY), by=BY
        )
    return made


def _facts(reach):
    rows = sql.rows(book.facts_of(reach), {**reach.params, "day": DAY})
    return {row["account_id"]: row for row in rows}


def _between(accounts):
    return book.between(accounts[0].pk - 1, accounts[-1].pk)


def test_all_ways_of_asking_tell_the_same(accounts):
    numbers = [account.pk for account in accounts]
    singly = {number: _facts(book.one(number))[number] for number in numbers}

    assert {row["held_minor"] for row in singly.values()} > {None, 1000, 10000, 12500}
    assert _facts(book.several(numbers)) == singly
    assert _facts(_between(accounts)) == singly


def test_a_range_finds_what_one_by_one_was_written(accounts):
    numbers = [account.pk for account in accounts]
    strategies.refresh(*numbers)
    reach = _between(accounts)
    looked = {**reach.params, "day": DAY}
    assert sql.rows(book.differing(reach), looked) == []

    Item.objects.filter(account=accounts[10]).update(held_from_on=None, held_until_on=None, disputed_minor=5)
    sql.execute("UPDATE strategy_book SET largest_item_minor = 1 WHERE account_id = %s", [numbers[30]])

    assert {row["account_id"] for row in sql.rows(book.differing(reach), looked)} == {numbers[10], numbers[30]}


@pytest.mark.parametrize("gap", [0, 1_000_000])
def test_debtors_are_found_whether_their_numbers_are_neighbours_or_not(gap):
    made = []
    for _ in range(3):
        made.append(_account_with({}))
        party_actions.add_contact_point(
            party_id=get_account(made[-1].pk).party_id, kind=ContactKind.EMAIL, value="a@b.example", at=at(DAY), by=BY
        )
        sql.value("SELECT setval('parties_party_id_seq', nextval('parties_party_id_seq') + %s)", [gap])
    reach = _between(made)

    assert bool(reach.debtors) is (gap == 0)
    assert [_facts(reach)[account.pk] for account in made] == [
        _facts(book.one(account.pk))[account.pk] for account in made
    ]
    assert all(row["has_email"] for row in _facts(reach).values())


def test_facts_are_told_alike_in_every_process():
    """A set is written in another order each time Python starts: the book would be rebuilt after every start."""
    assert "set(" not in repr(catalogue.sources())
