"""How a message is written: fields gathered, template rendered, e-mail, letter, text message or command made."""

from __future__ import annotations

import json
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from tallystick.contact.rules.creditor import Creditor
from tallystick.contact.rules.fields import FIELDS, Speech, spoken
from tallystick.contact.rules.interest import InterestLine, interest_table
from tallystick.contact.rules.language import names_used, render
from tallystick.contact.rules.weighing import ALONE, Weighing
from tallystick.contact.rules.words import Command, Purpose
from tallystick.documents.rules.letters import Labels, Letter, Letterhead
from tallystick.documents.rules.text import Block, Column, Table, as_html, as_plain_text, parse, plain
from tallystick.kernel.money import Money


class Unwritable(Exception):
    """The message cannot be written as it is: an address that is none, a text message too long. A person must look."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item on which something is open."""

    reference: str
    description: str
    kind: str
    issued_on: date
    due_on: date
    remaining: Money
    original: Money
    #: Reference of the account it is on.
    account: str = ""
    #: How much of what remains is on hold: it is owed, and not asked for.
    held_minor: int = 0

    @property
    def asked(self) -> Money:
        """What remains and is not on hold."""
        return Money(self.remaining.minor - self.held_minor, self.remaining.currency)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of one account at the moment a message is written: the remaining amounts, never older ones."""

    today: date
    creditor: Creditor
    party_name: str
    party_is_company: bool
    reference: str
    currency: str
    items: tuple[OpenItem, ...]
    link: str = ""
    weighing: Weighing = ALONE
    #: How the interest on the account was worked out.
    interest: tuple[InterestLine, ...] = ()

    @property
    def interest_said(self) -> list[InterestLine]:
        """How what is said of interest was worked out: what is not listed is not explained either."""
        listed = {item.reference for item in self.items}
        return [line for line in self.interest if line.beside in listed]

    def level(self, item: OpenItem) -> int:
        """Give the level of an item today."""
        return self.weighing.level((self.today - item.due_on).days)


def without_held(facts: Facts) -> Facts:
    """Leave out what is on hold: a message that asks for money neither lists nor counts it."""
    asked = (replace(item, remaining=item.asked, held_minor=0) for item in facts.items)
    return replace(facts, items=tuple(item for item in asked if item.remaining))


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words: the subject and the blocks of its text."""

    subject: str
    blocks: tuple[Block, ...]


def _days_past_due(item: OpenItem, today: date) -> int:
    return max((today - item.due_on).days, 0)


def _overdue(facts: Facts) -> list[OpenItem]:
    """Give the items that are past their due day and not wholly on hold, oldest first."""
    late = (item for item in facts.items if item.due_on < facts.today and item.asked)
    return sorted(late, key=lambda item: (item.due_on, item.reference))


def _held(items: Iterable[OpenItem], currency: str) -> Money:
    return Money(sum(item.held_minor for item in items if item.remaining.currency == currency), currency)


def _total(items: Iterable[OpenItem], currency: str) -> Money:
    return sum((item.remaining for item in items if item.remaining.currency == currency), Money.zero(currency))


def values(facts: Facts) -> dict[str, Any]:
    """Give the values of all merge fields for one account, unspoken: `Money` and days as such."""
    items = sorted(facts.items, key=lambda item: (item.due_on, item.reference))
    asked = [item for item in items if item.asked]
    overdue = _overdue(facts)
    rows = [
        {
            "reference": item.reference,
            "description": item.description,
            "kind": item.kind,
            "issued_on": item.issued_on,
            "due_on": item.due_on,
            "remaining": item.remaining,
            "original": item.original,
            "days_past_due": _days_past_due(item, facts.today),
            "is_overdue": item in overdue,
            "is_held": item.held_minor > 0,
            "level": facts.level(item),
            "account": item.account or facts.reference,
        }
        for item in items
    ]
    return {
        "today": facts.today,
        "creditor": facts.creditor.words(),
        "party": {"name": facts.party_name, "is_company": facts.party_is_company},
        "account": {
            "reference": facts.reference,
            "remaining": _total(items, facts.currency),
            "overdue": _total(without_held(replace(facts, items=tuple(overdue))).items, facts.currency),
            "is_overdue": bool(overdue),
            "held": _held(items, facts.currency),
            "oldest_due_on": asked[0].due_on if asked else None,
            "days_past_due": _days_past_due(asked[0], facts.today) if asked else 0,
            "open_items": len(items),
            "level": max(map(facts.level, asked), default=0),
            "link": facts.link,
        },
        "items": rows,
        "overdue_items": [row for row in rows if row["is_overdue"]],
        "interest": [line.words() for line in facts.interest_said],
    }


