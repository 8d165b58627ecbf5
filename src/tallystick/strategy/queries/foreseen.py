"""What a foresight found, in words: acts, hours, cost and money by week and day, team by team, both ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.db.models import Sum
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.calendars import is_business_day
from tallystick.kernel.money import Money
from tallystick.strategy.models import Foresight
from tallystick.strategy.queries import versions
from tallystick.strategy.rules import rehearsal as rehearsal_rules
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight import figures
from tallystick.strategy.rules.foresight.figures import Estimate, Side
from tallystick.strategy.rules.rehearsal import Harm


@dataclass(frozen=True, slots=True)
class Both:
    """A number both ways."""

    now: Estimate
    then: Estimate

    @property
    def change(self) -> int:
        """How much more it would be."""
        return self.then.value - self.now.value


@dataclass(frozen=True, slots=True)
class Work:
    """What is done in some days, both ways: acts by kind, minutes of people, and what it costs."""

    acts: dict[str, Both]
    minutes: Both
    cost: dict[Side, Money]

    @property
    def cost_now(self) -> Money:
        """What it costs now."""
        return self.cost[Side.NOW]

    @property
    def cost_then(self) -> Money:
        """What it would cost."""
        return self.cost[Side.THEN]

    @property
    def hours_now(self) -> Decimal:
        """Hours of people now, with one decimal."""
        return _hours(self.minutes.now.value)

    @property
    def hours_then(self) -> Decimal:
        """Hours of people by the version."""
        return _hours(self.minutes.then.value)

    @property
    def in_order(self) -> list[Both]:
        """The acts in the order of `Result.kinds`."""
        return list(self.acts.values())


@dataclass(frozen=True, slots=True)
class Span:
    """Some days in a row: their work, what is paid in them, and what is owed when they end."""

    first: date
    last: date
    work: Work
    paid: dict[Side, Money]
    owing: dict[Side, Money]

    @property
    def paid_now(self) -> Money:
        """What is paid now."""
        return self.paid[Side.NOW]

    @property
    def paid_then(self) -> Money:
        """What would be paid."""
        return self.paid[Side.THEN]

    @property
    def owing_now(self) -> Money:
        """What is owed in the end, now."""
        return self.owing[Side.NOW]

    @property
    def owing_then(self) -> Money:
        """What would be owed in the end."""
        return self.owing[Side.THEN]


@dataclass(frozen=True, slots=True)
class TeamAhead:
    """A team: how many people it has, its work, and the days on which that is more than they can do."""

    name: str
    people: int
    work: Work
    minutes_a_day: int
    over_now: list[date]
    over_then: list[date]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of act that occurs."""

    act: str

    @property
    def said(self) -> str:
        """The kind in words."""
        return assumed.said_act(self.act)


