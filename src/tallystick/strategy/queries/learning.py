"""Splits that learn: the shares they had, what came of their arms, and what other ways of dealing out would have brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from tallystick.kernel import sql
from tallystick.ledger.queries import MONEY_HEADS, OWED_HEADS
from tallystick.ledger.rules import Cause
from tallystick.strategy.models import LearnedShares, Paper, SplitAct
from tallystick.strategy.queries import trials, versions
from tallystick.strategy.rules import learning, own_words
from tallystick.strategy.rules.document import Learning, Split
from tallystick.strategy.rules.evidence import CHANCES
from tallystick.strategy.rules.learning import ActKind, Arm
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, State
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.terms import GUARD

_NOBODY = Sums(0, 0, 0, 0, 0, 0)


def learners() -> Iterator[tuple[Paper, Split]]:
    """Give the splits of published versions that learn."""
    for version in versions.all_of_strategies().filter(state=State.PUBLISHED).order_by("pk"):
        for split in versions.program_of(version.document).document.splits:
            if split.learns:
                yield version.paper, split


def get_learner(strategy: Paper, split_id: str) -> Split:
    """Give a split of the published version of a strategy.

    :raises NotPublished: there is no published version
    :raises SplitDoesNotLearn: it has no such split that learns
    """
    document = versions.program_of(versions.published_version(strategy).document).document
    for split in document.splits:
        if split.id == split_id and split.learns:
            return split
    raise learning.SplitDoesNotLearn(split=split_id)


def shares_set(strategy: Paper, split: Split) -> QuerySet[LearnedShares]:
    """Give the shares that a split was given since it is written as it is, in their order."""
    return LearnedShares.objects.filter(strategy=strategy.name, split=split.id, terms=split.terms).order_by("since")


def shares_on(strategy: Paper, split: Split, day: date) -> dict[str, int]:
    """Give the shares by which accounts are dealt out on a day."""
    last = shares_set(strategy, split).filter(since__lte=day).last()
    return in_order(split, last.shares) if last else dict(split.shares)


def in_order(split: Split, shares: Mapping[str, int]) -> dict[str, int]:
    """Give shares in the order in which the arms are written: JSON keeps none."""
    return {arm: shares[arm] for arm, _share in split.shares}


def acts(strategy: Paper, split_id: str) -> QuerySet[SplitAct]:
    """Give what people did with a split that learns, the latest first."""
    return SplitAct.objects.filter(strategy=strategy.name, split=split_id).order_by("-pk")


def is_frozen(strategy: Paper, split_id: str) -> bool:
    """Test if somebody froze its shares and nobody thawed them."""
    last = SplitAct.objects.filter(strategy=strategy.name, split=split_id).order_by("-pk").first()
    return last is not None and last.kind == ActKind.FROZEN


@dataclass(frozen=True, slots=True)
class Count:
    """Accounts of an arm: those that came, those whose window is over, and how many of these have the measure or a dispute."""

    came: int = 0
    over: int = 0
    reached: int = 0
    disputed: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a split until a day: counts by arm, and weighted sums of some policies in their order."""

    counts: dict[str, Count]
    reached: list[Sums]
    disputed: list[Sums]

    @property
    def is_enough(self) -> bool:
        """Whether of every arm enough is known to leave the shares that were written."""
        return all(count.over >= learning.ENOUGH for count in self.counts.values())

    def arms(self) -> list[Arm]:
        """Give what is known of each arm, where the first policies are those of one arm alone."""
        return [
            Arm(name, count.over, count.reached, sums.ratio or 0.0, learning.worth(sums))
            for (name, count), sums in zip(self.counts.items(), self.reached, strict=False)
        ]

    def disputes(self) -> dict[str, Sums]:
        """Give the sums of disputes of each arm."""
        return dict(zip(self.counts, self.disputed, strict=False))


def alone(split: Split) -> list[dict[str, int]]:
    """Give the policies that put everybody into one arm."""
    return [{arm: 100} for arm, _share in split.shares]


def read(strategy: Paper, split: Split, policies: Sequence[Mapping[str, int]], *, day: date) -> Seen:
    """Sum up what came of the accounts that a split dealt out in the past, by what each policy would have given them."""
    learns = _learning(split)
    dealt = [(place, arm, share) for place, policy in enumerate(policies) for arm, share in policy.items()]
    found = _entries(strategy, split)
    rows = sql.rows(
        trials.measuring("learning.sql"),
        {
            "word": own_words.name_of_split(split.id),
            "chances": own_words.name_of_split(split.id) + CHANCES,
            "versions": [version for version, _effect in found],
            "effects": [effect for _version, effect in found],
            "since": day - timedelta(days=learning.PAST),
            "day": day,
            "window": learns.within,
            "measure": learns.measure.value,
            "by_debtor": split.by_debtor,
            "policies": [str(place) for place, _arm, _share in dealt],
            "arms": [arm for _place, arm, _share in dealt],
            "shares": [share for _place, _arm, share in dealt],
            "owed": [int(head) for head in OWED_HEADS],
            "money": [int(head) for head in MONEY_HEADS],
            "added": int(Cause.ITEM),
        },
    )
    sums = {
        (row["name"], row["measure"]): Sums(row["units"], *(int(row[name]) for name in ("y", "x", "yy", "xy", "xx")))
        for row in rows
    }
    counts = {}
    for arm, _share in split.shares:
        came, over = sums.get((arm, "came"), _NOBODY), sums.get((arm, "over"), _NOBODY)
        counts[arm] = Count(came.units, over.units, over.y, over.x)
    places = [str(place) for place in range(len(policies))]
    return Seen(
        counts,
        [sums.get((place, learns.measure.value), _NOBODY) for place in places],
        [sums.get((place, GUARD.value), _NOBODY) for place in places],
    )


def _learning(split: Split) -> Learning:
    if split.learns is None:
        raise learning.SplitDoesNotLearn(split=split.id)
    return split.learns


def _entries(strategy: Paper, split: Split) -> list[tuple[int, int]]:
    """Give the effects by which accounts came to the state of a split, in every version that has it written as it is."""
    found: list[tuple[int, int]] = []
    for version in versions.versions_of(strategy):
        if version.state in UNPUBLISHED:
            continue
        program = versions.program_of(version.document)
        if split in program.document.splits:
            found += [(version.pk, effect) for effect in trials.entries(program, _learning(split).state)]
    return found