def item_tables(
    items: Sequence[OpenItem], speech: Speech, level: Callable[[OpenItem], int] | None = None
) -> tuple[Block, ...]:
    """Make a table of items for each currency, with its own total: amounts of two currencies are never added.

    The level of items stands in it where they have levels, and their account where they are of several.
    """
    cells: list[tuple[Column, Callable[[OpenItem], str]]] = [
        (
            Column(_("Reference")),
            lambda item: " ".join(filter(None, (item.reference, item.description, _mark(item, speech)))),
        )
    ]
    if len({item.account for item in items}) > 1:
        cells.append((Column(_("Account")), lambda item: item.account))
    cells += [
        (Column(_("Issued")), lambda item: speech.day(item.issued_on)),
        (Column(_("Due")), lambda item: speech.day(item.due_on)),
    ]
    if level:
        cells.append((Column(_("Level"), "end"), lambda item: speech.number(level(item))))
    cells.append((Column(_("Still to pay"), "end"), lambda item: speech.money(item.remaining)))
    tables = []
    for currency in sorted({item.remaining.currency for item in items}):
        here = [item for item in items if item.remaining.currency == currency]
        rows = tuple(
            tuple(write_cell(item) for _column, write_cell in cells)
            for item in sorted(here, key=lambda item: (item.due_on, item.reference))
        )
        total = (_("Total"), *[""] * (len(cells) - 2), speech.money(_total(here, currency)))
        tables.append(Table(tuple(column for column, _write in cells), rows, (total,)))
    return tuple(tables)


def _mark(item: OpenItem, speech: Speech) -> str:
    """Say of an item what of it is on hold; nothing where nothing is."""
    if not item.held_minor:
        return ""
    if not item.asked:
        return _("(on hold)")
    return _("({amount} on hold)").format(amount=speech.money(Money(item.held_minor, item.remaining.currency)))


def write(*, subject: str, body: str, facts: Facts, speech: Speech) -> Written:
    """Render a template for one account. Fields that are empty are false in conditions, and write nothing.

    The words of tables are those of the language that is active.
    """
    used = {name: FIELDS[name] for name in names_used(subject, body)}
    words = spoken(used, values(facts), speech)
    overdue = _overdue(facts)
    level = facts.level if facts.weighing.levels else None
    tables = {
        "items": item_tables(facts.items, speech, level),
        "overdue_items": item_tables(overdue, speech, level),
        "interest": interest_table(facts.interest_said, speech),
    }
    return Written(plain(render(subject, words)), parse(render(body, words), tables))


def _address(name: str, spec: str) -> Address:
    try:
        return Address(display_name=name, addr_spec=spec)
    except Exception as wrong:  # the parser raises whatever it stumbles on: IndexError, HeaderParseError, ValueError
        raise Unwritable(_("“{address}” is no e-mail address.").format(address=spec)) from wrong


_PAGE = """\
<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
<title>{subject}</title></head>
<body style="margin:0;background:#f5f6f8">
<div style="max-width:640px;margin:0 auto;padding:24px 20px;font:15px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif;\
color:#1b1f24;background:#fff">
<p style="margin:0 0 22px;font-size:18px;font-weight:700">{creditor}</p>
{body}
<p style="margin:26px 0 0;padding-top:12px;border-top:1px solid #d5dae0;font-size:12px;color:#4b5560">{imprint}</p>
</div></body></html>
"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who an e-mail is from and to, and the key that stays the same on every attempt."""

    key: str
    domain: str
    sender: str
    recipients: tuple[str, ...]
    purpose: Purpose
    language: str

    @property
    def message_id(self) -> str:
        """The Message-ID, fixed before the first attempt."""
        return f"<{self.key}@{self.domain}>"