class Result:
    """What a foresight found, in the reader's words."""

    def __init__(self, foresight: Foresight) -> None:
        self.foresight = foresight
        self.assumptions = assumed.from_json(foresight.assumptions)
        #: Numbers and minor units, by side, day, what and team.
        self._numbers: Counter[tuple[str, date, str, int]] = Counter()
        self._minor: Counter[tuple[str, date, str, str]] = Counter()
        self._touched: Counter[tuple[str, int]] = Counter()
        named = foresight.counts.values("side", "day", "what", "team_id", "care", "currency")
        for row in named.annotate(n=Sum("number"), sum=Sum("minor")).order_by("side", "day", "what", "team_id"):
            if row["what"] == figures.TOUCHED:
                self._touched[row["side"], row["care"]] += row["n"]
            elif row["what"] in (figures.PAID, figures.OWING):
                self._minor[row["side"], row["day"], row["what"], row["currency"]] += int(row["sum"])
            else:
                self._numbers[row["side"], row["day"], row["what"], row["team_id"]] += row["n"]

    @property
    def days(self) -> list[date]:
        """The days that were lived through."""
        return [self.foresight.first_day + timedelta(days=number) for number in range(self.foresight.days)]

    @property
    def is_sample(self) -> bool:
        """Whether only some of the debtors were lived through."""
        return self.foresight.chunks < self.foresight.parts

    @cached_property
    def lived(self) -> int:
        """Accounts that were lived through and counted."""
        return sum(mark.counted for mark in self.foresight.marks.all())

    @cached_property
    def accounts(self) -> Estimate:
        """Accounts that the version would treat."""
        return self._of_all(self.lived)

    @cached_property
    def currency(self) -> str:
        """The currency in which most is owed: costs are told in it, and money of others stands beside."""
        sums: Counter[str] = Counter()
        for (_side, _day, what, currency), minor in self._minor.items():
            if what == figures.OWING:
                sums[currency] += minor
        return max(sorted(sums), key=lambda each: sums[each], default="GBP")

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kinds of acts that occur, in their order."""
        found = {what for _side, _day, what, _team in self._numbers}
        return [Kind(act) for act in assumed.ACTS if act in found]

    def _of_all(self, counted: int) -> Estimate:
        return figures.of_all(counted, parts=self.foresight.parts, lived=self.foresight.chunks)

    @cached_property
    def _by_day(self) -> dict[date, Counter[tuple[str, str, int]]]:
        found: dict[date, Counter[tuple[str, str, int]]] = defaultdict(Counter)
        for (side, day, what, team_id), number in self._numbers.items():
            found[day][side, what, team_id] += number
        return found

    def _work(self, days: list[date], team_id: int | None = None) -> Work:
        counted: Counter[tuple[str, str]] = Counter()
        for day in days:
            for (side, what, of_team), number in self._by_day.get(day, Counter()).items():
                if team_id in (None, of_team):
                    counted[side, what] += number
        acts = {
            kind.act: Both(*(self._of_all(counted[side, kind.act]) for side in (Side.NOW, Side.THEN)))
            for kind in self.kinds
        }
        minutes = {side: self._minutes(counted, side) for side in Side}
        return Work(
            acts,
            Both(*(self._scaled(minutes[side], counted, side) for side in (Side.NOW, Side.THEN))),
            {side: self._cost(counted, side, minutes[side]) for side in Side},
        )

    def _minutes(self, counted: Counter[tuple[str, str]], side: Side) -> Decimal:
        return sum(
            (self.assumptions[f"minutes.{kind.act}"].value * counted[side, kind.act] for kind in self.kinds), Decimal(0)
        )

    def _scaled(self, minutes: Decimal, counted: Counter[tuple[str, str]], side: Side) -> Estimate:
        """Tell the minutes of all: as far off, in proportion, as the number of acts that take any."""
        taking = sum(counted[side, kind.act] for kind in self.kinds if self.assumptions[f"minutes.{kind.act}"].value)
        acts = self._of_all(taking)
        value = round(minutes * self.foresight.parts / self.foresight.chunks)
        return Estimate(value, round(value * acts.margin / acts.value) if acts.value else 0)

    def _cost(self, counted: Counter[tuple[str, str]], side: Side, minutes: Decimal) -> Money:
        beside = sum(
            (self.assumptions[f"cost.{kind.act}"].value * counted[side, kind.act] for kind in self.kinds), Decimal(0)
        )
        whole = beside + minutes / 60 * self.assumptions["hour_cost"].value
        return self._money(whole * self.foresight.parts / self.foresight.chunks)

    def _money(self, amount: Decimal) -> Money:
        one = Money.of("1", self.currency).minor
        return Money(int((amount * one).quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def _sums(self, days: list[date], what: str) -> dict[Side, Money]:
        found = {}
        for side in Side:
            minor = sum(self._minor[side.value, day, what, self.currency] for day in days)
            found[side] = Money(round(minor * self.foresight.parts / self.foresight.chunks), self.currency)
        return found

    def _span(self, days: list[date]) -> Span:
        return Span(
            days[0],
            days[-1],
            self._work(days),
            self._sums(days, figures.PAID),
            self._sums(days[-1:], figures.OWING),
        )

    @cached_property
    def whole(self) -> Span:
        """All the days together."""
        return self._span(self.days)

    @property
    def in_all(self) -> list[tuple[Kind, Both]]:
        """What is done in all the days, by kind."""
        return [(kind, self.whole.work.acts[kind.act]) for kind in self.kinds]

    @cached_property
    def weeks(self) -> list[Span]:
        """The weeks, Monday to Sunday; the first and the last may be shorter."""
        by_week: dict[tuple[int, int], list[date]] = defaultdict(list)
        for day in self.days:
            by_week[day.isocalendar()[:2]].append(day)
        return [self._span(days) for days in by_week.values()]

    def days_of(self, first: date, last: date) -> list[Span]:
        """Give each day from one to another by itself."""
        return [self._span([day]) for day in self.days if first <= day <= last]

    @cached_property
    def teams(self) -> list[TeamAhead]:
        """The teams that have work, the most first. A day is over when its work takes longer than the team has."""
        calendar = versions.program_of(self.foresight.version.document).document.calendar
        working = [day for day in self.days if is_business_day(day, jurisdictions.holidays(calendar))]
        names = {team.pk: team.name for team in access_queries.teams()}
        people = access_queries.team_sizes()
        found = []
        for team_id in sorted({team_id for _side, _day, _what, team_id in self._numbers}):
            minutes = int(people.get(team_id, 0) * self.assumptions["hours"].value * 60)
            by_day = {day: self._work([day], team_id).minutes for day in working}
            found.append(
                TeamAhead(
                    names.get(team_id, _("No team")),
                    people.get(team_id, 0),
                    self._work(self.days, team_id),
                    minutes,
                    [day for day, both in by_day.items() if people.get(team_id) and both.now.value > minutes],
                    [day for day, both in by_day.items() if people.get(team_id) and both.then.value > minutes],
                )
            )
        return sorted(found, key=lambda each: (-each.work.minutes.then.value, each.name))

    @cached_property
    def touched(self) -> list[tuple[str, Both]]:
        """Accounts in need of care about which something is done: why, and how many each way."""
        found: dict[Harm, Counter[str]] = {harm: Counter() for harm in Harm}
        for (side, care), number in self._touched.items():
            for harm in Harm(care):
                found[harm][side] += number
        return [
            (str(rehearsal_rules.HARM_WORDS[harm]), Both(self._of_all(by[Side.NOW]), self._of_all(by[Side.THEN])))
            for harm, by in found.items()
            if by
        ]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Give day, team, act, and number and minutes both ways, for a file."""
        names = {team.pk: team.name for team in access_queries.teams()}
        kept: dict[tuple[date, int, str], Counter[str]] = defaultdict(Counter)
        for (side, day, what, team_id), number in self._numbers.items():
            kept[day, team_id, what][side] += number
        for (day, team_id, what), by in sorted(kept.items()):
            both = [self._of_all(by[side]).value for side in (Side.NOW, Side.THEN)]
            minutes = [round(self.assumptions[f"minutes.{what}"].value * number) for number in both]
            team = names.get(team_id, "")
            yield (day.isoformat(), team, assumed.said_act(what), *map(str, (*both, *minutes)))

    def groups(self) -> list[tuple[str, list[assumed.Assumption]]]:
        """Give what is assumed, by what it is about; of costs and minutes only what occurs."""
        occurs = {kind.act for kind in self.kinds}
        found: dict[str, list[assumed.Assumption]] = {str(title): [] for title in assumed.GROUPS.values()}
        for each in self.assumptions.values():
            topic, _dot, of = each.name.partition(".")
            if topic in ("minutes", "cost") and of not in occurs:
                continue
            found[str(assumed.GROUPS[topic])].append(each)
        return [(title, listed) for title, listed in found.items() if listed]

    def lines(self) -> Iterator[str]:
        """Tell it line by line, for a terminal: the whole, then each week."""
        whole = self.whole
        for kind in self.kinds:
            yield f"{kind.said}\t{_both(whole.work.acts[kind.act])}"
        yield _("Hours") + f"\t{whole.work.hours_now} → {whole.work.hours_then}"
        yield _("Cost") + f"\t{whole.work.cost_now.amount} → {whole.work.cost_then.amount} {self.currency}"
        yield _("Paid") + f"\t{whole.paid_now.amount} → {whole.paid_then.amount} {self.currency}"
        yield _("Owed in the end") + f"\t{whole.owing_now.amount} → {whole.owing_then.amount} {self.currency}"
        for said, both in self.touched:
            yield f"! {said}\t{_both(both)}"
        for team in self.teams:
            if team.over_now or team.over_then:
                over = _("{team}: days with more work than {people} people can do").format(
                    team=team.name, people=team.people
                )
                yield f"! {over}\t{len(team.over_now)} → {len(team.over_then)}"
        for week in self.weeks:
            told = ", ".join(f"{kind.said} {_both(week.work.acts[kind.act])}" for kind in self.kinds)
            yield f"{week.first.isoformat()}\t{told}\t{week.work.hours_now} → {week.work.hours_then} h"
        yield _("{days} days from {day}, {lived} accounts lived through of {accounts}. Figures: {figures}").format(
            days=self.foresight.days,
            day=self.foresight.first_day.isoformat(),
            lived=self.lived,
            accounts=self.accounts.value,
            figures=self.foresight.figures,
        )


def _both(both: Both) -> str:
    return f"{_about(both.now)} → {_about(both.then)}"


def _about(estimate: Estimate) -> str:
    return str(estimate.value) if estimate.is_exact else f"{estimate.value} ± {estimate.margin}"


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)
