"""What a change of the law would do to the book: counted in the database, and nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.rules.law_changes import Differing, RuleIsAgreed, differing
from tallystick.holds.rules import Reason
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.queries.applied import Difference
from tallystick.jurisdictions.rules import rates
from tallystick.jurisdictions.rules.pack import value_on
from tallystick.jurisdictions.rules.rates import DayCount, Rate, RateStep
from tallystick.jurisdictions.rules.refusals import DayNotKnown, NoFigure
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.ledger.rules import Head

EVERYTHING = Scope()

#: Periods that can be told of the book: the rule, what it is given for the day that is counted from, the day that matters, and by
#: which query the days are found.
_PERIODS = (
    ("limitation.simple_contract", "last_day_to_pay_ends_at_midnight", "last_day_to_issue", "due_days"),
    ("breathing_space", "register_entry", "ends_end_of", "breathing_spaces"),
)


@dataclass(frozen=True, slots=True)
class InterestEffect:
    """Interest that differs by one agreement in one currency: what is charged already, and what would be until the last day."""

    agreement: InForce
    currency: str
    accounts: int
    items: int
    gone_by: Money
    ahead: Money


@dataclass(frozen=True, slots=True)
class WithoutRate:
    """Items by one agreement of which the law would no longer say at which rate they bear interest."""

    agreement: InForce
    accounts: int
    items: int


@dataclass(frozen=True, slots=True)
class SumEffect:
    """Fixed sums that differ by one agreement: what they come to now, and would."""

    agreement: InForce
    accounts: int
    items: int
    was: Money
    now: Money


@dataclass(frozen=True, slots=True)
class PeriodEffect:
    """Days that move for open debts: how many of them, what is owed on them, and by how many days at least and at most."""

    jurisdiction: str
    rule: str
    title: str
    accounts: int
    items: int
    owed: Money
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class OrderEffect:
    """Clients, and their open accounts, of which money is shared out by another order."""

    rule: str
    title: str
    clients: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the law does to the book as it is, through a last day."""

    last_day: date
    interest: Sequence[InterestEffect]
    without_rate: Sequence[WithoutRate]
    sums: Sequence[SumEffect]
    periods: Sequence[PeriodEffect]
    orders: Sequence[OrderEffect]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing on the book is touched."""
        return not (self.interest or self.without_rate or self.sums or self.periods or self.orders)


@dataclass(frozen=True, slots=True)
class Starts:
    """Days on which interest starts, by agreement, for which the law says something else, and what."""

    segments: Sequence[tuple[InForce, date, Differing]]
    missing: Sequence[tuple[InForce, date]]
    sums: Mapping[tuple[int, date], tuple[Scale | None, Scale | None]]


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "law.sql", name)


def _with_items(name: str) -> str:
    return sql.fill(_query(name), items=_query("items"))


def effect_of(change: Difference, *, last_day: date, scope: Scope = EVERYTHING) -> Effect:
    """Give what a change of the law would do to the book, through a last day for interest that is still to come."""
    found = [each for each in agreement_queries.in_force() if scope.allows(each.client_id)]
    asked = _asked(found)
    starts = starts_of(change, found, last_day=last_day)
    by_id = {each.id: each for each in found}
    return Effect(
        last_day,
        list(_interest(starts, asked, by_id, last_day)),
        list(_without_rate(starts, asked, by_id)),
        list(_sums(starts, asked, by_id)),
        list(_periods(change, scope)),
        list(_orders(change, scope)),
    )


def starts_of(change: Difference, agreements: Sequence[InForce], *, last_day: date) -> Starts:
    """Ask the law as it is and as it would be for every day on which interest on the book starts, and give where they differ."""
    laws = {name: (jurisdictions.law(name), change.law(name)) for name in change.reaches}
    touched = [
        each
        for each in agreements
        if any(_names(each, law) & change.rules for law in laws.get(each.agreed.jurisdiction, ()))
    ]
    by_id = {each.id: each for each in touched}
    segments: list[tuple[InForce, date, Differing]] = []
    missing: list[tuple[InForce, date]] = []
    sums: dict[tuple[int, date], tuple[Scale | None, Scale | None]] = {}
    rows = sql.rows(_with_items("starts"), _asked(agreements)) if touched else []
    for row in rows:
        agreement, start = by_id.get(row["agreement_id"]), row["first_day"]
        if agreement is None:
            continue
        both = laws[agreement.agreed.jurisdiction]
        was, now = (_steps(agreement, law, start, last_day) for law in both)
        if was and now:
            segments += [(agreement, start, each) for each in differing(was, now, last_day=max(last_day, start))]
        elif was:
            missing.append((agreement, start))
        before, after = (_scale(agreement, law, start) for law in both)
        if before != after:
            sums[agreement.id, start] = (before, after)
    return Starts(segments, missing, sums)


def must_keep_what_is_agreed(change: Difference, agreements: Sequence[InForce]) -> None:
    """Refuse a change that takes away a rule by which interest is agreed: nothing could be worked out on these clients any more.

    :raises RuleIsAgreed: there would be no such rule, or it would be something else
    """
    for agreement in agreements:
        agreed = agreement.agreed
        for rule, kind in ((agreed.rate, Rate), (agreed.fixed_sum, Scale)):
            if isinstance(rule, str) and agreed.jurisdiction in change.reaches:
                found = change.law(agreed.jurisdiction).rules.get(rule)
                if found is None or not found.rows or not isinstance(found.rows[-1].value, kind):
                    raise RuleIsAgreed(rule=rule, source=agreement.source)


def _names(agreement: InForce, law: jurisdictions.LawOf) -> set[str]:
    """Give the rules that an agreement's interest and fixed sums are worked out by."""
    agreed, named = agreement.agreed, set()
    values: list[object] = [agreed.rate]
    if isinstance(agreed.rate, str):
        named.add(agreed.rate)
        values = [row.value for row in law.rules[agreed.rate].rows] if agreed.rate in law.rules else []
    for value in values:
        if isinstance(value, Rate) and isinstance(value.of, rates.Index):
            named.add(value.of.rule)
    return named | ({agreed.fixed_sum} if agreed.fixed_sum else set())


