"""What a rehearsal found, in words: the harmful first, and down to each account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from tallystick.accounts.models import Account, Portfolio
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.strategy.models import Rehearsal, RehearsalAccount, RehearsalCount, Version
from tallystick.strategy.queries import versions
from tallystick.strategy.rules import narration
from tallystick.strategy.rules import rehearsal as rules
from tallystick.strategy.rules.program import Effect, EffectKind
from tallystick.strategy.rules.rehearsal import Harm, Outcome, Segment


def _summed(rehearsal: Rehearsal) -> Iterator[RehearsalCount]:
    """Give the counts of all parts together."""
    named = rehearsal.counts.values("segment", "value", "currency", "before", "after", "differs")
    totals = named.annotate(n=Sum("accounts"), minor=Sum("open_minor")).order_by("segment", "value", "before", "after")
    for row in totals:
        yield RehearsalCount(
            segment=row["segment"],
            value=row["value"],
            currency=row["currency"],
            before=row["before"],
            after=row["after"],
            differs=row["differs"],
            accounts=row["n"],
            open_minor=row["minor"],
        )


@dataclass(slots=True)
class Total:
    """So many accounts, and what they owe, each currency by itself."""

    accounts: int = 0
    _minor: Counter[str] = field(default_factory=Counter)

    def add(self, count: RehearsalCount) -> None:
        """Add what was counted."""
        self.accounts += count.accounts
        self._minor[count.currency] += int(count.open_minor)

    @property
    def owed(self) -> list[Money]:
        """What they owe, by currency."""
        return [Money(minor, currency) for currency, minor in sorted(self._minor.items()) if currency]


@dataclass(frozen=True, slots=True)
class Said:
    """What happens to an account, in words."""

    #: One thing after the other; empty where nothing does.
    happens: tuple[str, ...]
    orders: tuple[str, ...]
    #: Where it stands afterwards, where that is told.
    stands: str

    @property
    def in_a_line(self) -> str:
        """All of it, for a cell of a file."""
        return "; ".join(filter(None, (*self.happens, self.stands and _("then at {where}").format(where=self.stands))))


@dataclass(slots=True)
class Difference:
    """Accounts that fare alike: one way now, and another by the version."""

    before_text: str
    after_text: str
    before: Said
    after: Said
    total: Total = field(default_factory=Total)


@dataclass(slots=True)
class Part:
    """A segment's value: of how many accounts how many fare otherwise."""

    name: str
    all: Total = field(default_factory=Total)
    differing: Total = field(default_factory=Total)


@dataclass(slots=True)
class Harmed:
    """A harm: what it is, and whom it would befall."""

    harm: Harm
    total: Total = field(default_factory=Total)

    @property
    def said(self) -> str:
        """The harm in words."""
        return str(rules.HARM_WORDS[self.harm])


@dataclass(slots=True)
class Ordered:
    """An order, and for how many accounts it is given now, and would be by the version. Whether it can be nobody has asked."""

    said: str
    before: int = 0
    after: int = 0

    @property
    def change(self) -> int:
        """How many more there would be."""
        return self.after - self.before


