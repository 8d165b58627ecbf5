"""What follows from a payment, and so is undone with it: an account before and after, and what was taken back between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class ChainChanged(Refusal):
    """Between the look and the deed something happened that changes what follows."""

    code = "desk.chain_changed"
    sentence = _("Something has changed since you looked: this is what follows now. Nothing was taken back.")


@dataclass(frozen=True, slots=True)
class Owed:
    """An item, and what is open on it."""

    item_id: int
    reference: str
    due_on: date
    open: Money


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise, and how it stands."""

    promise_id: int
    amount: Money
    pay_on: date
    state: str
    paid: Money


@dataclass(frozen=True, slots=True)
class InterestLine:
    """Days, both ends included, of one balance and one rate, and the interest that they come to."""

    first_day: date
    last_day: date
    balance: Money
    percent: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest that is charged on an item, with the lines that prove it."""

    item_id: int
    reference: str
    total: Money
    lines: tuple[InterestLine, ...]


@dataclass(frozen=True, slots=True)
class InterestTurn:
    """The interest on an item before and after, and the lines that are taken back and charged anew between."""

    before: Interest
    after: Interest

    @property
    def taken_back(self) -> list[InterestLine]:
        """The lines that stand no longer."""
        return [line for line in self.before.lines if line not in self.after.lines]

    @property
    def charged(self) -> list[InterestLine]:
        """The lines that stand from now on."""
        return [line for line in self.after.lines if line not in self.before.lines]

    @property
    def difference(self) -> Money:
        """What more is charged; less than nothing where some is taken back."""
        return self.after.total - self.before.total


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account stands in its strategy."""

    version_id: int
    number: int
    state: str
    review_on: date | None
    #: Why it is there and what comes next, in the reader's language.
    sentence: str


