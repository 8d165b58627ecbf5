"""Make the demo book: pure, from a seed number, at any size, one account at a time.

Account `n` of a seed is the same whatever the size, so that a test knows the truth of a book of ten and of ten million.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tallystick.config.demo import names


class Character(StrEnum):
    """How a debtor behaves: what the book's truth is told by."""

    PROMPT = "prompt"  # pays a few days after the due day, in full
    SLOW = "slow"  # pays in full, weeks late
    PART_PAYER = "part payer"  # pays a part, then the rest or never
    KEEPER = "keeper"  # promises when called, and keeps it
    BREAKER = "breaker"  # promises when called, and breaks it
    DISPUTER = "disputer"  # disputes an invoice when called
    SILENT = "silent"  # never answers


#: Shares in percent, by character.
_MIX = (
    (Character.PROMPT, 26),
    (Character.SLOW, 20),
    (Character.PART_PAYER, 12),
    (Character.KEEPER, 14),
    (Character.BREAKER, 12),
    (Character.DISPUTER, 6),
    (Character.SILENT, 10),
)


@dataclass(frozen=True, slots=True)
class Creditor:
    """A client of the demo: its debtors' kind, currency and size of invoices (minor units)."""

    code: str
    name: str
    consumers: bool
    currency: str
    strategy: str
    invoice_minor: tuple[int, int]
    share: int
    terms_days: int
    prefix: str


CREDITORS = (
    Creditor("SEVERN", "Severn Vale Water", True, "GBP", "service-dunning", (2_500, 42_000), 40, 14, "SVW"),
    Creditor("KESTREL", "Kestrel Fibre", True, "GBP", "service-dunning", (1_900, 9_500), 25, 14, "KF"),
    Creditor(
        "NORTHGATE", "Northgate Trade Supplies", False, "GBP", "staged-reminders", (8_000, 620_000), 25, 30, "NTS"
    ),
    Creditor("MERIDIAN", "Meridian Components", False, "EUR", "uk-b2b", (15_000, 900_000), 10, 30, "MC"),
)


@dataclass(frozen=True, slots=True)
class DemoInvoice:
    """An invoice of the demo book."""

    reference: str
    issued_on: date
    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DemoPayment:
    """Money that a debtor sends of its own accord, and what stands in its narrative."""

    paid_on: date
    amount_minor: int
    reference: str
    payer: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One debtor of one creditor, with everything it will do unasked."""

    number: int
    creditor: Creditor
    reference: str
    name: str
    is_company: bool
    company_number: str
    street: str
    town: str
    postcode: str
    country: str
    email: str
    mobile: str
    phone: str
    character: Character
    invoices: tuple[DemoInvoice, ...]
    payments: tuple[DemoPayment, ...]

    def balance_minor(self, *, on: date) -> int:
        """Give what is owed at the end of a day if nothing but the debtor's own payments happened."""
        owed = sum(invoice.amount_minor for invoice in self.invoices if invoice.issued_on <= on)
        return owed - sum(payment.amount_minor for payment in self.payments if payment.paid_on <= on)


def accounts(*, size: int, seed: int, today: date) -> Iterator[DemoAccount]:
    """Make the accounts of a book, one after the other. `today` is the day the book is looked at."""
    for number in range(1, size + 1):
        yield account(number, seed=seed, today=today)


