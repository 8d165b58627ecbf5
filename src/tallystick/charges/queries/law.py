"""Ask the law for what interest and charges need, and work them out by the rules of this room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tallystick.charges.rules.interest import Bearing, balances_of, interest
from tallystick.charges.rules.late_payment import Debt, Late, late
from tallystick.charges.rules.proof import Proof
from tallystick.charges.rules.terms import Balance, Freeze, Terms
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules import rates
from tallystick.jurisdictions.rules.pack import value_on
from tallystick.jurisdictions.rules.scales import Limit, Scale
from tallystick.kernel.money import Money


def late_payment(debt: Debt, *, jurisdiction: str, as_at: date) -> Late:
    """Give what a commercial debt has come to by a day under the law on late payment of a jurisdiction.

    :raises NotFound: the jurisdiction has no such law
    :raises NoFigure: its law says nothing for a day that is needed

    >>> found = late_payment(Debt("A-1", Money.of(640, "GBP"), date(2026, 3, 31)), jurisdiction="GB-EAW", as_at=date(2026, 4, 1))
    >>> found.interest.total, str(found.fixed_sum), str(found.owed)
    (21, '40.00 GBP', '680.21 GBP')
    """
    law = jurisdictions.law(jurisdiction)
    rule, start = law.rule("interest.late_payment"), debt.interest_starts
    fixed_sum = value_on(law.rule("late_payment.fixed_sum"), start, Scale)
    steps = rates.steps(rule, start=start, last_day=max(as_at, start), law=law)
    terms = Terms(day_count=value_on(rule, start, rates.Rate).day_count)
    return late(debt, terms=terms, rates=steps, fixed_sum=fixed_sum, as_at=as_at)


def interest_by_law(
    principal: Money,
    *,
    rule: str,
    jurisdiction: str,
    first_day: date,
    until: date,
    payments: Sequence[tuple[date, Money]] = (),
    freezes: Sequence[Freeze] = (),
) -> Proof:
    """Prove simple interest at a rate of the law, such as "interest.judgment", from a first day until a last, both included.

    :raises NotFound: there is no such rule
    :raises NoFigure: it says nothing for a day that is needed
    """
    law = jurisdictions.law(jurisdiction)
    found = law.rule(rule)
    terms = Terms(day_count=value_on(found, first_day, rates.Rate).day_count)
    steps = rates.steps(found, start=first_day, last_day=max(until, first_day), law=law)
    balances = balances_of(Balance(first_day, principal.minor), [(day, -paid.minor) for day, paid in payments])
    return interest(terms, Bearing(first_day, balances, steps, freezes), until=until)


def judgment_bears_interest(judgment: Money, *, court: str, debt_kind: str, jurisdiction: str, on: date) -> bool:
    """Test if interest runs on a judgment by its sum, its court ("county") and the kind of its debt ("general").

    :raises NotFound: the jurisdiction does not know that court or kind
    """
    rule = jurisdictions.law(jurisdiction).rule(f"interest.judgment.runs.{court}.{debt_kind}")
    return value_on(rule, on, Limit).met(judgment.amount)
