"""Fees as they are agreed: for which occasions, how much, once for what, after how many days, and never more than so much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from tallystick.charges.rules.fees import Fee, Once
from tallystick.jurisdictions.rules.reading import Node
from tallystick.jurisdictions.rules.scales import Band, Scale
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money


class Occasion(Choice):
    """What a fee is charged for."""

    #: An item was not paid when it was due.
    LATE = "late", _("Late")
    #: A payment that had come in was taken back.
    RETURNED = "returned", _("Payment returned")


@dataclass(frozen=True, slots=True)
class AgreedFee:
    """A fee of an agreement. Amounts are in major units of an account's currency."""

    code: str
    occasion: Occasion
    #: A sum, or a rule of the law: a scale by what is owed.
    amount: Decimal | str
    once: Once
    grace_days: int = 0
    smallest_balance: Decimal = Decimal(0)
    most: Decimal | None = None
    #: The first so many occasions of an account are free.
    free: int = 0

    def fee_in(self, currency: str, scale: Scale) -> Fee:
        """Give the fee with amounts in minor units of a currency, by its scale."""
        return Fee(
            self.code,
            scale,
            self.once,
            self.grace_days,
            Money.of(self.smallest_balance, currency).minor,
            None if self.most is None else Money.of(self.most, currency).minor,
            self.free,
        )

    @property
    def sum(self) -> Scale | None:
        """The scale of a sum that is agreed; None where the law has it."""
        if isinstance(self.amount, str):
            return None
        return Scale((Band(None, None, self.amount, Decimal(0), Decimal(0), ()),), None, None)

    def falls_on(self, day: date) -> date:
        """Give the first day on which an occasion of a day is charged."""
        return day + timedelta(days=self.grace_days)


def read_fees(node: Node) -> tuple[AgreedFee, ...]:
    """Read the fees of an agreement; each has a code of its own."""
    found: dict[str, AgreedFee] = {}
    for each in node.each():
        fee = _read_fee(each)
        if fee.code in found:
            raise each.wrong(f"“{fee.code}” is there twice", "give each fee a code of its own")
        found[fee.code] = fee
    return tuple(found.values())


def _read_fee(node: Node) -> AgreedFee:
    node.only({"code", "for"}, {"amount", "rule", "once", "grace_days", "smallest_balance", "most", "free"})
    if node.has("amount") is node.has("rule"):
        raise node.wrong("a fee is a sum, or by a rule of the law", "keep one of “amount” and “rule”")
    occasion = node.at("for").word(Occasion)
    once = node.maybe("once", lambda each: each.word(Once)) or Once.OCCASION
    if occasion is Occasion.RETURNED and once is Once.ITEM:
        raise node.at("once").wrong("a payment that came back is of no item", "write “occasion” or “account”")
    return AgreedFee(
        code=node.at("code").name(),
        occasion=occasion,
        amount=_amount(node.at("amount")) if node.has("amount") else node.at("rule").name(),
        once=once,
        grace_days=node.maybe("grace_days", Node.whole) or 0,
        smallest_balance=node.maybe("smallest_balance", _amount) or Decimal(0),
        most=node.maybe("most", _amount),
        free=node.maybe("free", Node.whole) or 0,
    )


def _amount(node: Node) -> Decimal:
    amount = node.number()
    if amount < 0:
        raise node.wrong(f"{amount} is less than nothing", "write an amount of nothing or more")
    return amount
