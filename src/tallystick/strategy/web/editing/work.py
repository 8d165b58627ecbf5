"""A part that is being written: its form, where it goes, what it is called, and whose fault a mistake is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tallystick.kernel.refusals import Refusal
from tallystick.strategy.forms import sections, tasks
from tallystick.strategy.forms.orders import ORDER_NAMES
from tallystick.strategy.forms.parts import OrderForm, PartForm
from tallystick.strategy.rules.editing import changes, names
from tallystick.strategy.rules.editing.changes import Path
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.section import Problem
from tallystick.strategy.web.editing import places


@dataclass(slots=True)
class Work:
    """A part that is being written: where it is, its form, and what was wrong with it."""

    copy: Any
    data: Plain
    path: Path
    is_new: bool
    form: PartForm
    #: Of a step or an answer that is added, its first order.
    order: OrderForm | None = None
    problems: list[Problem] = field(default_factory=list)
    refusal: Refusal | None = None

    def value(self) -> tuple[Path, Plain]:
        """Give where the part goes, and what it says."""
        if isinstance(self.form, OrderForm):
            return self.path, self.form.order()
        if isinstance(self.form, sections.GuardForm):
            return self._named("never_when"), self.form.section()["when"]
        if isinstance(self.form, sections.SplitForm):
            return self._named("splits"), self.form.section()
        section = self.form.section()
        if isinstance(self.form, sections.StepForm) and self.is_new:
            section = {"id": self._step_id(), **section}
        if self.order is not None:
            section = changes.merged(section, {"do": [self.order.order()]}, self.form.kind)
        return self.path, section

    def _named(self, holder: str) -> Path:
        if not self.is_new:
            return self.path
        there = self.data.get(holder) if isinstance(self.data, dict) else None
        return holder, changes.free_id(
            str(self.form.cleaned_data["name"]), list(there) if isinstance(there, dict) else []
        )

    def _step_id(self) -> str:
        steps = places.items_at(self.data, self.path[:-1])
        taken = [str(step.get("id")) for step in steps if isinstance(step, dict)]
        return changes.free_id(str(self.form.cleaned_data["title"]), taken)

    def states(self) -> dict[str, Plain]:
        """Give the states that the forms name and that do not exist yet."""
        return {**self.form.new_states, **(self.order.new_states if self.order else {})}

    def fill_in(self, name: str, value: str) -> None:
        """Have the forms show what was sent, and another value in one field, without judging any of it."""
        for form in filter(None, (self.form, self.order)):
            form.initial = {bound.name: bound.value() for bound in form}
            form.is_bound = False
            form.forget()
        self.form.initial[name] = value

    def blame(self, path: Path, problems: Sequence[Problem]) -> None:
        """Put every mistake beside the field that caused it; what no field caused is kept for the head of the page."""
        for problem in problems:
            form, keys = self.form, problem.path[len(path) :]
            if problem.path[: len(path)] != path:
                self.problems.append(problem)
                continue
            if self.order is not None and keys[:2] == ("do", 1):
                form, keys = self.order, keys[2:]
            if isinstance(form, sections.GuardForm):
                keys = ("when",)
            form.add_error(form.field_for(keys) if keys else None, problem.sentence)


def part_name(work: Work, path: Path, value: Plain) -> str:
    """Say what a part is called once it is written."""
    if isinstance(work.form, OrderForm):
        return f"{names.name(work.data, path[:-2])}: {ORDER_NAMES[work.form.word]}"
    title = value.get("title") if isinstance(value, dict) else None
    if title:
        return f"“{title}”"
    if work.is_new and path[-2:-1] == ("leave",):
        return _("Transition of “{state}”").format(state=names.name(work.data, path[:-2]))
    return f"“{names.name(work.data, path) if not work.is_new else str(path[-1])}”"


def fields_of(form: PartForm) -> str:
    """Give the name of the fragment that lays the fields out."""
    for kind, name in (
        (sections.StepForm, "step"),
        (sections.SplitForm, "split"),
        (tasks.TaskForm, "task"),
    ):
        if isinstance(form, kind):
            return f"strategy/editing/_{name}.html"
    return "strategy/editing/_fields.html"


def title_of(work: Work) -> str:
    """Give the heading of the page of a part."""
    if work.is_new:
        match work.form:
            case OrderForm() as form:
                return _("Add: {what}").format(what=ORDER_NAMES[form.word])
            case sections.StepForm():
                return _("Add a step: {what}").format(what=_of_order(work))
            case sections.LeaveForm():
                return _("Add a transition")
            case sections.AnswerForm():
                return _("Add an answer: {what}").format(what=_of_order(work))
            case sections.GuardForm():
                return _("Add a guard")
            case sections.SplitForm():
                return _("Add a split")
        return _("Add a state")
    if isinstance(work.form, OrderForm):
        return str(ORDER_NAMES[work.form.word])
    return names.name(work.data, work.path).capitalize() if work.path else _("The whole")


def _of_order(work: Work) -> str:
    return str(ORDER_NAMES[work.order.word]) if work.order else _("only go to a state")