class Result:
    """What a rehearsal found, in the reader's words."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self._counts = list(_summed(rehearsal))
        self._documents = dict(Version.objects.filter(paper=rehearsal.version.paper_id).values_list("pk", "document"))

    def _of(self, segment: Segment) -> list[RehearsalCount]:
        return [each for each in self._counts if each.segment == segment]

    @cached_property
    def whole(self) -> Part:
        """All accounts that the version would treat."""
        return self._part("", self._of(Segment.WHOLE))

    @staticmethod
    def _part(name: str, counts: Iterable[RehearsalCount]) -> Part:
        part = Part(name)
        for count in counts:
            part.all.add(count)
            if count.differs:
                part.differing.add(count)
        return part

    @cached_property
    def differences(self) -> list[Difference]:
        """How accounts fare otherwise, the most accounts first."""
        found: dict[tuple[str, str], Difference] = {}
        for each in self._of(Segment.WHOLE):
            if each.differs:
                key = (each.before, each.after)
                if key not in found:
                    found[key] = Difference(each.before, each.after, self.said(each.before), self.said(each.after))
                found[key].total.add(each)
        return sorted(found.values(), key=lambda each: (-each.total.accounts, each.before_text, each.after_text))

    @cached_property
    def harms(self) -> list[Harmed]:
        """The harms that would befall accounts, in the order of `Harm`. An account may be in several."""
        found = {harm: Harmed(harm) for harm in Harm}
        for each in self._of(Segment.HARM):
            for harm in Harm(int(each.value)):
                found[harm].total.add(each)
        return [each for each in found.values() if each.total.accounts]

    @cached_property
    def harmed(self) -> Total:
        """All accounts that a harm would befall, each once."""
        total = Total()
        for each in self._of(Segment.HARM):
            if each.value != "0":
                total.add(each)
        return total

    @cached_property
    def touched(self) -> list[tuple[str, int, int]]:
        """Accounts in need of care about which something is done: why, how many now, how many by the version."""
        found: dict[Harm, list[int]] = {harm: [0, 0] for harm in Harm}
        for each in self._of(Segment.CARE):
            before, after = (self._is_felt(Outcome.read(text)) for text in (each.before, each.after))
            for harm in Harm(int(each.value)):
                found[harm][0] += each.accounts if before else 0
                found[harm][1] += each.accounts if after else 0
        return [(str(rules.HARM_WORDS[harm]), both[0], both[1]) for harm, both in found.items() if any(both)]

    @cached_property
    def orders(self) -> list[Ordered]:
        """What would be ordered, beside what is now, what changes most first."""
        found: dict[str, Ordered] = {}
        for each in self._of(Segment.WHOLE):
            for name, text in (("before", each.before), ("after", each.after)):
                for said in self.said(text).orders:
                    ordered = found.setdefault(said, Ordered(said))
                    setattr(ordered, name, getattr(ordered, name) + each.accounts)
        return sorted(found.values(), key=lambda each: (-abs(each.change), -each.after, each.said))

    @cached_property
    def segments(self) -> list[tuple[str, list[Part]]]:
        """The segments: each with its values, of how many accounts how many fare otherwise."""
        found = []
        for segment, name_of in (
            (Segment.PORTFOLIO, self._portfolio),
            (Segment.CUSTOMER, lambda value: _("Companies") if value == "true" else _("People")),
            (Segment.AGE, lambda value: str(rules.AGE_WORDS[int(value)])),
        ):
            by_value: dict[str, list[RehearsalCount]] = {}
            for each in self._of(segment):
                by_value.setdefault(each.value, []).append(each)
            parts = [self._part(name_of(value), counts) for value, counts in sorted(by_value.items())]
            if parts:
                found.append((str(segment.label), parts))
        return found

    @cached_property
    def _portfolios(self) -> dict[int, str]:
        ids = {int(each.value) for each in self._of(Segment.PORTFOLIO) if each.value}
        found = Portfolio.objects.filter(pk__in=ids).select_related("client")
        return {each.pk: f"{each.client.name}, {each.name}" for each in found}

    def _portfolio(self, value: str) -> str:
        return self._portfolios.get(int(value), "") if value else ""

    def said(self, text: str) -> Said:
        """Say what is kept of an account."""
        outcome = Outcome.read(text)
        if outcome.version_id is None:
            return Said((), (), "")
        program = versions.program_of(self._document(outcome.version_id))
        effects = self._effects(outcome)
        place = program.places[outcome.place] if outcome.place is not None else None
        stands = ""
        if place is not None:
            stands = f"{place.state.title} · {place.step.title if place.step else _('nothing more comes')}"
        return Said(
            tuple(_said_effect(each) for each in effects),
            tuple(narration.said_order(order) for each in effects for order in each.orders),
            stands,
        )

    def _is_felt(self, outcome: Outcome) -> bool:
        return any(rules.is_felt(order) for each in self._effects(outcome) for order in each.orders)

    def _effects(self, outcome: Outcome) -> list[Effect]:
        if outcome.version_id is None:
            return []
        program = versions.program_of(self._document(outcome.version_id))
        return [program.effect(number) for number in outcome.effects]

    def _document(self, version_id: int) -> str:
        if version_id not in self._documents:
            self._documents[version_id] = versions.get_version(version_id).document
        return self._documents[version_id]


def _said_effect(effect: Effect) -> str:
    """Say what happens, with a word where the title alone would not tell."""
    if effect.kind is EffectKind.SKIP:
        return _("{title} (passed over)").format(title=effect.title)
    return effect.title


@dataclass(frozen=True, slots=True)
class Row:
    """An account that fares otherwise, within the reader's scope."""

    account: Account
    before: Said
    after: Said
    harms: list[str]
    owed: Money


def accounts_differing(
    result: Result,
    *,
    scope: Scope,
    harm: Harm | None = None,
    only_harmed: bool = False,
    before: str | None = None,
    after: str | None = None,
) -> QuerySet[RehearsalAccount]:
    """Give the accounts within a scope that fare otherwise: those of a harm, or of a difference, or all, the harmed first."""
    found = RehearsalAccount.objects.filter(rehearsal=result.rehearsal)
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    if harm is not None:
        found = found.annotate(bits=F("harms").bitand(int(harm))).exclude(bits=0)
    if only_harmed:
        found = found.exclude(harms=0)
    if before is not None and after is not None:
        found = found.filter(Q(before=before, after=after))
    return found.order_by("account_id")


def rows(result: Result, found: Iterable[RehearsalAccount]) -> list[Row]:
    """Give some accounts that fare otherwise, in words."""
    listed = list(found)
    named = Account.objects.select_related("portfolio__client").in_bulk([each.account_id for each in listed])
    return [
        Row(
            named[each.account_id],
            result.said(each.before),
            result.said(each.after),
            [str(rules.HARM_WORDS[harm]) for harm in Harm(each.harms)],
            Money(each.open_minor, each.currency),
        )
        for each in listed
        if each.account_id in named
    ]


#: Accounts that are read at once for a file.
_BATCH = 500


def stream(result: Result, found: QuerySet[RehearsalAccount]) -> Iterator[Row]:
    """Give accounts that fare otherwise in words, however many, a batch at a time."""
    batch: list[RehearsalAccount] = []
    for each in found.iterator(chunk_size=_BATCH):
        batch.append(each)
        if len(batch) == _BATCH:
            yield from rows(result, batch)
            batch = []
    yield from rows(result, batch)
