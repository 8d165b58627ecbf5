"""Every currency goes through the whole loop with its own decimals, from the file to the letter and the ledger."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from pypdf import PdfReader
from tests.currencies import book as books
from tests.currencies.book import money
from tests.currencies.reading import WEIGHTS

from tallystick.accounts.models import Item
from tallystick.contact.models import Message
from tallystick.documents import queries as documents
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger
from tallystick.strategy.queries.foreseen import Result

pytestmark = pytest.mark.django_db


def test_the_book_is_what_it_is_in_every_currency(tmp_path):
    book = books.make(tmp_path)

    assert set(book.accounts) == {(name, currency) for name in ("A-100", "B-200") for currency in WEIGHTS}
    for (reference, currency), account in book.accounts.items():
        count = {"A-100": 103, "B-200": 151}[reference]
        assert ledger.balance(account.pk, currency=currency) == money(count, currency)
        assert [
            Money(item.open_minor, currency) for item in Item.objects.filter(account=account, open_minor__gt=0)
        ] == [money(count, currency)]


ROOMS = ("ledger", "accounts", "payments", "intake", "promises", "disputes", "charges")


def test_what_must_be_true_of_a_book_is_true_in_five_currencies(tmp_path, capsys):
    books.make(tmp_path)

    call_command("check", *ROOMS)

    assert "Everything that must be true is true." in capsys.readouterr().out


def test_what_work_costs_is_told_in_the_currency_of_the_house(tmp_path, settings):
    settings.REPORTING_CURRENCY = "GBP"
    book = books.make(tmp_path)

    assert Result(book.foresight).whole.work.cost.now.currency == "GBP"


def test_a_letter_says_what_is_owed_with_the_decimals_of_its_currency(tmp_path):
    book = books.make(tmp_path)
    said = {
        "GBP": "£1.03",
        "EUR": "€1,030.00",
        "USD": "US$1,030,000.00",
        "KWD": "KWD 103,000,000.000",
        "JPY": "JP¥103,000,000,000,000",
    }

    for account in book.of("A-100"):
        [letter] = Message.objects.filter(account_id=account.pk, channel="letter")
        content = documents.content_of(documents.get_document(letter.document_id))
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
        assert said[account.currency] in text.replace("\N{NO-BREAK SPACE}", " ")