def _steps(agreement: InForce, law: jurisdictions.LawOf, start: date, last_day: date) -> tuple[RateStep, ...]:
    """Give the rates for interest that starts on a day; none where the law says nothing."""
    agreed = agreement.agreed.rate
    try:
        rule = law.rule(agreed) if isinstance(agreed, str) else agreement.rule
        return rates.steps(rule, start=start, last_day=max(last_day, start), law=law)
    except (NotFound, NoFigure):
        return ()


def _scale(agreement: InForce, law: jurisdictions.LawOf, start: date) -> Scale | None:
    if agreement.agreed.fixed_sum is None:
        return None
    try:
        return value_on(law.rule(agreement.agreed.fixed_sum), start, Scale)
    except (NotFound, NoFigure):
        return None


def _asked(agreements: Sequence[InForce]) -> dict[str, Any]:
    kinds = [(each.id, kind) for each in agreements for kind in sorted(each.agreed.kinds)]
    return {
        "agreement": [each.id for each in agreements],
        "client": [each.client_id for each in agreements],
        "portfolio": [each.portfolio_id for each in agreements],
        "from_on": [each.from_on for each in agreements],
        "after_days": [each.agreed.after_days for each in agreements],
        "kind_agreement": [agreement for agreement, _kind in kinds],
        "kind": [kind for _agreement, kind in kinds],
        "principal": Head.PRINCIPAL,
    }


def _interest(
    starts: Starts, asked: Mapping[str, Any], by_id: Mapping[int, InForce], last_day: date
) -> Iterator[InterestEffect]:
    if not starts.segments:
        return
    columns = {
        **asked,
        **_places([(agreement, start) for agreement, start, _each in starts.segments]),
        "from_day": [each.first_day for *_, each in starts.segments],
        "until_day": [each.until for *_, each in starts.segments],
        "points": [each.now - each.was for *_, each in starts.segments],
        "year_days": [_year_days(agreement) for agreement, *_ in starts.segments],
        "last_day": last_day,
    }
    for row in sql.rows(_with_items("interest"), columns):
        currency = row["currency"]
        yield InterestEffect(
            by_id[row["agreement_id"]],
            currency,
            row["accounts"],
            row["items"],
            Money(row["gone_by_minor"], currency),
            Money(row["ahead_minor"], currency),
        )


