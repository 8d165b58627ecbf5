"""A split that learns as people read it: what came of each arm, and what ways of dealing accounts out would have brought."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import LearnedShares, Paper, SplitAct
from tallystick.strategy.queries import learning, versions
from tallystick.strategy.queries.learning import Count, Seen
from tallystick.strategy.rules import learning as rules
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.document import Split
from tallystick.strategy.rules.learning import Value


@dataclass(frozen=True, slots=True)
class Row:
    """An arm: its share now, what came of it, and how likely it was the best when shares were last set."""

    name: str
    share: int
    count: Count
    best: float | None
    is_held_back: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A way of dealing accounts out, and what it would have brought, as shares of accounts."""

    name: str
    shares: dict[str, int]
    value: Value | None
    disputed: Value | None

    @property
    def dealt(self) -> str:
        """What it deals out, where that is more than one arm."""
        return ", ".join(f"{arm} {share}" for arm, share in self.shares.items()) if len(self.shares) > 1 else ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page and the JSON of a split that learns say."""

    strategy: Paper
    split: Split
    measure: str
    state: str
    day: date
    seen: Seen
    rows: list[Row]
    lines: list[Line]
    history: list[LearnedShares]
    acts: list[SplitAct]
    is_frozen: bool

    @property
    def title(self) -> str:
        """What the split is called."""
        return plain.name_aloud(self.split.id).capitalize()

    @property
    def weeks(self) -> list[tuple[LearnedShares, dict[str, int]]]:
        """The shares that were set, in the order of the arms."""
        return [(each, learning.in_order(self.split, each.shares)) for each in self.history]

    @property
    def is_harmful(self) -> bool:
        """Whether an arm is held back."""
        return any(row.is_held_back for row in self.rows)

    @property
    def tone(self) -> str:
        """The tone of the sentence."""
        return "bad" if self.is_harmful else "hold" if self.is_frozen else "info"

    @property
    def sentence(self) -> str:
        """How it stands, in one sentence."""
        shares = ", ".join(f"{row.name} {row.share}" for row in self.rows)
        if self.is_frozen:
            return _("Frozen: accounts are dealt out as {shares}.").format(shares=shares)
        if not self.history:
            return _("Not learned yet: accounts are dealt out as written, {shares}.").format(shares=shares)
        return _("Of a hundred accounts that come now: {shares}.").format(shares=shares)

    @property
    def detail(self) -> str:
        """What else has to be known."""
        harmful = ", ".join(row.name for row in self.rows if row.is_held_back)
        if harmful:
            said = _("{arms}: significantly more disputes, so that it gets no more than what every arm keeps.")
            return said.format(arms=harmful)
        return _("Shares are set anew in the first night of every week, for whoever comes from the next day on.")


def report(strategy: Paper, split: Split, *, day: date, scope: Scope) -> Report:
    """Say what is known of a split that learns. Its figures are of all accounts.

    :raises NotFound: the scope does not reach all of them
    """
    if scope.client_ids is not None or split.learns is None:
        raise NotFound(what="split", reference=split.id)
    shares = learning.shares_on(strategy, split, day)
    ways = [(_("Everybody “{arm}”").format(arm=arm), {arm: 100}) for arm, _share in split.shares]
    ways += [(_("As written"), dict(split.shares)), (_("As learned"), shares)]
    seen = learning.read(strategy, split, [way for _name, way in ways], day=day)
    history = list(learning.shares_set(strategy, split))
    last = history[-1] if history else None
    best = {each["name"]: each["best"] for each in last.found} if last else {}
    document = versions.program_of(versions.published_version(strategy).document).document
    return Report(
        strategy=strategy,
        split=split,
        measure=str(split.learns.measure.label),
        state=document.state(split.learns.state).title,
        day=day,
        seen=seen,
        rows=[
            Row(arm, shares[arm], count, best.get(arm), arm in (last.held_back if last else ()))
            for arm, count in seen.counts.items()
        ],
        lines=[
            Line(name, way, rules.value(reached), rules.value(disputed))
            for (name, way), reached, disputed in zip(ways, seen.reached, seen.disputed, strict=True)
        ],
        history=history,
        acts=list(learning.acts(strategy, split.id)),
        is_frozen=learning.is_frozen(strategy, split.id),
    )


def as_json(found: Report) -> dict[str, Any]:
    """Give a report as machines read it."""
    return {
        "strategy": found.strategy.name,
        "split": found.split.id,
        "day": found.day.isoformat(),
        "measure": found.split.learns.measure.value if found.split.learns else "",
        "frozen": found.is_frozen,
        "arms": [{"arm": row.name, "share": row.share, "best": row.best, **asdict(row.count)} for row in found.rows],
        "ways": [
            {
                "shares": line.shares,
                "value": asdict(line.value) if line.value else None,
                "disputed": asdict(line.disputed) if line.disputed else None,
            }
            for line in found.lines
        ],
        "shares": [
            {"since": each.since.isoformat(), "shares": shares, "found": each.found, "held_back": each.held_back}
            for each, shares in found.weeks
        ],
    }
