"""What a browser sends and what it is shown, as tests of the pages of payments need it."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.builders import AT
from tests.payments.conftest import IBAN

from tallystick.config.demo import bank as demo
from tallystick.kernel.money import Money
from tallystick.payments import queries

HTMX = {"HX-Request": "true"}


BANK = demo.Bank("SVW", "Severn Vale, collections", IBAN, "GBP", "camt.053")


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def html(response) -> str:
    return " ".join(response.content.decode().split())


def camt(*receipts: tuple[int, str, str], opening: int = 100_000) -> SimpleUploadedFile:
    content = demo.statement(
        BANK, [demo.Receipt(*each) for each in receipts], day=date(2026, 2, 27), number=7, opening_minor=opening
    )
    return SimpleUploadedFile("february.xml", content)


def upload(content: bytes, name: str = "file") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def take(line, account, **values):
    """What the button of an offer posts: it begins with what was offered."""
    offer = queries.offer_of(line, account.pk, known=queries.offers(line, at=AT), at=AT)
    return {"account": account.pk, "seen": line.open_minor, "items": offer.written, **values}


def state_of(line) -> tuple[str, int]:
    line.refresh_from_db()
    return line.state, line.open_minor


def taken_back(client, payment, **values):
    """Look at what follows if a payment is taken back, and do it."""
    address = reverse("desk:take_back", args=[payment.pk])
    seen = client.get(address, values).context["chain"].seen
    return client.post(address, {**values, "seen": seen})