def account(number: int, *, seed: int, today: date) -> DemoAccount:
    """Make account `number` of a seed.

    >>> one = account(7, seed=1, today=date(2026, 6, 30))
    >>> one == account(7, seed=1, today=date(2026, 6, 30)), one.creditor.currency in {"GBP", "EUR"}
    (True, True)
    """
    dice = Random(f"{seed}/{number}")  # noqa: S311 - a made-up book wants repeatable dice, not secret ones
    creditor = dice.choices(CREDITORS, [each.share for each in CREDITORS])[0]
    character = dice.choices([each for each, _share in _MIX], [share for _each, share in _MIX])[0]
    name, company_number = _name(dice, creditor)
    slug = "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalnum())
    street = f"{dice.randint(1, 240)} {dice.choice(names.STREETS)}"
    town, postcode, country = _place(dice, creditor)
    invoices = tuple(_invoices(dice, number, creditor, character, today))
    return DemoAccount(
        number=number,
        creditor=creditor,
        reference=f"{creditor.prefix}-{100_000 + number}",
        name=name,
        is_company=not creditor.consumers,
        company_number=company_number,
        street=street,
        town=town,
        postcode=postcode,
        country=country,
        email=f"{slug}.{number}@{'accounts' if company_number else 'mail'}.example" if dice.random() < 0.92 else "",
        mobile=f"07700 900{dice.randint(0, 999):03}" if creditor.consumers and dice.random() < 0.85 else "",
        phone=f"01632 960{dice.randint(0, 999):03}" if dice.random() < 0.6 else "",
        character=character,
        invoices=invoices,
        payments=tuple(_payments(dice, character, name, invoices)),
    )


def _name(dice: Random, creditor: Creditor) -> tuple[str, str]:
    if creditor.consumers:
        return f"{dice.choice(names.FIRST_NAMES)} {dice.choice(names.LAST_NAMES)}", ""
    name = (
        f"{dice.choice(names.COMPANY_STEMS)} {dice.choice(names.COMPANY_TRADES)} {dice.choice(names.COMPANY_ENDINGS)}"
    )
    return name, f"{dice.randint(1_000_000, 15_999_999):08}"


def _place(dice: Random, creditor: Creditor) -> tuple[str, str, str]:
    if creditor.currency == "EUR":
        return dice.choice(names.EURO_TOWNS)
    town, area = dice.choice(names.TOWNS)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    inward = f"{dice.randint(1, 9)}{dice.choice(letters)}{dice.choice(letters)}"
    return town, f"{area}{dice.randint(1, 28)} {inward}", "GB"


def _invoices(
    dice: Random, number: int, creditor: Creditor, character: Character, today: date
) -> Iterator[DemoInvoice]:
    # Most debt is young; a tail is years old, and some of it not yet due.
    oldest = int(min(1_400, dice.expovariate(1 / 110))) - creditor.terms_days
    if character in (Character.PROMPT, Character.SLOW):
        oldest = min(oldest, 150)
    count = min(1 + int(dice.expovariate(1 / 1.2)), 9)
    for position in range(count):
        late_days = oldest - position * 31
        if late_days < -creditor.terms_days:
            break
        due_on = today - timedelta(days=late_days)
        yield DemoInvoice(
            reference=f"{creditor.prefix}{number:07}{position + 1}",
            issued_on=due_on - timedelta(days=creditor.terms_days),
            due_on=due_on,
            amount_minor=dice.randint(*creditor.invoice_minor),
        )


def _payments(
    dice: Random, character: Character, name: str, invoices: tuple[DemoInvoice, ...]
) -> Iterator[DemoPayment]:
    for invoice in invoices:
        if character is Character.PROMPT:
            yield _pay(invoice, name, dice.randint(-3, 6), invoice.amount_minor)
        elif character is Character.SLOW:
            yield _pay(invoice, name, dice.randint(12, 55), invoice.amount_minor)
        elif character is Character.PART_PAYER:
            first = max(1, invoice.amount_minor * dice.randint(20, 70) // 100)
            yield _pay(invoice, name, dice.randint(10, 40), first)
            if dice.random() < 0.5 and invoice.amount_minor > first:
                yield _pay(invoice, name, dice.randint(45, 80), invoice.amount_minor - first)


def _pay(invoice: DemoInvoice, name: str, after_days: int, amount_minor: int) -> DemoPayment:
    paid_on = max(invoice.due_on + timedelta(days=after_days), invoice.issued_on + timedelta(days=1))
    return DemoPayment(paid_on, amount_minor, invoice.reference, name)
