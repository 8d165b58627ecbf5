"""The shape of a task for a person, and of what becomes of one that nobody does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.strategy.forms.parts import WORDS, OrderForm, chosen, state_field, title_field
from tallystick.strategy.rules.editing import changes, when_words
from tallystick.strategy.rules.editing.changes import Section
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.orders import PRIORITIES
from tallystick.worklists.rules import RESULTS, Kind

_PRIORITY_NAMES = {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}
_PRIORITIES = [(word, _PRIORITY_NAMES[word]) for word in PRIORITIES]


class TaskForm(OrderForm):
    """Something for a person to do."""

    kind = "task"
    texts = ("title", "team", "note")
    field_of: ClassVar[Mapping[str, str]] = {"kind": "kind_of_task"}
    kind_of_task = forms.ChoiceField(label=_("What kind of work it is"), choices=Kind.choices())
    title = forms.CharField(label=_("What is to be done"), max_length=200, widget=forms.TextInput(attrs=WORDS))
    owner = forms.BooleanField(label=_("It is for whoever looks after the account"), required=False)
    team = forms.ChoiceField(label=_("Else it is for"), required=False)
    due = forms.IntegerField(
        label=_("Due after how many business days"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Empty: the same day."),
    )
    priority = forms.ChoiceField(label=_("How urgent"), choices=_PRIORITIES)
    note = forms.CharField(
        label=_("What else there is to know"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {
            **super().read(section),
            "kind_of_task": section.get("kind", Kind.CALL.value),
            "owner": section.get("owner") is True,
            "due": when_words.business_days_of(section.get("due")),
            "priority": section.get("priority", "normal"),
            "note": " ".join(str(section.get("note") or "").split()),
        }

    def offer(self) -> None:
        """Fill the choices of the fields."""
        super().offer()
        for name in ("team", "escalate_team"):
            if name in self.fields:
                nobody = _("the client's own team") if name == "team" else _("nobody else")
                teams = [(team, team) for team in self.offers.teams]
                now = str(self.initial.get(name) or "")
                self.fields[name].choices = [("", nobody), *chosen(teams, now)]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Plain]:
        """Give what the fields say; what is the default is not written where it was not."""
        cleaned = self.cleaned_data
        said: dict[str, Plain] = {"kind": cleaned["kind_of_task"], **super().given()}
        said["owner"] = True if cleaned["owner"] else None
        if cleaned["due"] != self.initial["due"]:
            said["due"] = when_words.business_days(cleaned["due"])
        if cleaned["priority"] != "normal" or "priority" in self.before:
            said["priority"] = cleaned["priority"]
        return said


class WatchedTaskForm(TaskForm):
    """A task of a step: it may have a limit, and the account may wait for what comes of it."""

    #: Rows for results that nobody has named yet.
    MORE_RESULTS = 2
    limit = forms.IntegerField(
        label=_("Time limit, in business days"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("Empty: nothing happens if nobody does it."),
    )
    wait = forms.BooleanField(label=_("The account waits until it is done, or the limit comes"), required=False)
    escalate_priority = forms.ChoiceField(
        label=_("It is weighed at least as"), required=False, choices=[("", _("before")), *_PRIORITIES]
    )
    escalate_owner = forms.BooleanField(label=_("It is given to whoever looks after the account"), required=False)
    escalate_team = forms.ChoiceField(label=_("It is given to the team"), required=False)
    escalate_go = state_field(label=_("The account goes to"))
    escalate_go_title = title_field()
    escalate_wait = forms.BooleanField(label=_("The account waits on for the task"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        results = list(self._results().items())
        words = [("", "—"), *((word, title) for word, title in RESULTS.items())]
        for number in range(1, len(results) + self.MORE_RESULTS + 1):
            word, state = results[number - 1] if number <= len(results) else ("", "")
            self.fields[f"result_{number}"] = forms.ChoiceField(
                label=_("When it came to"), required=False, choices=words, initial=word
            )
            self.fields[f"result_state_{number}"] = forms.ChoiceField(
                label=_("The account goes to"),
                required=False,
                choices=[("", "—"), *chosen(self.offers.states, str(state))],
                initial=state,
            )

    def _results(self) -> dict[str, Plain]:
        results = self.before.get("results")
        return results if isinstance(results, dict) else {}

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields of each result."""
        numbers = [name.removeprefix("result_state_") for name in self.fields if name.startswith("result_state_")]
        return [(self[f"result_{number}"], self[f"result_state_{number}"]) for number in numbers]

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        escalate = section.get("escalate")
        late = escalate if isinstance(escalate, dict) else {}
        return {
            **super().read(section),
            "limit": when_words.business_days_of(section.get("limit")),
            "wait": section.get("wait") is True,
            "escalate_priority": late.get("priority", ""),
            "escalate_team": late.get("team", ""),
            "escalate_owner": late.get("owner") is True,
            "escalate_go": late.get("go", ""),
            "escalate_wait": late.get("wait") is True,
        }

    def field_for(self, keys: Sequence[str | int]) -> str | None:
        """Give the field for what stands at some keys: the results stand in rows."""
        if "results" in keys:
            return "result_1"
        return super().field_for(keys)

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        cleaned = self.cleaned_data
        said = super().given()
        if cleaned["limit"] != self.initial["limit"]:
            said["limit"] = when_words.business_days(cleaned["limit"])
        said["wait"] = True if cleaned["wait"] else None
        results: dict[str, Plain] = {}
        for word, state in self.pairs():
            if cleaned[word.name]:
                results[cleaned[word.name]] = cleaned[state.name]
        if results != self._results():
            said["results"] = results or None
        late = changes.merged(
            self.before["escalate"] if isinstance(self.before.get("escalate"), dict) else {},  # type: ignore[arg-type]
            {
                "priority": cleaned["escalate_priority"] or None,
                "team": cleaned["escalate_team"] or None,
                "owner": True if cleaned["escalate_owner"] else None,
                "go": cleaned["escalate_go"] or None,
                "wait": True if cleaned["escalate_wait"] else None,
            },
            "escalate",
        )
        return {**said, "escalate": late or None}
