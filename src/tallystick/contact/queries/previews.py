"""Show what a template says of a real account, before anybody hears it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from liquid.exceptions import LiquidError

from tallystick.accounts.models import Account
from tallystick.contact.models import Template
from tallystick.contact.queries.merging import asked_for, facts_of
from tallystick.contact.rules import sms, writing
from tallystick.contact.rules.creditor import Creditor
from tallystick.contact.rules.fields import FIELDS, Speech, sample
from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.words import Channel, TemplateWrong
from tallystick.documents.rules.letters import LetterUnprintable, set_letter
from tallystick.documents.rules.text import as_plain_text
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Preview:
    """What a template says, and of whom; `length` for a text message."""

    written: writing.Written
    facts: writing.Facts
    address: tuple[str, ...]
    length: sms.Length | None


def preview(template: Template, *, reference: str, at: datetime, scope: Scope) -> Preview:
    """Write a template out for the account of a reference, or for a made-up one where none is given.

    :raises NotFound: there is no account of that reference within the scope
    :raises TemplateWrong: it cannot be written out
    """
    facts, address = _of_account(reference, at=at, scope=scope) if reference else (_made_up(), _MADE_UP_ADDRESS)
    return _written(template, facts, address)


def preview_for(template: Template, *, account_id: int, at: datetime) -> Preview:
    """Write a template out for an account that the reader may see.

    :raises TemplateWrong: it cannot be written out
    """
    facts, address = _facts_of(account_id, at=at)
    return _written(template, facts, address)


def _written(template: Template, facts: writing.Facts, address: tuple[str, ...]) -> Preview:
    with translation.override(template.language):
        try:
            facts = asked_for(facts, template.purpose)
            written = writing.write(
                subject=template.subject, body=template.body, facts=facts, speech=Speech(template.language)
            )
        except LiquidError as wrong:
            raise TemplateWrong(problems=wrong.message) from wrong
    text = sms.plain_signs(as_plain_text(written.blocks))
    return Preview(written, facts, address, sms.length_of(text) if template.channel == Channel.SMS else None)


def preview_letter(template: Template, *, reference: str, at: datetime, scope: Scope) -> bytes:
    """Set a template as a letter to the account of a reference, or to a made-up one.

    :raises NotFound: there is no account of that reference within the scope
    :raises TemplateWrong: it cannot be written out or printed
    """
    shown = preview(template, reference=reference, at=at, scope=scope)
    with translation.override(template.language):
        letter = writing.as_letter(shown.written, shown.facts, shown.address, Speech(template.language))
    try:
        return set_letter(letter, made_at=at)
    except LetterUnprintable as wrong:
        raise TemplateWrong(problems=str(wrong)) from wrong


def _of_account(reference: str, *, at: datetime, scope: Scope) -> tuple[writing.Facts, tuple[str, ...]]:
    found = Account.objects.filter(reference=reference, is_house=False)
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    account_id = found.order_by("pk").values_list("pk", flat=True).first()
    if account_id is None:
        raise NotFound(what="account", reference=reference)
    return _facts_of(account_id, at=at)


def _facts_of(account_id: int, *, at: datetime) -> tuple[writing.Facts, tuple[str, ...]]:
    gathered = facts_of([account_id], at=at)[account_id]
    if gathered.facts is None:
        raise TemplateWrong(problems=gathered.problem)
    return gathered.facts, gathered.address


_MADE_UP_ADDRESS = ("12 High Street", "Pudsey", "LS28 5AA")


def _made_up() -> writing.Facts:
    """Make up an account from the samples of the merge fields."""
    words = sample(FIELDS)
    creditor = Creditor(code="NG", **words["creditor"])
    item = words["items"][0]
    return writing.Facts(
        today=words["today"],
        creditor=creditor,
        party_name=words["party"]["name"],
        party_is_company=words["party"]["is_company"],
        reference=words["account"]["reference"],
        currency="GBP",
        items=tuple(
            writing.OpenItem(
                reference=f"{item['reference']}{number}",
                description=item["description"],
                kind=item["kind"],
                issued_on=item["issued_on"],
                due_on=due_on,
                remaining=Money(minor, "GBP"),
                original=Money(minor * 2, "GBP"),
            )
            for number, (due_on, minor) in enumerate(
                [(item["due_on"], 45_000), (item["due_on"], 50_000), (words["today"].replace(day=30), 30_000)]
            )
        ),
        link=words["account"]["link"],
        weighing=Weighing((1, 14, 30)),
    )
