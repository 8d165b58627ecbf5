"""What a foresight found: acts, hours, cost and money by week and day, team by team, both ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.calendars import is_business_day
from tallystick.kernel.money import Money
from tallystick.strategy.models import Foresight
from tallystick.strategy.queries import versions
from tallystick.strategy.queries.foreseen.parts import Both, Kind, Span, Sums, TeamAhead, TeamDay, Work
from tallystick.strategy.rules import rehearsal as rehearsal_rules
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight import figures
from tallystick.strategy.rules.foresight.figures import Estimate, Side
from tallystick.strategy.rules.rehearsal import Harm

_NOBODY = access_queries.TeamSize(0, Fraction())


class Result:
    """What a foresight found, in the reader's words."""

    def __init__(self, foresight: Foresight) -> None:
        self.foresight = foresight
        self.assumptions = assumed.from_json(foresight.assumptions)
        #: Numbers and minor units, by side, day, what and team.
        self._numbers: Counter[tuple[str, date, str, int]] = Counter()
        self._minor: Counter[tuple[str, date, str, str]] = Counter()
        self._owers: Counter[str] = Counter()
        self._touched: Counter[tuple[str, int]] = Counter()
        named = foresight.counts.values("side", "day", "what", "team_id", "care", "currency")
        for row in named.annotate(n=Sum("number"), sum=Sum("minor")).order_by("side", "day", "what", "team_id"):
            if row["what"] == figures.TOUCHED:
                self._touched[row["side"], row["care"]] += row["n"]
            elif row["what"] in (figures.PAID, figures.OWING):
                self._minor[row["side"], row["day"], row["what"], row["currency"]] += int(row["sum"])
                self._owers[row["currency"]] += row["n"]
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
    def currencies(self) -> list[str]:
        """The currencies that are owed or paid, the one that most accounts owe first."""
        return sorted(self._owers, key=lambda each: (-self._owers[each], each)) or ["GBP"]

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
            Sums(*(self._cost(counted, side, minutes[side]) for side in (Side.NOW, Side.THEN))),
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
        """Say a cost in the currency of the house, in which it is assumed; in that of most accounts where none is set."""
        currency = settings.REPORTING_CURRENCY or self.currencies[0]
        one = Money.of("1", currency).minor
        return Money(int((amount * one).quantize(Decimal(1), ROUND_HALF_UP)), currency)

    def _sums(self, days: Sequence[date], what: str) -> dict[str, Sums]:
        return {
            currency: Sums(*(self._sum(days, what, side, currency) for side in (Side.NOW, Side.THEN)))
            for currency in self.currencies
        }

    def _sum(self, days: Sequence[date], what: str, side: Side, currency: str) -> Money:
        minor = sum(self._minor[side.value, day, what, currency] for day in days)
        return Money(round(minor * self.foresight.parts / self.foresight.chunks), currency)

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
        """The teams that have work, the most first."""
        known = {team.pk: team for team in access_queries.teams()}
        sizes = access_queries.team_sizes()
        found = []
        for team_id in sorted({team_id for _side, _day, _what, team_id in self._numbers}):
            team = known.get(team_id)
            size = sizes.get(team_id, _NOBODY)
            minutes = int(size.by_time * Fraction(self.assumptions["hours"].value) * 60)
            found.append(
                TeamAhead(
                    id=team_id,
                    unit=team.business_unit.name if team else "",
                    name=team.name if team else _("No team"),
                    size=size,
                    minutes_a_day=minutes,
                    work=self._work(self.days, team_id),
                    days=[
                        TeamDay(day, self._work([day], team_id), minutes if day in self._working else 0)
                        for day in self.days
                    ],
                )
            )
        return sorted(found, key=lambda each: (-each.work.minutes.then.value, each.unit, each.name))

    @cached_property
    def _working(self) -> frozenset[date]:
        holidays = jurisdictions.holidays(versions.program_of(self.foresight.version.document).document.calendar)
        return frozenset(day for day in self.days if is_business_day(day, holidays))

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
