"""No page, file or answer of the program adds up two currencies, or shows money without one: every address is walked.

What the book holds and how a mixed sum is recognised is said in `reading`. An address that is new is walked by itself where its
parts are known to `_parts`; else this file has to be told what it is about.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from lxml import html
from pypdf import PdfReader
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.currencies import book as books
from tests.currencies.reading import WEIGHTS, wrong_in_csv, wrong_in_json, wrong_in_text

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Item
from tallystick.contact.models import Message, Template
from tallystick.disputes.models import Dispute
from tallystick.documents.models import Document
from tallystick.holds.models import Hold
from tallystick.insight.models import Closing
from tallystick.intake.models import Batch
from tallystick.kernel import sql
from tallystick.ledger.rules import Cause
from tallystick.parties.models import ContactPoint
from tallystick.payments.models import Payment, StatementFile, StatementLine
from tallystick.promises.models import Promise
from tallystick.reconciliations.models import Difference
from tallystick.strategy.models import Decision
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

#: Pages that show amounts of nobody: samples beside what is written, and the parts of pages.
SAMPLES = {
    "contact:template": "a letter to a debtor who does not exist",
    "contact:letter": "the same as PDF",
    "contact:edit_template": "the same beside the text",
    "strategy:facts": "how conditions are written",
    "strategy:new_strategy": "strategies that come with the program",
    "strategy:new_version": "the same beside a document",
    "strategy:new_policy": "policies that come with the program",
    "strategy:write_golden": "an account that is made up",
    "desk:style": "the parts of pages",
    "desk:style_dialog": "the parts of pages",
}
#: Addresses of which this book has nothing, or that need what no book has.
NOT_HERE = {
    "desk:home": "leads to the first page of a person",
    "contact:digest": "a digest of notices, whose amounts are walked as notices",
    "contact:resend_digest": "the same",
    "intake:mapping": "a file that is not loaded yet, whose amounts are shown as they stand in it",
    "intake:progress": "the same",
    **{f"charges:{name}": "a change of the law, of which there is none" for name in ("law_change", "decide_law")},
    **dict.fromkeys(
        ("charges:take_back_fee", "desk:undo_charge", "desk:undo_charge_as_json"),
        "interest or a fee, which is no sum of the book's amounts",
    ),
    "strategy:policy_accounts": "a table of cases, of which there is none",
    **{f"strategy:{name}": "an account that is made up" for name in ("change_golden", "accept_golden_of_strategy")},
    **{
        f"strategy:{name}": "the text of a document, by forms"
        for name in (
            "add_part change_part change_whole choose_rows complete_condition drop_working keep_working move_part "
            "remove_part take_over undo_edit working working_file working_text"
        ).split()
    },
    "strategy:cancel_plan": "a plan to publish, of which there is none",
    **{
        f"strategy:{name}": "a split, of which there is none"
        for name in "draft_of_trial end_trial freeze_split leave_out look_at_trial split split_json thaw_split".split()
    },
    **{
        f"strategy:{name}": "a trial, which measures in one currency that it names"
        for name in ("trial", "trial_csv", "trial_json")
    },
}


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, entry.namespace or namespace)
        elif entry.callback.__module__.startswith("tallystick."):
            yield f"{namespace}:{entry.name}", entry


@pytest.fixture
def book(tmp_path: Any) -> books.Book:
    """The book in five currencies."""
    # As in a book in use, numbers of rows are large: none may pass for an amount, nor an amount for one.
    for row in sql.rows(
        "SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences WHERE schemaname = 'public'"
    ):
        sql.value("SELECT setval(%(name)s::regclass, nextval(%(name)s::regclass) + 12345)", row)
    return books.make(tmp_path)


@pytest.fixture
def reader(book: books.Book) -> Client:
    """Somebody who may see everything."""
    user = builders.user("reader")
    access_actions.set_roles(user_id=user.pk, roles=list(Role), reaches=[EVERYTHING], at=AT, by=TEST)
    access_actions.set_teams(user_id=user.pk, team_ids=[book.team.pk], at=AT, by=TEST)
    client = Client()
    client.force_login(user)
    return client


def _of_accounts(model: Any, book: books.Book, name: str) -> list[dict[str, Any]]:
    ids = [account.pk for account in book.accounts.values()]
    found = model.objects.filter(account_id__in=ids).order_by("pk")
    return [{"account_id": each.account_id, name: each.pk} for each in found]


def _parts(book: books.Book) -> dict[frozenset[str], list[dict[str, Any]]]:
    """Give what the parts of addresses are filled with, by their names: all that the book has."""
    events = sql.rows(
        "SELECT account_id, id AS event_id FROM timeline_event WHERE account_id = ANY(%s) ORDER BY id",
        [[account.pk for account in book.accounts.values()]],
    )
    parties = {account.party_id: account.pk for account in book.accounts.values()}
    points = ContactPoint.objects.filter(party_id__in=parties).order_by("pk")
    payments = list(Payment.objects.order_by("pk"))
    credits = [
        {"account_id": each.account_id, "cause_kind": int(Cause.PAYMENT), "cause_id": each.pk} for each in payments
    ]
    decisions = _of_accounts(Decision, book, "decision_id")
    versions = [book.version.pk, book.draft.pk]
    given = [
        [{"account_id": account.pk} for account in book.accounts.values()],
        [{"client_id": book.creditor.pk}],
        _of_accounts(Item, book, "item_id"),
        _of_accounts(Promise, book, "promise_id"),
        _of_accounts(Dispute, book, "dispute_id"),
        _of_accounts(Hold, book, "hold_id"),
        _of_accounts(WorkItem, book, "work_item_id"),
        [{"account_id": parties[each.party_id], "contact_point_id": each.pk} for each in points],
        decisions,
        events,
        credits,
        [{"payment_id": each.pk} for each in payments],
        [{"line_id": each.pk} for each in StatementLine.objects.order_by("pk")],
        [
            {"line_id": line.pk, "payment_id": payment.pk}
            for line, payment in product(StatementLine.objects.order_by("pk")[:2], payments[:2])
        ],
        [{"file_id": each.pk} for each in StatementFile.objects.order_by("pk")],
        [{"import_id": each.pk} for each in Batch.objects.order_by("pk")],
        [{"message_id": each.pk} for each in Message.objects.order_by("pk")],
        [{"document_id": each.pk} for each in Document.objects.order_by("pk")],
        [{"template_id": each.pk} for each in Template.objects.order_by("pk")[:3]],
        [
            {"account_id": account.pk, "template_id": each.pk}
            for account, each in product(book.accounts.values(), Template.objects.filter(name="reminder_1")[:2])
        ],
        [{"version_id": each} for each in versions],
        [{"rehearsal_id": book.rehearsal.pk}],
        [{"foresight_id": book.foresight.pk}],
        [{"run_id": book.run.pk}],
        [{"name": "test"}],
        [{"reconciliation_id": book.reconciliation.pk}],
        [{"difference_id": each.pk} for each in Difference.objects.order_by("pk")],
        [
            {"client_id": each.client_id, "currency": each.currency, "month": each.month_on.isoformat()}
            for each in Closing.objects.order_by("pk")
        ],
    ]
    return {frozenset(rows[0]): rows for rows in given if rows}


#: What is asked of an address besides, so that it shows money.
_ASKED = {
    "desk:ageing_accounts": [
        {"bucket": bucket, "currency": currency, "on": TODAY}
        for bucket in ("31_60", "on_account", "held")
        for currency in WEIGHTS
    ],
    "desk:accounts": [{}, {"q": "atlas"}, {"q": "A-100"}],
    "desk:worklist": [{}, {"show": "all"}],
    "desk:ageing": [{}, {"on": "2026-02-20"}],
    "strategy:golden_from": [{}],
}


def _addresses(book: books.Book) -> Iterator[tuple[str, list[str]]]:
    """Give every address of the program by its route, as often as the book has something for it."""
    parts = _parts(book)
    for route, pattern in _patterns(get_resolver()):
        names = frozenset(pattern.pattern.converters)
        filled = parts.get(names, []) if names else [{}]
        asked = _ASKED.get(route, [{}])
        yield (
            route,
            [
                reverse(route, kwargs=each)
                + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
                for each in filled
                for query in asked
            ],
        )


def _wrong(answer: Any) -> list[str]:
    """Give what is wrong with what an address answered, by its kind."""
    kind = answer["Content-Type"].split(";")[0]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    match kind:
        case "text/html":
            page = html.fromstring(f"<div>{content.decode()}</div>")
            for part in page.xpath("//script | //style | //svg//title"):
                part.drop_tree()
            return wrong_in_text(" ¦ ".join(" ".join(text.split()) for text in page.itertext() if text.strip()))
        case "application/json" | "application/problem+json":
            return list(wrong_in_json(json.loads(content)))
        case "text/csv":
            return list(wrong_in_csv(content.decode("utf-8-sig")))
        case "application/pdf":
            return wrong_in_text(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
        case "text/plain":
            return wrong_in_text(content.decode())
        case _:
            return []


def walk(reader: Client, book: books.Book) -> tuple[list[str], set[str], set[str]]:
    """Give what is wrong anywhere, the routes that showed something, and those that were asked and only take what is sent."""
    wrong, seen, sent = [], set(), set()
    for route, addresses in _addresses(book):
        for address in addresses:
            answer = reader.get(address)
            if answer.status_code == 405:
                sent.add(route)
                break
            assert answer.status_code < 500, address
            if answer.status_code == 200:
                seen.add(route)
                if route not in SAMPLES:
                    wrong += [f"{route} {address}: {each}" for each in _wrong(answer)]
    return wrong, seen, sent


def test_no_page_mixes_currencies_or_shows_money_without_one(reader, book):
    wrong, seen, sent = walk(reader, book)

    every = {route for route, _pattern in _patterns(get_resolver())}
    unseen = {route for route in every - seen - sent if route not in NOT_HERE and not route.startswith("access:")}
    assert wrong == []
    assert unseen == set(), "say in `_parts` what the book has for it, or in NOT_HERE why it has nothing"
    assert not seen & NOT_HERE.keys(), "it is walked now: take it out of NOT_HERE"


def test_the_walk_finds_a_sum_of_two_currencies(reader, monkeypatch):
    """The queries of the ageing as they would be without their currency."""
    found = account_queries.ageing

    def mixed(**asked):
        rows = [{**row, "currency": "GBP"} for row in found(**asked)]
        buckets = {}
        for row in rows:
            known = buckets.setdefault((row["client_id"], row["bucket"]), {**row, "minor": 0, "held_minor": 0})
            known["minor"] += row["minor"]
        return list(buckets.values())

    monkeypatch.setattr(account_queries, "ageing", mixed)

    assert "is no sum of GBP" in " ".join(_wrong(reader.get(reverse("desk:ageing"))))


def test_the_walk_finds_money_without_its_currency(reader, book, monkeypatch):
    """An account's page as it would be where amounts are written as numbers."""
    monkeypatch.setattr("tallystick.desk.rules.formats.money", lambda amount, locale: f"{amount.amount:,}")

    [account] = [account for account in book.of("A-100") if account.currency == "KWD"]
    wrong = _wrong(reader.get(reverse("desk:account", args=[account.pk])))

    assert "103,000,000.000 has no currency" in wrong
