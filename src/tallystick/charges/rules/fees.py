"""Fees that are charged once: for each occasion, each item or each account, however often somebody asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tallystick.charges.rules.terms import Freeze
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class FeeTakenBackAlready(Refusal):
    """A fee is taken back once."""

    code = "charges.fee_taken_back"
    sentence = _("The fee has been taken back already.")


class FeeIsFree(Refusal):
    """One of the first, for which nothing was charged."""

    code = "charges.fee_is_free"
    sentence = _("Nothing was charged for this: there is nothing to take back.")


class Once(StrEnum):
    """For what a fee is charged once."""

    ACCOUNT = "account"
    ITEM = "item"
    OCCASION = "occasion"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee by a scale of what is owed, once for something, after days of grace, and never more than so much altogether."""

    code: str
    scale: Scale
    once: Once
    grace_days: int = 0
    #: What is owed less than this bears no fee.
    smallest_balance: int = 0
    #: The most that all charges of the fee to one account come to; None where there is no cap.
    most: int | None = None
    #: The first so many occasions of an account are free.
    free: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that a fee may be charged for: a letter that was sent, an item that became late."""

    account: str
    item: str
    name: str
    day: date
    owed: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee that is due now. Its key is its identity: whoever charges keeps it, and asks with what was kept.

    One that is free is kept too, with an amount of nothing: it was one of the first.
    """

    key: tuple[str, ...]
    amount: Money
    occasion: Occasion
    capped: bool
    free: bool = False


def key_of(fee: Fee, occasion: Occasion) -> tuple[str, ...]:
    """Give what a charge of a fee is known by."""
    match fee.once:
        case Once.ACCOUNT:
            return fee.code, occasion.account
        case Once.ITEM:
            return fee.code, occasion.account, occasion.item
        case Once.OCCASION:
            return fee.code, occasion.account, occasion.item, occasion.name


def charges_due(
    fee: Fee,
    occasions: Sequence[Occasion],
    *,
    on: date,
    charged: Collection[tuple[str, ...]],
    charged_minor: int = 0,
    freezes: Sequence[Freeze] = (),
) -> Iterator[Charge]:
    """Give the charges of one account that are due on a day and were not charged, the oldest occasion first.

    `charged` are the keys of those that were, free ones among them, `charged_minor` their sum. An occasion inside a freeze is
    never charged, and is not one of those that are free.
    """
    known = set(charged)
    so_far = charged_minor
    for occasion in sorted(occasions, key=lambda occasion: (occasion.day, occasion.item, occasion.name)):
        key = key_of(fee, occasion)
        if key in known or on < occasion.day + timedelta(days=fee.grace_days):
            continue
        if occasion.owed.minor < fee.smallest_balance or any(freeze.holds(occasion.day) for freeze in freezes):
            continue
        if len(known) < fee.free:
            known.add(key)
            yield Charge(key, Money(0, occasion.owed.currency), occasion, capped=False, free=True)
            continue
        amount = fee.scale.charge(occasion.owed)
        room = amount.minor if fee.most is None else min(amount.minor, max(fee.most - so_far, 0))
        if room == 0:
            continue
        known.add(key)
        so_far += room
        yield Charge(key, Money(room, amount.currency), occasion, room < amount.minor)
