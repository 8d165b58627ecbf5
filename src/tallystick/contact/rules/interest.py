"""How interest was worked out, as a letter says it: a line for days of one balance and one rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tallystick.contact.rules.fields import Speech
from tallystick.documents.rules.text import Block, Column, Table
from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class InterestLine:
    """Interest on an item for some days; `beside` is the reference of the item that holds it."""

    reference: str
    beside: str
    first_day: date
    last_day: date
    days: int
    balance: Money
    rate: Decimal
    amount: Money
    source: str
    #: Whether it is no days but what lifts the others to the least that is agreed.
    is_lift: bool = False

    def words(self) -> dict[str, Any]:
        """Give the values of its merge fields."""
        return {
            "reference": self.reference,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "days": self.days,
            "balance": self.balance,
            "rate": self.rate,
            "amount": self.amount,
            "source": self.source,
        }


def interest_table(lines: Sequence[InterestLine], speech: Speech) -> tuple[Block, ...]:
    """Make a table of how the interest of an account was worked out, with its total; nothing where there is none."""
    if not lines:
        return ()
    columns = (
        Column(_("Reference")),
        Column(_("Days")),
        Column(_("On"), "end"),
        Column(_("Rate"), "end"),
        Column(_("Interest"), "end"),
    )
    rows = tuple(_row(line, speech) for line in lines)
    total = sum((line.amount for line in lines), Money.zero(lines[0].amount.currency))
    return (Table(columns, rows, ((_("Interest charged"), "", "", "", speech.money(total)),)),)


def _row(line: InterestLine, speech: Speech) -> tuple[str, ...]:
    if line.is_lift:
        return line.reference, _("Up to the least that is agreed"), "", "", speech.money(line.amount)
    days = _("{first_day} to {last_day} ({days})").format(
        first_day=speech.day(line.first_day), last_day=speech.day(line.last_day), days=speech.number(line.days)
    )
    return line.reference, days, speech.money(line.balance), speech.percent(line.rate), speech.money(line.amount)
