"""Every staff page of every room, in light and dark, at a desk and on a phone: axe finds nothing, and nothing is too wide.

Pages without parts in their address are found by themselves; those of the desk about an account are listed here. Rooms look after
their own pages about a thing of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests import builders
from tests.architecture import house
from tests.builders import AT, TEST, TODAY
from tests.looking import DESK, PHONE, look_at

from tallystick.access import actions as access_actions
from tallystick.access.models import User
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import RelatedParty
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason
from tallystick.holds import actions as hold_actions
from tallystick.holds import rules as hold_rules
from tallystick.kernel.money import Money
from tallystick.promises import actions as promise_actions
from tallystick.worklists import actions as worklist_actions

#: Pages about the account, by the end of their address.
OF_ACCOUNT = ("", "/statement", "/timeline", "/items", "/why")
#: Dialogs of the cockpit, by the key that opens them.
DIALOGS = ("c", "p", "m", "d", "h", "o", "t", "w", "r", "l")


@pytest.fixture
def everybody(book: Any, templates: None, person: Any, settings: Any, live: Any) -> Any:
    """The browser of somebody who holds every role, in front of a book with something of everything in it."""
    worker = person(Role.CREDIT_MANAGER, "robin.demo", everywhere=True)
    access_actions.set_roles(user_id=worker.pk, roles=list(Role), reaches=[EVERYTHING], at=AT, by=TEST)
    fill(book)
    colleague = builders.actor(person(Role.COLLECTOR, "colin.marsh"), "work accounts")
    worklist_actions.take_account(account_id=book.other.pk, at=AT - timedelta(minutes=12), by=colleague)
    live.log_in(worker)
    return live


@pytest.fixture
def asking(everybody: Any) -> Client:
    """The same person without a browser: to learn what an address answers with."""
    client = Client()
    client.force_login(User.objects.get(username="robin.demo"))
    return client


def fill(book: Any) -> None:
    """Put something of everything onto the account: tasks, a hold, a dispute, a promise, a solicitor, another account."""
    book.task(due_on=TODAY - timedelta(days=9))
    book.other = book.debtor("Second Debtor")
    book.task(book.other)
    book.task(book.far_account)
    solicitor = builders.account(book.account.portfolio, name="Marsh & Co").party
    RelatedParty.objects.create(account=book.account, party=solicitor, role="solicitor", has_authority=True)
    other = builders.account(builders.portfolio(book.near), reference="SVW-2002")
    type(other).objects.filter(pk=other.pk).update(party=book.account.party)
    promise_actions.record_promise(
        account_id=book.account.pk, amount=Money(5000, "GBP"), pay_on=TODAY + timedelta(days=4), at=AT, by=TEST
    )
    dispute_actions.raise_dispute(
        account_id=book.account.pk, amount=Money(4000, "GBP"), reason=Reason.QUALITY, note="Leaked.", at=AT, by=TEST
    )
    hold_actions.place_hold(
        account_id=book.account.pk, reason=hold_rules.Reason.VULNERABILITY, note="In hospital", at=AT, by=TEST
    )
    hold_actions.hold_items(
        account_id=book.account.pk,
        item_ids=[builders.invoice(book.account, "250.00").pk],
        reason=hold_rules.Reason.MANUAL,
        amount=Money(4000, "GBP"),
        until_on=TODAY + timedelta(days=62),
        note="Query about delivery",
        at=AT,
        by=TEST,
    )


def _plain_pages() -> Iterator[str]:
    """Give the names of all addresses of rooms that have no parts to fill in."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in house.BUILT:
            for pattern in resolver.url_patterns:
                if isinstance(pattern, URLPattern) and not pattern.pattern.converters:
                    yield f"{resolver.namespace}:{pattern.name}"


def _rooms() -> list[str]:
    return sorted({name.split(":")[0] for name in _plain_pages()})


@pytest.mark.parametrize("room", _rooms())
def test_the_pages_of_a_room_are_accessible_and_fit(everybody: Any, asking: Client, room: str) -> None:
    wrong: list[str] = []
    for name in sorted(name for name in _plain_pages() if name.startswith(f"{room}:")):
        answer = asking.get(reverse(name))
        assert answer.status_code < 500, name
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
            wrong += look_at(everybody.open(reverse(name)))

    assert wrong == []


def test_the_pages_of_an_account_are_accessible_and_fit(everybody: Any, book: Any) -> None:
    here = reverse("desk:account", args=[book.account.pk])
    item = book.account.items.order_by("pk").first()
    bucket = f"{reverse('desk:ageing_accounts')}?bucket=61_90&currency=GBP&on={TODAY}"
    addresses = [*(here + end for end in OF_ACCOUNT), f"{here}/items/{item.pk}", bucket]
    addresses += [f"{reverse('desk:accounts')}?q={text}" for text in ("e", "nobody of that name")]
    addresses += [f"{reverse('desk:worklist')}?show=all", f"{reverse('desk:worklist')}?kind=trace"]
    addresses += [reverse("desk:account", args=[book.other.pk])]

    wrong = [found for address in addresses for found in look_at(everybody.open(address))]

    assert wrong == []


def test_the_dialogs_of_the_cockpit_are_accessible_and_fit(everybody: Any, book: Any) -> None:
    wrong: list[str] = []
    for key in DIALOGS:
        page = everybody.open(reverse("desk:account", args=[book.account.pk]))
        page.keyboard.press(key)
        page.wait_for_selector("#dialog[open] h2")
        wrong += [f"{key}: {found}" for found in look_at(page)]
        everybody.page.keyboard.press("Escape")

    assert wrong == []


def test_a_message_before_it_is_sent_and_an_event_are_accessible(everybody: Any, book: Any) -> None:
    page = everybody.open(reverse("desk:account", args=[book.account.pk]))
    page.keyboard.press("m")
    page.wait_for_selector("#dialog[open] .picks")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] .paper")
    wrong = look_at(page)
    page.keyboard.press("Escape")
    page.locator("#timeline .what a").first.click()
    page.wait_for_selector("#dialog[open] >> text=Never edited")
    wrong += look_at(page)

    assert wrong == []


def test_no_tab_of_the_timeline_is_cut_off(everybody: Any, book: Any) -> None:
    page = everybody.open(reverse("desk:account", args=[book.account.pk]))

    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#timeline .tabs'))")


def test_the_toolbar_stands_in_one_line_at_a_desk(everybody: Any, book: Any) -> None:
    page = everybody.open(reverse("desk:account", args=[book.account.pk]))

    tops = page.evaluate(
        "[...document.querySelectorAll('.toolbar button')].map(b => Math.round(b.getBoundingClientRect().top))"
    )

    assert len(set(tops)) == 1
