"""A small book to write to: one client, accounts with items, ways to reach their debtors, and the shipped templates."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.contact.mailbox import Mailbox, put_up

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Client
from tallystick.accounts.rules import ItemKind
from tallystick.contact import actions
from tallystick.contact.models import Message
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.parties import actions as party_actions
from tallystick.parties.models import ContactPoint
from tallystick.parties.rules import ContactKind, PartyKind

#: A Wednesday morning in London.
AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
BY = system("test")
DETAILS = {
    "phone": "0113 496 0000",
    "email": "accounts@northgate.example",
    "lines": ["1 Mill Lane", "Leeds LS1 4DY"],
    "imprint": "Northgate Supplies Ltd. Registered in England and Wales 01234567.",
}


@dataclass
class Book:
    """Makes accounts, each with its own debtor unless a party is given."""

    client: Client
    portfolio: Any
    _numbers: Any = field(default_factory=lambda: count(1))

    def account(
        self,
        *,
        name: str = "",
        email: str | None = "{number}@debtor.example",
        mobile: str | None = None,
        address: bool = False,
        owed: tuple[Money, ...] = (Money(12_500, "GBP"),),
        currency: str = "GBP",
        party_id: int | None = None,
        language: str = "en",
        due_on: date = date(2026, 5, 31),
    ) -> Account:
        """Open an account with items that are overdue, and the ways to reach its debtor."""
        number = next(self._numbers)
        if party_id is None:
            party = party_actions.add_party(
                kind=PartyKind.PERSON, name=name or f"Debtor {number}", language=language, at=AT, by=BY
            )
            party_id = party.pk
            if email:
                self.point(party_id, ContactKind.EMAIL, email.format(number=number))
            if mobile:
                self.point(party_id, ContactKind.MOBILE, mobile)
            if address:
                party_actions.set_address(
                    party_id=party_id,
                    lines=[f"{number} High Street"],
                    town="Pudsey",
                    postcode="LS28 5AA",
                    from_on=date(2020, 1, 1),
                    at=AT,
                    by=BY,
                )
        account = account_actions.open_account(
            portfolio=self.portfolio,
            party_id=party_id,
            reference=f"NG-{number}",
            currency=currency,
            opened_on=date(2026, 1, 5),
            at=AT,
            by=BY,
        )
        for item, amount in enumerate(owed, 1):
            account_actions.add_item(
                account_id=account.pk,
                kind=ItemKind.INVOICE,
                reference=f"INV-{number}-{item}",
                amount=amount,
                issued_on=due_on - timedelta(days=30),
                due_on=due_on,
                at=AT,
                by=BY,
            )
        return account

    def point(self, party_id: int, kind: ContactKind, value: str) -> ContactPoint:
        """Add a way to reach a party."""
        return party_actions.add_contact_point(party_id=party_id, kind=kind, value=value, at=AT, by=BY)


@pytest.fixture
def book(db: None) -> Book:
    client = account_actions.open_client(
        code="NG",
        name="Northgate Supplies Ltd",
        details=DETAILS,
        account_manager_email="manager@house.example",
        at=AT,
        by=BY,
    )
    portfolio = account_actions.open_portfolio(client=client, code="MAIN", name="Main", at=AT, by=BY)
    actions.load_templates(at=AT, by=BY)
    return Book(client, portfolio)


def chosen(*accounts: Account, cause: int = 1, kind: str = "decision") -> Chosen:
    return Chosen([account.pk for account in accounts], [cause] * len(accounts), kind)


def only_message(account: Account) -> Message:
    return Message.objects.get(account=account)


@pytest.fixture
def mailbox(settings: Any, request: pytest.FixtureRequest) -> Mailbox:
    """Have every channel leave into one mailbox."""
    box = Mailbox()
    plugged = put_up(request.node.nodeid, box)
    settings.CONTACT_SENDERS = dict.fromkeys(("email", "letter", "sms", "service"), plugged)
    return box


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    """Have every channel leave into a folder of its own."""
    settings.CONTACT_SENDERS = {
        channel: {
            "ADAPTER": "tallystick.contact.adapters.folder.FolderSender",
            "OPTIONS": {"folder": str(tmp_path / channel)},
        }
        for channel in ("email", "letter", "sms", "service")
    }
    return tmp_path


@pytest.fixture
def collector() -> Actor:
    return Actor("Ann", user_id=1, rights=frozenset({"see accounts", "send messages", "log calls"}))


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """Make a certificate for localhost: the context of a server that shows it, and the file that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    shown, secret = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, secret)
    return context, str(shown)
