"""What late payment of a debt costs: interest from the day after the last day to pay, and a fixed sum once for each debt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tallystick.charges.rules.interest import Bearing, balances_of, interest
from tallystick.charges.rules.proof import Proof
from tallystick.charges.rules.terms import Balance, Freeze, Terms
from tallystick.jurisdictions.rules.rates import RateStep
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt with a last day to pay, and what was paid on it by which day."""

    reference: str
    principal: Money
    last_day_to_pay: date
    payments: Sequence[tuple[date, Money]] = ()
    freezes: Sequence[Freeze] = ()

    @property
    def interest_starts(self) -> date:
        """The first day that bears interest."""
        return self.last_day_to_pay + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Late:
    """What a late debt has come to by a day."""

    debt: Debt
    interest: Proof
    fixed_sum: Money
    #: What is left of the principal, with the interest and the fixed sum.
    owed: Money


def late(debt: Debt, *, terms: Terms, rates: Sequence[RateStep], fixed_sum: Scale, as_at: date) -> Late:
    """Give what a debt has come to by a day, that day included.

    The fixed sum is that of what was owed when interest began; a debt that was paid by then bears neither. Payments are taken to
    pay the principal; what pays interest or costs instead is not among them.
    """
    currency = debt.principal.currency
    opening = Balance(min(debt.interest_starts, *(day for day, _ in debt.payments), as_at), debt.principal.minor)
    booked = [(day, -paid.minor) for day, paid in debt.payments if day <= as_at]
    balances = balances_of(opening, booked)
    proof = interest(terms, Bearing(debt.interest_starts, balances, rates, debt.freezes), until=as_at)
    at_start = debt.principal.minor + sum(minor for day, minor in booked if day < debt.interest_starts)
    is_late = as_at >= debt.interest_starts and at_start > 0
    sum_ = fixed_sum.charge(Money(at_start, currency)) if is_late else Money.zero(currency)
    return Late(debt, proof, sum_, Money(balances[-1].minor + proof.total, currency) + sum_)
