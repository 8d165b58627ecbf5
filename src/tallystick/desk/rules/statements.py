"""A statement of account as a letter: what was charged and paid by a day, as known at an instant, and what is open then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.contact.rules.creditor import Creditor
from tallystick.desk.rules import formats
from tallystick.documents.rules.letters import Labels, Letter, Letterhead
from tallystick.documents.rules.text import Block, Column, Heading, Paragraph, Run, Table
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause

_REVERSED = gettext_lazy("Taken back")
_WORDS: dict[Cause, Promise] = {
    Cause.ITEM: gettext_lazy("Invoice"),
    Cause.PAYMENT: gettext_lazy("Payment"),
    Cause.CREDIT: gettext_lazy("Credit"),
    Cause.ADJUSTMENT: gettext_lazy("Correction"),
    Cause.WRITE_OFF: gettext_lazy("Written off"),
    Cause.CHARGE: gettext_lazy("Charge"),
    Cause.STATEMENT_LINE: gettext_lazy("Payment"),
    Cause.DISPUTE: gettext_lazy("Credit"),
    Cause.REVERSAL: _REVERSED,
    Cause.INTEREST: gettext_lazy("Interest"),
    Cause.FIXED_SUM: gettext_lazy("Fixed sum"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement tells: of whom, of which day, as known when, and its lines as `accounts.queries` give them."""

    creditor: Creditor
    party_name: str
    address: tuple[str, ...]
    reference: str
    currency: str
    on: date
    known_at: datetime
    lines: Sequence[Mapping[str, Any]]
    items: Sequence[Mapping[str, Any]]

    @property
    def balance(self) -> Money:
        """What is owed in all."""
        return Money(self.lines[-1]["balance_minor"] if self.lines else 0, self.currency)


def as_letter(told: Statement, *, locale: Locale, zone: tzinfo) -> Letter:
    """Make the letter, in the active language."""

    def amount(minor: int) -> str:
        return formats.money(Money(minor, told.currency), locale) if minor else ""

    def day(on: date) -> str:
        return formats.day(on, locale, "medium")

    moved = tuple(
        (
            day(line["booked_on"]),
            " ".join(filter(None, (_word(line), line["reference"]))),
            amount(line["charged_minor"]),
            amount(line["paid_minor"]),
            formats.money(Money(line["balance_minor"], told.currency), locale),
        )
        for line in told.lines
    )
    still = tuple((item["reference"], day(item["due_on"]), amount(item["open_minor"])) for item in told.items)
    blocks: tuple[Block, ...] = (
        Paragraph(((Run(_said(told, locale=locale, zone=zone)),),)),
        Heading(_("Movements")),
        Table(
            (
                Column(_("Day")),
                Column(_("What")),
                Column(_("Charged"), "end"),
                Column(_("Paid"), "end"),
                Column(_("Balance"), "end"),
            ),
            moved,
            ((_("Balance"), "", "", "", formats.money(told.balance, locale)),),
        ),
    )
    if still:
        columns = (Column(_("Reference")), Column(_("Due")), Column(_("Open"), "end"))
        blocks += (Heading(_("Open on that day")), Table(columns, still))
    return Letter(
        letterhead=Letterhead(told.creditor.name, told.creditor.letterhead_lines(), told.creditor.imprint),
        address=(told.party_name, *told.address),
        particulars=(
            (_("As of"), day(told.on)),
            (_("Our reference"), told.reference),
            (_("Balance"), formats.money(told.balance, locale)),
        ),
        title=_("Statement of account"),
        blocks=blocks,
        reference=told.reference,
        labels=Labels(_("Our reference:"), _("Page {page} of {pages}")),
        language=locale.language,
    )


def _said(told: Statement, *, locale: Locale, zone: tzinfo) -> str:
    said = _("Everything that was booked by the end of {day}, as known at {at}.")
    return said.format(
        day=formats.day(told.on, locale, "long"), at=formats.instant(told.known_at, zone, locale, "medium")
    )


def _word(line: Mapping[str, Any]) -> str:
    return str(_REVERSED if line["is_reversal"] else _WORDS[Cause(line["cause_kind"])])
