"""What is agreed with a client about interest, as a document: it is read here, and nothing else knows its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallystick.charges.rules.agreed_fees import AgreedFee, read_fees
from tallystick.charges.rules.terms import PROMISED, PROMISED_AND_KEPT, Compounding, Grace, Rounding, Terms
from tallystick.jurisdictions.rules.rates import DayCount, Rate, read_rate
from tallystick.jurisdictions.rules.reading import Node, Wrong
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class Charged(StrEnum):
    """When interest that has accrued is charged to the account."""

    DAILY = "daily"
    MONTHLY = "monthly"

    def through(self, day: date) -> date:
        """Give the last day for which interest is charged on a day.

        >>> Charged.MONTHLY.through(date(2026, 3, 30)), Charged.MONTHLY.through(date(2026, 3, 31))
        (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
        """
        if self is Charged.DAILY or (day + timedelta(days=1)).day == 1:
            return day
        return day.replace(day=1) - timedelta(days=1)


class Promises(StrEnum):
    """What a promise to pay does to interest, from the day it is made to that on which it is kept, or the day before it ends."""

    RUN_ON = "run_on"
    #: Its days bear none, whatever becomes of it.
    FREEZE = "freeze"
    #: Interest runs on, and that of its days is let off when it is kept.
    WAIVE_WHEN_KEPT = "waive_when_kept"

    @property
    def freezes(self) -> frozenset[str]:
        """What stops interest so."""
        return _STOPPED_BY_PROMISES[self]


_STOPPED_BY_PROMISES = {
    Promises.RUN_ON: frozenset[str](),
    Promises.FREEZE: frozenset({PROMISED, PROMISED_AND_KEPT}),
    Promises.WAIVE_WHEN_KEPT: frozenset({PROMISED_AND_KEPT}),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed: a rate or a rule of the law, and the terms. Amounts are in major units of an account's currency."""

    jurisdiction: str
    #: A rule of the law, such as "interest.late_payment"; or else a rate of the contract.
    rate: str | Rate
    terms: Terms
    amounts: Mapping[str, Decimal]
    #: Kinds of items that bear interest, of `accounts.rules.ItemKind`.
    kinds: frozenset[str]
    #: Reasons of holds that stop it, of `holds.rules.Reason`, and of promises, of `terms`.
    freezes: frozenset[str]
    charged: Charged
    #: A rule of the law for a sum that is charged once because an item is late, such as "late_payment.fixed_sum".
    fixed_sum: str | None = None
    #: Interest begins so many days after the day after the due day.
    after_days: int = 0
    fees: tuple[AgreedFee, ...] = ()

    def terms_in(self, currency: str) -> Terms:
        """Give the terms with amounts in minor units of a currency.

        :raises ValueError: an amount has more decimals than the currency
        """
        minor = {name: Money.of(amount, currency).minor for name, amount in self.amounts.items()}
        return replace(
            self.terms,
            smallest_balance=minor.get("smallest_balance", 0),
            least=minor.get("least", 0),
            most=minor.get("most"),
        )

    def first_day(self, due_on: date) -> date:
        """Give the first day of interest on an item by the day it was due."""
        return due_on + timedelta(days=1 + self.after_days)


class AgreementNotReadable(Refusal):
    """A document that does not say what is agreed."""

    code = "charges.agreement_not_readable"
    sentence = _("The terms of interest cannot be read: {mistake}.")
    status = 422


class NotARate(Refusal):
    """A rule of the law that is no rate of interest."""

    code = "charges.not_a_rate"
    sentence = _("“{rule}” is no rate of interest. “tallystick law list” says what there is.")
    status = 422


class NotAScale(Refusal):
    """A rule of the law that is no scale of sums."""

    code = "charges.not_a_scale"
    sentence = _("“{rule}” is no scale of fixed sums. “tallystick law list” says what there is.")
    status = 422


_AMOUNTS = ("smallest_balance", "least", "most")
_OPTIONAL = (
    "jurisdiction", "day_count", "compounding", "rounding", "grace", *_AMOUNTS, "least_percent", "most_percent",
    "kinds", "freezes", "charged", "fixed_sum", "after_days", "fees", "promises",
)  # fmt: skip


def read_agreement(
    document: object,
    *,
    jurisdiction: str,
    kinds: frozenset[str],
    freezes: frozenset[str],
    standard_freezes: frozenset[str],
    day_count: DayCount | None = None,
) -> Agreement:
    """Read a document. It may leave out what the caller gives: the jurisdiction, kinds of items, and which holds stop interest.

    Where a rate of the law is agreed, `day_count` is the one that goes with it.

    :raises AgreementNotReadable: it is not well formed; the refusal says where, and what to do
    """
    try:
        return _read(Node(document), jurisdiction, kinds, (freezes, standard_freezes), day_count)
    except Wrong as wrong:
        raise AgreementNotReadable(mistake=str(wrong.mistake)) from wrong


def rule_of(document: Any) -> str | None:
    """Give the rule of the law that a document names as its rate, if it does."""
    rate = document.get("rate") if isinstance(document, dict) else None
    rule = rate.get("rule") if isinstance(rate, dict) else None
    return rule if isinstance(rule, str) else None


def _read(
    node: Node,
    jurisdiction: str,
    kinds: frozenset[str],
    freezes: tuple[frozenset[str], frozenset[str]],
    day_count: DayCount | None,
) -> Agreement:
    node.only({"rate"}, _OPTIONAL)
    rate = node.at("rate")
    of: str | Rate
    if rate.has("rule"):
        rate.only({"rule"})
        of = rate.at("rule").name()
    else:
        of = read_rate(rate)
        day_count = of.day_count
    standard = Terms()
    terms = Terms(
        day_count=node.maybe("day_count", lambda each: each.word(DayCount)) or day_count or standard.day_count,
        compounding=node.maybe("compounding", lambda each: each.word(Compounding)) or standard.compounding,
        rounding=node.maybe("rounding", lambda each: each.word(Rounding)) or standard.rounding,
        grace=node.maybe("grace", _read_grace) or standard.grace,
        least_percent=node.maybe("least_percent", Node.number),
        most_percent=node.maybe("most_percent", Node.number),
    )
    return Agreement(
        jurisdiction=node.maybe("jurisdiction", Node.text) or jurisdiction,
        rate=of,
        terms=terms,
        amounts={name: _amount(node.at(name)) for name in _AMOUNTS if node.has(name)},
        kinds=_some_of(kinds)(node.at("kinds")) if node.has("kinds") else kinds,
        freezes=(_some_of(freezes[0])(node.at("freezes")) if node.has("freezes") else freezes[1])
        | (node.maybe("promises", lambda each: each.word(Promises)) or Promises.RUN_ON).freezes,
        charged=node.maybe("charged", lambda each: each.word(Charged)) or Charged.MONTHLY,
        fixed_sum=node.maybe("fixed_sum", _read_rule),
        after_days=node.maybe("after_days", Node.whole) or 0,
        fees=node.maybe("fees", read_fees) or (),
    )


def _read_grace(node: Node) -> Grace:
    node.only({"days", "forgiven"})
    return Grace(node.at("days").whole(), forgiven=node.at("forgiven").yes())


def _read_rule(node: Node) -> str:
    node.only({"rule"})
    return node.at("rule").name()


def _amount(node: Node) -> Decimal:
    amount = node.number()
    if amount < 0:
        raise node.wrong(f"{amount} is less than nothing", "write an amount of nothing or more")
    return amount


def _some_of(words: frozenset[str]) -> Callable[[Node], frozenset[str]]:
    def read(node: Node) -> frozenset[str]:
        found = set()
        for each in node.each():
            if each.content not in words:
                raise each.wrong(f"“{each.content}” is unknown", f"write {', '.join(sorted(words))}")
            found.add(str(each.content))
        return frozenset(found)

    return read
