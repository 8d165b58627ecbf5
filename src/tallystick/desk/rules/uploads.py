"""What follows from an upload, and so is undone with it: counts of it, and the first of its lines."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money

#: So many lines at most are looked at by doing it, and done in one step; more are counted, and taken back in the background.
MOST_AT_ONCE = 5_000
#: So many of its lines are shown.
FIRST_LINES = 20


class What(Choice):
    """What is counted of taking an upload back, in the order in which people read it."""

    ADDED = "added", _("Documents taken back")
    CHANGED = "changed", _("Corrections taken back")
    CREDITS = "credits", _("Credits taken back")
    REOPENED = "reopened", _("Open again, which it had settled by leaving them out")
    RELEASED = "released", _("Payments of them that become money on account")
    ALLOCATED = "allocated", _("Credits that pay other documents now")
    INTEREST = "interest", _("Interest and fixed sums")
    PROMISES = "promises", _("Promises that stand otherwise")
    DISPUTES = "disputes", _("Disputes that end")
    HOLDS = "holds", _("Holds that end")
    MESSAGES = "messages", _("Messages that are cancelled")
    TASKS = "tasks", _("Tasks that are cancelled")
    #: What is not taken back.
    STAYS = "stays", _("Lines that stay")
    LOSES_DAYS = "loses_days", _("Corrected days that stay: what they were was not kept")
    LEFT = "left", _("Messages that have left, and stay said")
    OPENED = "opened", _("Accounts that it opened: they stay, and owe nothing of it")
    CORRECTED = "corrected", _("Debtors whose particulars it changed: they stay")


#: What is named as not taken back.
LASTING = (What.STAYS, What.LOSES_DAYS, What.LEFT, What.OPENED, What.CORRECTED)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something, and what they come to in a currency, where it is money."""

    what: What
    number: int
    amount: Money | None = None


def added_up(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Add counts of the same up, by currency; what there is none of is left out.

    >>> [(each.what.value, each.number) for each in added_up([Count(What.TASKS, 2), Count(What.TASKS, 1), Count(What.LEFT, 0)])]
    [('tasks', 3)]
    """
    numbers: dict[tuple[What, str], int] = defaultdict(int)
    minors: dict[tuple[What, str], int] = defaultdict(int)
    for each in counts:
        key = each.what, "" if each.amount is None else each.amount.currency
        numbers[key] += each.number
        minors[key] += 0 if each.amount is None else each.amount.minor
    order = list(What)
    return tuple(
        Count(what, numbers[what, currency], Money(minors[what, currency], currency) if currency else None)
        for what, currency in sorted(numbers, key=lambda key: (order.index(key[0]), key[1]))
        if numbers[what, currency] or minors[what, currency]
    )


def written(counts: Iterable[Count]) -> list[dict[str, Any]]:
    """Give counts to a program: amounts in minor units.

    >>> written([Count(What.ADDED, 2, Money(100, "GBP"))])
    [{'what': 'added', 'number': 2, 'amount_minor': 100, 'currency': 'GBP'}]
    """
    return [
        {
            "what": each.what.value,
            "number": each.number,
            **({} if each.amount is None else {"amount_minor": each.amount.minor, "currency": each.amount.currency}),
        }
        for each in counts
    ]


def read(counts: Iterable[dict[str, Any]]) -> tuple[Count, ...]:
    """Read counts as they were written.

    >>> read(written([Count(What.TASKS, 2)])) == (Count(What.TASKS, 2),)
    True
    """
    return tuple(
        Count(
            What(each["what"]),
            each["number"],
            Money(each["amount_minor"], each["currency"]) if "currency" in each else None,
        )
        for each in counts
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the upload: its document or credit, and what becomes of it."""

    line: int
    account_id: int
    item_id: int | None
    reference: str
    amount: Money
    what: What
    #: Why it stays, by the code of a fault; empty where it is taken back.
    stays: str = ""


@dataclass(frozen=True, slots=True)
class UploadChain:
    """Everything that follows from taking an upload back. Where it `is_exact`, it was done to be counted."""

    batch_id: int
    is_exact: bool
    counts: tuple[Count, ...]
    lines: tuple[Line, ...] = ()

    @property
    def follows(self) -> list[Count]:
        """What is taken back, and what comes of that."""
        return [each for each in self.counts if each.what not in LASTING]

    @property
    def lasts(self) -> list[Count]:
        """What is not taken back."""
        return [each for each in self.counts if each.what in LASTING]

    @property
    def seen(self) -> str:
        """What this chain is known by: two that differ in anything that is counted have another."""
        return hashlib.sha256(json.dumps(self.written(), sort_keys=True).encode()).hexdigest()[:20]

    def written(self) -> dict[str, Any]:
        """Give the chain to a program."""
        return {"import": self.batch_id, "exact": self.is_exact, "counts": written(self.counts)}
