"""Documents drawn by chance: the database does to an account, day by day, what the slow walker says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, at, days, run
from tests.strategy.walker import Walker

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.strategy.queries import catalogue, why
from tallystick.strategy.rules import reading
from tallystick.strategy.rules.program import EffectKind
from tallystick.worklists import actions as worklists
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("hearing")]

SEEDS = range(24)
FIRST = date(2026, 3, 23)
STATES = ("one", "two", "three")
RESULTS = ("promise", "refuses", "no_answer", "done")


#: Every state has to be reached somehow; no account is closed here.
_REACHED = "".join(f"  - {{event: accounts.AccountClosed, go: {name}}}\n" for name in STATES)


class _Author:
    """Writes documents by chance, from all that a step can say."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._titles = 0

    def document(self) -> str:
        states = "".join(self._state(name) for name in STATES)
        return f"name: walk\ntitle: Walk\nstart: one\nstates:\n{states}answers:\n{_REACHED}"

    def work(self) -> dict[int, tuple[int, str]]:
        """Give what comes of tasks: of most of them something, some days later."""
        return {
            number: (self._chance.randint(1, 6), self._chance.choice(RESULTS)) for number in range(60) if self._may(0.6)
        }

    def due_on(self) -> date:
        return date(2026, 4, self._chance.randint(1, 15))

    def _may(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _other(self, than: str) -> str:
        return self._chance.choice([name for name in STATES if name != than])

    def _state(self, name: str) -> str:
        lines = [f"  {name}:"]
        if self._may(0.5):
            lines += [
                "    leave:",
                f"      - {{when: days_past_due = {self._chance.randint(-3, 12)}, go: {self._other(name)}}}",
            ]
        lines.append("    steps:")
        for _number in range(self._chance.randint(1, 4)):
            lines += self._step(name)
        return "\n".join(lines) + "\n"

    def _step(self, state: str) -> list[str]:
        self._titles += 1
        lines = [f"      - id: s{self._titles}"]
        lines += self._when()
        goes = self._may(0.3)
        is_task = self._may(0.5)
        if self._may(0.4):
            lines.append(f"        when: days_past_due >= {self._chance.randint(-6, 8)}")
            if self._may(0.6):
                lines.append("        otherwise: skip")
        if self._may(0.3) or is_task:
            lines.append(f"        on: {self._chance.choice(['business days', 'any day'])}")
        lines += self._task(state, goes=goes) if is_task else ["        do: [note: said]"]
        if goes:
            lines.append(f"        go: {self._other(state)}")
        return lines

    def _when(self) -> list[str]:
        count, unit = self._chance.randint(0, 6), self._chance.choice(["days", "business days"])
        kind = self._chance.choice(["after", "entering", "before", "late", "none"])
        if kind == "after":
            return [f"        after: {count} {unit}"]
        if kind == "entering":
            return [f"        after: {count} {unit} since entering"]
        if kind == "none":
            return []
        lines = [f"        at: {max(count, 1)} {unit} {'before' if kind == 'before' else 'after'} due"]
        if self._may(0.5):
            lines.append(f"        roll: {self._chance.choice(['next', 'previous'])} business day")
        return lines

    def _task(self, state: str, *, goes: bool) -> list[str]:
        waits = goes or self._may(0.7)
        lines = ["        do:", "          - task:", "              kind: call", "              title: Call"]
        lines.append(f"              limit: {self._chance.randint(1, 4)} business days")
        if waits:
            lines.append("              wait: true")
            if self._may(0.6):
                results = {word: self._chance.choice(STATES) for word in self._chance.sample(RESULTS, 2)}
                lines.append(f"              results: {{{', '.join(f'{word}: {go}' for word, go in results.items())}}}")
        ending = self._chance.choice(["", f"go: {self._other(state)}", "wait: true" if waits else "priority: high"])
        if ending:
            lines.append(f"              escalate: {{{ending}}}")
        return lines


def _walker(author: _Author, text: str) -> Walker:
    document = reading.read(text, catalogue.rooms_vocabulary())
    return Walker(document, author.due_on(), jurisdictions.holidays("GB-EAW"), author.work())


def test_the_walks_come_across_everything_that_can_happen():
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        author = _Author(seed)
        walker = _walker(author, author.document())
        for day in days(FIRST, 40):
            walker.live(day)
        seen.update(kind for _day, kind, _title in walker.happened)

    assert {kind.value for kind in EffectKind} - seen.keys() == {"answer"}
    assert min(seen.values()) >= 10, seen


@pytest.mark.parametrize("seed", SEEDS)
def test_the_database_walks_as_the_walker_does(seed):
    author = _Author(seed)
    text = author.document()
    walker = _walker(author, text)
    account = builders.account()
    builders.invoice(account, "100.00", due_on=walker.due_on)
    strategies.publish(text, day=FIRST)

    for day in days(FIRST, 40):
        walker.live(day)
        for number, task in enumerate(WorkItem.objects.filter(account_id=account.pk).order_by("pk")):
            after, result = walker.work.get(number, (0, ""))
            if result and task.state == "open" and (day - task.asked_on).days == after:
                worklists.complete_task(work_item_id=task.pk, outcome=result, at=at(day), by=BY)
        run(day)

    past = reversed(why.history(account.pk, limit=500))
    assert [(each.due_on, each.effect.kind.value, each.effect.title) for each in past] == walker.happened, text