@dataclass(frozen=True, slots=True)
class Stand:
    """An account at one moment: what it owes, what was promised, where it is in its strategy."""

    items: tuple[Owed, ...]
    on_account: Money
    promises: tuple[Promised, ...]
    place: Place | None
    interest: tuple[Interest, ...] = ()

    @property
    def balance(self) -> Money:
        """What is owed in all, less money on account."""
        return sum((item.open for item in self.items), -self.on_account)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that was done because of a payment: a message, a task, a hold."""

    kind: str
    id: int
    title: str | Promise
    text: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the strategy decides because of the undoing, and what it orders."""

    version_id: int
    effect: int
    title: str
    from_state: str
    to_state: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What follows from an undoing on one account: the account before and after, and what was undone between."""

    account_id: int
    before: Stand
    after: Stand
    #: What the strategy had done because of what is undone, and what is taken back of it now.
    undone: tuple[Effect, ...]
    #: What had left already, and cannot be taken back.
    stays: tuple[Effect, ...]
    answers: tuple[Answer, ...]

    @property
    def items(self) -> list[tuple[Owed, Owed]]:
        """The items of which another amount is open, before and after; what interest opens was nothing before."""
        was = {item.item_id: item for item in self.before.items}
        turns = [
            (was.get(item.item_id) or replace(item, open=item.open - item.open), item) for item in self.after.items
        ]
        return [(before, now) for before, now in turns if before.open != now.open]

    @property
    def interest(self) -> list[InterestTurn]:
        """The items on which other interest is charged, or by other lines."""
        was = {each.item_id: each for each in self.before.interest}
        turns = [
            InterestTurn(was.get(each.item_id) or replace(each, total=each.total - each.total, lines=()), each)
            for each in self.after.interest
        ]
        return [turn for turn in turns if turn.before != turn.after]

    @property
    def promises(self) -> list[tuple[Promised, Promised]]:
        """The promises that stand otherwise, before and after."""
        was = {promise.promise_id: promise for promise in self.before.promises}
        return [
            (was[promise.promise_id], promise)
            for promise in self.after.promises
            if (was[promise.promise_id].state, was[promise.promise_id].paid) != (promise.state, promise.paid)
        ]

    @property
    def seen(self) -> str:
        """What this chain is known by: two that differ in anything that is done have another.

        It reads no words, which differ by language, and no numbers of what is only made when it is done.
        """
        text = json.dumps(self.written(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def written(self) -> dict[str, Any]:
        """Give what follows to a program: amounts in minor units, days as ISO has them."""
        return {
            "account": self.account_id,
            "balance_minor": _turn(self.before.balance.minor, self.after.balance.minor),
            "on_account_minor": _turn(self.before.on_account.minor, self.after.on_account.minor),
            "items": [
                {"item": now.item_id, "reference": now.reference, "open_minor": _turn(was.open.minor, now.open.minor)}
                for was, now in self.items
            ],
            "interest": [
                {
                    "item": turn.after.item_id,
                    "reference": turn.after.reference,
                    "charged_minor": _turn(turn.before.total.minor, turn.after.total.minor),
                    "taken_back": [_written_line(line) for line in turn.taken_back],
                    "charged": [_written_line(line) for line in turn.charged],
                }
                for turn in self.interest
            ],
            "promises": [
                {
                    "promise": now.promise_id,
                    "state": _turn(was.state, now.state),
                    "paid_minor": _turn(was.paid.minor, now.paid.minor),
                }
                for was, now in self.promises
            ],
            "strategy": _turn(_written_place(self.before.place), _written_place(self.after.place)),
            "undone": [{"kind": each.kind, "id": each.id} for each in self.undone],
            "stays": [{"kind": each.kind, "id": each.id} for each in self.stays],
            "answers": [{"version": each.version_id, "effect": each.effect} for each in self.answers],
        }


@dataclass(frozen=True, slots=True)
class Chain(Followed):
    """Everything that follows from taking a payment back."""

    payment_id: int
    amount: Money
    reason: str
    booked_on: date
    #: Whether the money is still here, and its line waits again.
    line_waits: bool

    def written(self) -> dict[str, Any]:
        """Give the chain to a program."""
        return {
            "payment": self.payment_id,
            "amount_minor": self.amount.minor,
            "currency": self.amount.currency,
            "reason": self.reason,
            "booked_on": self.booked_on.isoformat(),
            "line_waits": self.line_waits,
            **Followed.written(self),
        }


class Way(Choice):
    """What becomes of a charge that is undone."""

    LET_OFF = "let_off", _("Let it off: it is not charged again")
    ANEW = "anew", _("Charge what the rules say now")


@dataclass(frozen=True, slots=True)
class ChargeChain(Followed):
    """Everything that follows from undoing a charge."""

    item_id: int
    amount: Money
    way: str
    since: date | None

    def written(self) -> dict[str, Any]:
        """Give the chain to a program."""
        return {
            "item": self.item_id,
            "amount_minor": self.amount.minor,
            "currency": self.amount.currency,
            "way": self.way,
            "since": self.since.isoformat() if self.since else None,
            **Followed.written(self),
        }


class NotACharge(Refusal):
    """Invoices are corrected, or taken back with their file."""

    code = "desk.not_a_charge"
    sentence = _("{reference} is no charge. Correct its amount, or take its file back.")


class ChargedByHand(Refusal):
    """What no rule charges cannot be charged anew by it."""

    code = "desk.charged_by_hand"
    sentence = _("No rule charges {reference}: it can only be let off.")


def _turn(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


def _written_line(line: InterestLine) -> dict[str, Any]:
    return {
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "balance_minor": line.balance.minor,
        "percent": f"{line.percent.normalize():f}",
        "amount_minor": line.amount.minor,
    }


def _written_place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"version": place.version_id, "place": place.number, "state": place.state, "review_on": place.review_on}


def must_be_as_seen(chain: Followed, seen: str) -> None:
    """Refuse to do anything else than what was looked at.

    :raises ChainChanged: something else follows now
    """
    if chain.seen != seen:
        raise ChainChanged


def of_kind(effects: Sequence[Effect], kind: str) -> list[int]:
    """Give the ids of the effects of a kind."""
    return [each.id for each in effects if each.kind == kind]