def as_email(written: Written, envelope: Envelope, creditor: Creditor, *, at: datetime) -> bytes:
    """Make an e-mail, plain text and HTML, as the bytes that leave and are kept. The same input gives the same bytes.

    A reply goes to the creditor. Information can be ended by a mail (`List-Unsubscribe`); a demand is not something to
    unsubscribe from.

    :raises Unwritable: an address is none
    """
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = envelope.message_id
    mail["Date"] = at
    internal = envelope.purpose == Purpose.INTERNAL
    mail["From"] = _address("" if internal else creditor.name, envelope.sender)
    mail["To"] = [_address("", recipient) for recipient in envelope.recipients]
    if creditor.email and not internal:
        mail["Reply-To"] = _address(creditor.name, creditor.email)
    mail["Subject"] = written.subject
    mail["Auto-Submitted"] = "auto-generated"
    if creditor.email and envelope.purpose == Purpose.INFORMATION:
        mail["List-Unsubscribe"] = f"<mailto:{creditor.email}?subject=stop>"
    mail["Content-Language"] = envelope.language
    boundary = f"=_{envelope.key}"
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    text = f"{as_plain_text(written.blocks)}\n\n-- \n{creditor.imprint or creditor.name}"
    html = _PAGE.format(
        language=escape(envelope.language),
        subject=escape(written.subject),
        creditor=escape(creditor.name),
        body=as_html(written.blocks),
        imprint=escape(creditor.imprint),
    )
    parts = _part("plain", text, boundary) + _part("html", html, boundary)
    headers = mail.as_bytes().partition(b"\r\n\r\n")[0]
    return headers + b"\r\n\r\n" + parts + f"--{boundary}--\r\n".encode()


def _part(subtype: str, text: str, boundary: str) -> bytes:
    """Make one part of a message. The library's own is right and many times slower: this is a third of a night's mail."""
    head = (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable'
    )
    lines = "\r\n".join(text.splitlines()).encode()
    return f"{head}\r\n\r\n".encode() + b2a_qp(lines, istext=True) + b"\r\n"


def as_letter(written: Written, facts: Facts, address: Sequence[str], speech: Speech) -> Letter:
    """Make a letter, for `documents.rules.letters.set_letter`. The words of its frame are those of the active language."""
    creditor = facts.creditor
    owed = _total(facts.items, facts.currency)
    particulars = [(_("Date"), speech.day(facts.today)), (_("Our reference"), facts.reference)]
    if owed:
        particulars.append((_("Still to pay"), speech.money(owed)))
    return Letter(
        letterhead=Letterhead(creditor.name, creditor.letterhead_lines(), creditor.imprint),
        address=(facts.party_name, *address),
        particulars=tuple(particulars),
        title=written.subject,
        blocks=written.blocks,
        reference=facts.reference,
        labels=Labels(_("Our reference:"), _("Page {page} of {pages}")),
        language=speech.language,
    )


def as_command(
    *, command: Command, key: str, client: str, account: str, service: str, cause: str, at: datetime
) -> bytes:
    """Make the JSON of a service command. The key is the same on every attempt: a receiver acts on it once.

    >>> import json
    >>> from datetime import UTC
    >>> made = as_command(command=Command.SUSPEND, key="k", client="NG", account="NG-1", service="L-7", cause="decision 4",
    ...                   at=datetime(2026, 7, 1, tzinfo=UTC))
    >>> json.loads(made)["command"], json.loads(made)["service"]
    ('suspend', 'L-7')
    """
    said = {
        "key": key,
        "command": command.value,
        "client": client,
        "account": account,
        "service": service,
        "cause": cause,
        "decided_at": at.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
