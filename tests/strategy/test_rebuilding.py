"""A book that was computed by other facts than the program's is rebuilt in the background, and pages and check say so."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY

from tallystick.access.rules.rights import Role
from tallystick.kernel import sql
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import Rebuild
from tallystick.strategy.queries import book, catalogue

pytestmark = pytest.mark.django_db

SAID = "The book is being rebuilt."


@pytest.fixture
def upgraded():
    """An account whose row holds the default of a column that this program has added."""
    account = builders.account()
    builders.invoice(account, "100.00")
    Rebuild.objects.create(facts="of another program", day=DAY, changed=0)
    strategies.refresh(account.pk)
    before = strategies.row(account.pk)
    sql.execute("UPDATE strategy_book SET items_ever = 0")
    return account, before


def test_a_worker_rebuilds_the_book_once_after_an_upgrade(upgraded, calendar):
    account, before = upgraded
    assert strategies.row(account.pk) != before

    tasks.renew_facts(timestamp=0)

    assert strategies.row(account.pk) == before
    assert book.is_of_these_facts()
    last = Rebuild.objects.order_by("-pk")[0]
    assert (last.facts, last.day, last.changed) == (catalogue.fingerprint(), DAY, 1)
    tasks.renew_facts(timestamp=0)
    assert Rebuild.objects.count() == 2


def test_facts_go_back_behind_no_run(upgraded, calendar):
    later = strategies.days(DAY, 5)[-1]
    strategies.run(later)

    tasks.renew_facts(timestamp=0)

    assert Rebuild.objects.order_by("-pk")[0].day == later


def test_the_page_of_runs_says_so_until_it_is_done(upgraded, signed_in, calendar):
    manager = signed_in(Role.CREDIT_MANAGER)
    assert SAID in manager.get(reverse("strategy:runs")).content.decode()

    tasks.renew_facts(timestamp=0)

    assert SAID not in manager.get(reverse("strategy:runs")).content.decode()


def test_an_empty_book_begins_with_the_facts_of_the_program():
    assert book.is_of_these_facts()
    actions.begin_book(day=DAY)
    actions.begin_book(day=DAY)
    account = builders.account()
    strategies.refresh(account.pk)

    assert book.is_of_these_facts()
    assert actions.renew_facts(day=DAY, by=BY) == 0
    assert [each.changed for each in Rebuild.objects.all()] == [0]