def _places(starts: Sequence[tuple[InForce, date]]) -> dict[str, Any]:
    return {
        "at_agreement": [agreement.id for agreement, _start in starts],
        "at_first_day": [start for _agreement, start in starts],
    }


def _year_days(agreement: InForce) -> int:
    return 360 if agreement.agreed.terms.day_count in {DayCount.ACTUAL_360, DayCount.THIRTY_360} else 365


def _without_rate(starts: Starts, asked: Mapping[str, Any], by_id: Mapping[int, InForce]) -> Iterator[WithoutRate]:
    if starts.missing:
        for row in sql.rows(_with_items("without_rate"), {**asked, **_places(starts.missing)}):
            yield WithoutRate(by_id[row["agreement_id"]], row["accounts"], row["items"])


def _sums(starts: Starts, asked: Mapping[str, Any], by_id: Mapping[int, InForce]) -> Iterator[SumEffect]:
    if not starts.sums:
        return
    totals: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    places = [(by_id[agreement_id], start) for agreement_id, start in starts.sums]
    for row in sql.rows(_with_items("owed"), {**asked, **_places(places)}):
        owed = Money(row["open_minor"], row["currency"])
        was, now = (
            scale.charge(owed).minor * row["items"] if scale else 0
            for scale in starts.sums[row["agreement_id"], row["first_day"]]
        )
        if was != now:
            total = totals[row["agreement_id"], row["currency"]]
            for place, number in enumerate((row["accounts"], row["items"], was, now)):
                total[place] += number
    for (agreement_id, currency), (accounts, items, was, now) in sorted(totals.items()):
        yield SumEffect(by_id[agreement_id], accounts, items, Money(was, currency), Money(now, currency))


def _periods(change: Difference, scope: Scope) -> Iterator[PeriodEffect]:
    for rule, name, answer, query in _PERIODS:
        for jurisdiction in change.reaches if rule in change.rules else ():
            laws = (jurisdictions.law(jurisdiction), change.law(jurisdiction))
            if not all(rule in law.rules for law in laws):
                continue
            asked = {
                "jurisdiction": jurisdiction,
                "clients": scope.as_list(),
                **({"principal": Head.PRINCIPAL} if query == "due_days" else {"reason": Reason.BREATHING_SPACE}),
            }
            moved: dict[str, list[tuple[dict[str, Any], int]]] = defaultdict(list)
            for row in sql.rows(_query(query), asked):
                was, now = (_day(law, rule, name, answer, row["day"]) for law in laws)
                if was and now and was != now:
                    moved[row["currency"]].append((row, (now - was).days))
            for currency, rows in sorted(moved.items()):
                yield PeriodEffect(
                    jurisdiction,
                    rule,
                    laws[1].rules[rule].title,
                    sum(row["accounts"] for row, _days in rows),
                    sum(row["items"] for row, _days in rows),
                    Money(sum(row["minor"] for row, _days in rows), currency),
                    min(days for _row, days in rows),
                    max(days for _row, days in rows),
                )


def _day(law: jurisdictions.LawOf, rule: str, name: str, answer: str, day: date) -> date | None:
    """Give the day that a rule of the law counts to from another; None where it says nothing for it."""
    try:
        found = law.ask(rule, day=day, **{name: day}).get(answer)
    except (NoFigure, DayNotKnown):
        return None
    return found if isinstance(found, date) else None


def _orders(change: Difference, scope: Scope) -> Iterator[OrderEffect]:
    titles = {each.rule: each.title for each in change.rows}
    asked = {
        "rules": sorted(change.rules),
        "jurisdictions": list(change.reaches),
        "clients": scope.as_list(),
    }
    for row in sql.rows(_query("orders"), asked) if change.rules else ():
        yield OrderEffect(row["rule"], titles[row["rule"]], row["clients"], row["accounts"])


def first_day_of(change: Difference) -> date | None:
    """Give the first day on which a change of the law makes a difference; None where it makes none."""
    return min((each.first_day for each in change.rows if each.rule in change.rules), default=None)


def a_year_from(change: Difference, *, today: date) -> date:
    """Give the day through which a change is looked at if nobody says another: a year from when it begins, or from today."""
    return max(first_day_of(change) or today, today) + timedelta(days=364)
