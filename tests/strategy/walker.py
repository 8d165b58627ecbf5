"""The slow walker: what a document does to one account, day by day, said a second time in plain Python and used in tests only.

It knows nothing of places, effects, review days or SQL: it reads the document as a person would. The facts are one due day,
what a person does about tasks, and when; nothing is paid.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.strategy.reference import Reference, day_by_due

from tallystick.strategy.rules.document import Document, Otherwise, Since, State, Step
from tallystick.strategy.rules.orders import Watch


@dataclass
class Asked:
    """A task that a step asked for."""

    step: Step
    state: State
    watch: Watch
    on: date
    result: str = ""
    is_late: bool = False


@dataclass
class Walker:
    """Walks one account through a document."""

    document: Document
    due_on: date
    holidays: Collection[date]
    #: What comes of the n-th task, and how many days after it was asked for; no entry where nobody ever does it.
    work: Mapping[int, tuple[int, str]]
    state: State = field(init=False)
    #: The step that is waited for by its number, and whether the account waits for what comes of its task.
    number: int = 0
    awaits: bool = False
    entered: date | None = None
    since: date | None = None
    happened: list[tuple[date, str, str]] = field(default_factory=list)
    tasks: list[Asked] = field(default_factory=list)
    _stirred: bool = True

    def live(self, day: date) -> None:
        """Live through a day: people work, then what happened is answered, then the night's run."""
        if self.entered is None:
            self.state = self.document.state(self.document.start)
            self._enter(self.state, day)
        for number, task in enumerate(self.tasks):
            after, result = self.work.get(number, (0, ""))
            if result and not task.result and task.on + timedelta(days=after) == day:
                task.result, self._stirred = result, True
        while self._stirred:
            self._stirred = False
            self._leave(day)
            self._go_on(day)
        if not self._leave(day):
            self._be_late(day)
        self._go_on(day)

    def _tell(self, day: date, kind: str, title: str) -> None:
        self.happened.append((day, kind, title))

    def _enter(self, state: State, day: date) -> None:
        self.state, self.number, self.awaits = state, 0, False
        self.entered = self.since = day

    def _true(self, condition: object, day: date) -> bool:
        if condition is None:
            return True
        days = (day - self.due_on).days
        return Reference({"days_past_due": days, "accounts.days_past_due": days}, day, {}).of(condition.tree) is True  # type: ignore[attr-defined]

    def _leave(self, day: date) -> bool:
        for leave in self.state.leaves:
            if self._true(leave.when, day):
                self._tell(day, "leave", f"→ {self.document.state(leave.go).title}")
                self._enter(self.document.state(leave.go), day)
                return True
        return False

    def _be_late(self, day: date) -> None:
        """Let the first limit come of a task that is open while the account has gone on in the state."""
        for step in self.state.steps:
            late = [task for task in self.tasks if task.step is step and self._is_late(task, day)]
            if late and not step.awaits:
                self._overrun(late[0], day)
                return

    def _is_late(self, task: Asked, day: date) -> bool:
        return not task.result and not task.is_late and self._business(task.on, task.watch.limit) <= day

    def _business(self, day: date, count: int) -> date:
        return day_by_due(day, count, business=True, before=False, roll="none", holidays=self.holidays)

    def _overrun(self, task: Asked, day: date) -> None:
        for each in self.tasks:
            each.is_late = each.is_late or (each.step is task.step and self._is_late(each, day))
        self._stirred = True
        self._tell(day, "overrun", task.step.title)
        if task.watch.go:
            self._enter(self.document.state(task.watch.go), day)
        elif task.step.awaits and not task.watch.keeps_waiting:
            self._after(task.step, day)

    def _after(self, step: Step, day: date) -> None:
        """Go on after a step."""
        if step.go:
            self._enter(self.document.state(step.go), day)
        else:
            self.number, self.awaits, self.since = self.number + 1, False, day

    def _go_on(self, day: date) -> None:
        while self._once(day):
            pass

    def _once(self, day: date) -> bool:
        """Do what comes next, and say if something may come after it on this day."""
        if self.number >= len(self.state.steps):
            return False
        step = self.state.steps[self.number]
        if self.awaits:
            return self._wait(step, day)
        if not self._has_come(step, day) or not self._is_rested(day):
            return False
        is_past = step.at is not None and step.at.is_before and day >= self.due_on
        if not is_past and self._true(step.when, day):
            self._make(step, day)
            return False
        skipped = is_past or step.otherwise is Otherwise.SKIP
        if skipped and not self._was(day, "skip", step.title):
            self._tell(day, "skip", step.title)
            self.number, self.since = self.number + 1, day
            return True
        return False

    def _wait(self, step: Step, day: date) -> bool:
        task = self.tasks[-1]
        if task.result:
            if self._was(day, "result", step.title):
                return False
            self._tell(day, "result", step.title)
            go = dict(task.watch.results).get(task.result)
            if go:
                self._enter(self.document.state(go), day)
            else:
                self._after(step, day)
            return True
        if not self._is_late(task, day):
            return False
        self._overrun(task, day)
        return True

    def _make(self, step: Step, day: date) -> None:
        self._tell(day, "step", step.title)
        self._stirred = self._stirred or bool(step.orders)
        if step.watch:
            self.tasks.append(Asked(step, self.state, step.watch, day))
        if step.awaits:
            self.awaits = True
        else:
            self._after(step, day)

    def _has_come(self, step: Step, day: date) -> bool:
        assert self.entered is not None
        assert self.since is not None
        if step.business_days_only and (day.weekday() >= 5 or day in self.holidays):
            return False
        if step.at:
            at = step.at
            comes = day_by_due(
                self.due_on,
                at.days,
                business=at.business,
                before=at.is_before,
                roll=at.roll.value,
                holidays=self.holidays,
            )
            # A step before the due day is passed over on that day, whenever its own would be.
            return day >= comes or (at.is_before and day >= self.due_on)
        begins = self.entered if step.after.since is Since.ENTERING else self.since
        delay = step.after.days
        return day >= (self._business(begins, delay) if step.after.business else begins + timedelta(days=delay))

    def _is_rested(self, day: date) -> bool:
        """Test if no step was made on the day, or none of this state since the account came to it on the day."""
        made = [title for on, kind, title in self.happened if on == day and kind == "step"]
        own = {step.title for step in self.state.steps}
        return not made or (self.entered == day and not own.intersection(made))

    def _was(self, day: date, kind: str, title: str) -> bool:
        """Test if the account came to its state on the day, and this happened on it before."""
        return self.entered == day and (day, kind, title) in self.happened
