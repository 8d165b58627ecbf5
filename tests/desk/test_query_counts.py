"""How many statements a page of the desk takes, written down in `query_counts.json` and no more whatever the size of the book.

A change of a count is a change of that file, to be looked at: record it with `TALLYSTICK_RECORD_QUERY_COUNTS=1 pytest …`.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.desk.conftest import HTMX
from tests.desk.test_credits import of_source

from tallystick.access.rules.rights import Role
from tallystick.accounts.queries import allocations
from tallystick.accounts.rules import SourceCreditKind
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind

COUNTS = Path(__file__).with_name("query_counts.json")
IS_RECORDING = os.environ.get("TALLYSTICK_RECORD_QUERY_COUNTS") == "1"

#: Pages by name: method, URL name, if it is of the account, and if it comes as a fragment.
PAGES = {
    "cockpit": ("get", "account", True, False),
    "timeline": ("get", "timeline", True, True),
    "all items": ("get", "items", True, True),
    "statement": ("get", "statement", True, False),
    "call dialog": ("get", "call", True, True),
    "promise dialog": ("get", "promise", True, True),
    "why dialog": ("get", "why", True, True),
    "message dialog": ("get", "messages", True, True),
    "worklist": ("get", "worklist", False, False),
    "team": ("get", "team", False, False),
    "ageing": ("get", "ageing", False, False),
    "lately seen": ("get", "accounts", False, False),
    "next account": ("post", "next", False, True),
    "credits": ("get", "credits", True, False),
    "credits as JSON": ("get", "credits_as_json", True, False),
    "allocate a credit": ("get", "allocate_credit", True, False),
    "credit as JSON": ("get", "credit_as_json", True, False),
}
#: Pages of one credit, by the name of their address.
OF_A_CREDIT = {"allocate_credit", "credit_as_json"}


@pytest.fixture
def large(book):
    """The same book with more of everything that a page lists."""
    for number in range(8):
        credit(book, f"CN-{number}")
        builders.invoice(book.account, "10.00", due_on=date(2026, 1, 1) + timedelta(days=number))
        book.task(title=f"Task {number}")
        book.task(book.debtor(f"Debtor {number}"))
        party_actions.add_contact_point(
            party_id=book.account.party_id, kind=ContactKind.MOBILE, value=f"07700 90010{number}", at=AT, by=TEST
        )
        other = builders.account(builders.portfolio(book.near), reference=f"OTHER-{number}")
        type(other).objects.filter(pk=other.pk).update(party=book.account.party)
    return book


def credit(book, reference):
    """Credit £10 to the book's account by a note of the client's, which waits."""
    of_source(book.account, SourceCreditKind.CREDIT_NOTE, reference, 1_000, waits=True)


def _address(book, url_name, *, is_of_account):
    args = [book.account.pk] if is_of_account else []
    if url_name in OF_A_CREDIT:
        first = allocations.credits_of(book.account.pk)[0]
        args += [int(first.cause_kind), first.cause_id]
    return reverse(f"desk:{url_name}", args=args)


def _count(client, book, name):
    method, url_name, is_of_account, is_fragment = PAGES[name]
    credit(book, "CN-LAST")
    address = _address(book, url_name, is_of_account=is_of_account)
    headers = HTMX if is_fragment else {}
    client.get(reverse("desk:accounts"))  # what is read once for all stays read
    with CaptureQueriesContext(connection) as captured:
        response = getattr(client, method)(address, headers=headers)
    assert response.status_code in {200, 204}
    return len(captured)


def _role_of(name):
    return Role.CASH_APPLIER if PAGES[name][1] in OF_A_CREDIT else Role.TEAM_LEADER


def _recorded():
    return json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_statements_as_are_written_down(book, log_in, templates, name):
    book.task()
    leader = log_in(_role_of(name))

    count = _count(leader, book, name)

    if IS_RECORDING:
        COUNTS.write_text(json.dumps(dict(sorted({**_recorded(), name: count}.items())), indent=2) + "\n", "utf-8")
    assert count == _recorded().get(name), "look at what changed; record it if it is meant"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_no_more_of_them_for_a_larger_book(large, log_in, templates, name):
    count = _count(log_in(_role_of(name)), large, name)

    assert count == _recorded().get(name)


def test_only_pages_that_exist_are_written_down():
    assert set(_recorded()) == set(PAGES)
