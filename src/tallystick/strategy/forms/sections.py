"""Shapes of the parts that a document is made of, orders left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.strategy.forms.parts import (
    WORDS,
    PartForm,
    chosen,
    condition,
    despite_field,
    state_field,
    title_field,
)
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.document import Otherwise, Roll
from tallystick.strategy.rules.editing import changes, when_words
from tallystick.strategy.rules.editing.changes import Section
from tallystick.strategy.rules.editing.when_words import CountedFrom, Moment
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.trials.terms import LEARNED, Measure

#: The number that a time in days begins with.
_DAYS = re.compile(r"[0-9]{1,3}")
_LEVEL = re.compile(r"([0-9]{1,4}) days? past due")


class BeginForm(forms.Form):
    """A strategy that is built from nothing."""

    title = forms.CharField(label=_("What people call it"), max_length=120, widget=forms.TextInput(attrs=WORDS))
    first = forms.CharField(
        label=_("State an account begins in"),
        help_text=_("Such as “Not overdue”. Others are added to it one by one."),
        max_length=120,
        widget=forms.TextInput(attrs=WORDS),
    )
    calendar = forms.ChoiceField(label=_("Business days of"))

    def __init__(self, *args: Any, calendars: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].choices = [(name, name) for name in sorted(calendars)]  # type: ignore[attr-defined]
        self.fields["calendar"].initial = "GB-EAW"


class WholeForm(PartForm):
    """What a document says of itself as a whole."""

    kind = "document"
    texts = ("title", "summary", "calendar", "start")
    title = forms.CharField(label=_("What people call it"), max_length=200, widget=forms.TextInput(attrs=WORDS))
    summary = forms.CharField(
        label=_("What it is for"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    calendar = forms.ChoiceField(label=_("Business days of"), required=False)
    start = forms.ChoiceField(label=_("Accounts begin in"))
    one_message_per = forms.ChoiceField(
        label=_("Messages"),
        choices=[
            ("account", _("each account speaks for itself")),
            ("debtor", _("one account speaks for all that a debtor has with the client")),
        ],
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for number in range(1, len(self._levels()) + 3):
            self.fields[f"levels_{number}"] = forms.IntegerField(
                label=_("Level {number}, from how many days past due").replace("{number}", str(number)),
                required=False,
                min_value=0,
                max_value=9999,
                initial=self._levels().get(str(number)),
            )

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {
            **super().read(section),
            "calendar": section.get("calendar", "GB-EAW"),
            "summary": " ".join(str(section.get("summary") or "").split()),
            "one_message_per": section.get("one_message_per", "account"),
        }

    def offer(self) -> None:
        """Fill the choices of the fields."""
        calendars = [(name, name) for name in sorted(self.offers.calendars)]
        self.fields["calendar"].choices = chosen(calendars, str(self.initial["calendar"]))  # type: ignore[attr-defined]
        self.fields["start"].choices = self.offers.states  # type: ignore[attr-defined]

    def _levels(self) -> dict[str, int]:
        levels = self.before.get("levels")
        found = {key: _LEVEL.fullmatch(str(text)) for key, text in levels.items()} if isinstance(levels, dict) else {}
        return {key: int(match.group(1)) for key, match in found.items() if match}

    def clean(self) -> dict[str, Any]:
        """Have no level without the one before it."""
        cleaned = super().clean()
        numbers = [name for name in self.fields if name.startswith("levels_")]
        for name, later in pairwise(numbers):
            if cleaned.get(name) is None and cleaned.get(later) is not None:
                self.add_error(name, _("A level is missing here."))
        return cleaned

    def given(self) -> dict[str, Plain]:
        """Give what the fields say; what is the default is not written where it was not."""
        said = super().given()
        if "calendar" not in self.before and said["calendar"] == "GB-EAW":
            del said["calendar"]
        if "one_message_per" in self.before or self.cleaned_data["one_message_per"] != "account":
            said["one_message_per"] = self.cleaned_data["one_message_per"]
        levels = {
            name.removeprefix("levels_"): days
            for name in self.fields
            if name.startswith("levels_") and (days := self.cleaned_data[name]) is not None
        }
        if levels != self._levels():
            said["levels"] = {
                number: f"{days} {'day' if days == 1 else 'days'} past due" for number, days in levels.items()
            } or None
        return said


class StateForm(PartForm):
    """A state."""

    kind = "state"
    texts = ("title",)
    title = forms.CharField(label=_("What people call it"), max_length=120, widget=forms.TextInput(attrs=WORDS))
    despite = despite_field()

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {**super().read(section), "despite": section.get("despite", [])}

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        return {**super().given(), "despite": self.given_despite()}


class NewStateForm(PartForm):
    """A state that does not exist yet, and the transition that leads to it: nothing may be out of reach."""

    texts = ("when",)
    title = forms.CharField(label=_("What people call it"), max_length=120, widget=forms.TextInput(attrs=WORDS))
    comes_from = forms.ChoiceField(label=_("Accounts come to it from"))
    when = condition(_("As soon as"), required=True)

    def offer(self) -> None:
        """Fill the choices of the fields."""
        self.fields["comes_from"].choices = self.offers.states  # type: ignore[attr-defined]

    def section(self) -> Section:
        """Give the transition; the state is among the new ones."""
        title = " ".join(self.cleaned_data["title"].split())
        state_id = changes.free_id(title, [state for state, _title in self.offers.states])
        self.new_states[state_id] = {"title": title}
        return {"when": self.cleaned_data["when"], "go": state_id}


class LeaveForm(PartForm):
    """A transition."""

    kind = "leave"
    texts = ("when", "go")
    when = condition(_("As soon as"), required=True)
    go = state_field(required=True, label=_("The account goes to"))
    go_title = title_field()


class GuardForm(PartForm):
    """A guard: while its condition is true nothing is done."""

    texts = ("when",)
    name = forms.CharField(
        label=_("Name of the guard"),
        help_text=_("Such as “Disputed”."),
        max_length=60,
        widget=forms.TextInput(attrs=WORDS),
    )
    when = condition(_("Nothing is done while"), required=True)


class StepForm(PartForm):
    """A step, without its orders."""

    kind = "step"
    texts = ("title", "when", "go", "on", "roll")
    field_of: ClassVar[Mapping[str, str]] = {"at": "days", "after": "days", "id": "title"}
    title = forms.CharField(label=_("What people call it"), max_length=120, widget=forms.TextInput(attrs=WORDS))
    counted_from = forms.ChoiceField(label=_("When it comes"), choices=CountedFrom.choices())
    days = forms.IntegerField(label=_("Days"), required=False, min_value=0, max_value=9999)
    is_business = forms.BooleanField(label=_("Business days"), required=False)
    roll = forms.ChoiceField(
        label=_("Where that is no business day"),
        required=False,
        choices=[("", _("it stays")), *Roll.choices()[1:]],
        help_text=_("For a day by the due day."),
    )
    when = condition(_("Only if"), help_text=_("Empty: it is made as soon as it comes."))
    otherwise = forms.ChoiceField(label=_("Otherwise"), choices=Otherwise.choices())
    on = forms.ChoiceField(
        label=_("On"),
        required=False,
        choices=[
            ("", _("business days for a person's task, else any day")),
            ("business days", _("business days")),
            ("any day", _("any day")),
        ],
    )
    go = state_field()
    go_title = title_field()
    despite = despite_field()

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        moment = when_words.moment_of(section)
        title = section.get("title") or str(section.get("id", "")).replace("-", " ").replace("_", " ").capitalize()
        return {
            **super().read(section),
            "title": title,
            "counted_from": moment.counted_from.value,
            "days": moment.days if moment.counted_from is not CountedFrom.NOTHING else None,
            "is_business": moment.is_business,
            "otherwise": section.get("otherwise", Otherwise.WAIT.value),
            "despite": section.get("despite", []),
        }

    def clean(self) -> dict[str, Any]:
        """Have a number of days where one is counted."""
        cleaned = super().clean()
        if cleaned.get("counted_from") != CountedFrom.NOTHING and cleaned.get("days") is None and "days" in cleaned:
            self.add_error("days", forms.ValidationError(_("How many days?"), code="required"))
        return cleaned

    def given(self) -> dict[str, Plain]:
        """Give what the fields say; what is the default is not written where it was not."""
        said = super().given()
        cleaned = self.cleaned_data
        if "title" not in self.before and cleaned["title"] == self.initial["title"]:
            del said["title"]
        counted = CountedFrom(cleaned["counted_from"])
        is_counted = counted is not CountedFrom.NOTHING
        moment = Moment(counted, cleaned["days"] if is_counted else 0, cleaned["is_business"] and is_counted)
        said |= when_words.written(moment, self.before)
        if cleaned["otherwise"] != Otherwise.WAIT or "otherwise" in self.before:
            said["otherwise"] = cleaned["otherwise"]
        return {**said, "despite": self.given_despite()}


class AnswerForm(PartForm):
    """An answer to an event, without its orders."""

    kind = "answer"
    texts = ("event", "title", "when", "go")
    event = forms.ChoiceField(label=_("As soon as this happens"))
    title = forms.CharField(
        label=_("What people call the answer"), required=False, max_length=120, widget=forms.TextInput(attrs=WORDS)
    )
    when = condition(_("Only if"), help_text=_("Asked of the facts after the event."))
    go = state_field()
    go_title = title_field()
    despite = despite_field()

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {**super().read(section), "despite": section.get("despite", [])}

    def offer(self) -> None:
        """Fill the choices of the fields: events by the room that announces them."""
        super().offer()
        rooms: dict[str, list[tuple[str, str]]] = {}
        for kind in sorted({*self.offers.events, *filter(None, [str(self.initial["event"])])}):
            rooms.setdefault(kind.partition(".")[0].capitalize(), []).append((kind, plain.event_aloud(kind)))
        self.fields["event"].choices = [("", _("Choose an event")), *rooms.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        return {**super().given(), "despite": self.given_despite()}


class SplitForm(PartForm):
    """A split: arms with shares of a hundred, and how those follow what comes of them."""

    kind = "split"
    field_of: ClassVar = {"learns": "learns_state"}
    MOST_ARMS = 6
    name = forms.CharField(
        label=_("Name of the split"),
        help_text=_("Such as “Early call”."),
        max_length=60,
        widget=forms.TextInput(attrs=WORDS),
    )
    by = forms.ChoiceField(
        label=_("By chance"),
        choices=[("account", _("each account by itself")), ("debtor", _("each debtor, with all accounts"))],
    )
    learns_state = forms.ChoiceField(
        label=_("Learns from"),
        help_text=_(
            "The state in which conditions speak of the arm. Shares then follow what came of those who came there."
        ),
        required=False,
    )
    learns_measure = forms.ChoiceField(
        label=_("Better is more of"), choices=[(each, Measure(each).label) for each in LEARNED], required=False
    )
    learns_within = forms.IntegerField(label=_("Days watched"), min_value=1, max_value=365, required=False, initial=14)
    learns_at_least = forms.IntegerField(
        label=_("Every arm keeps, of a hundred"), min_value=1, max_value=49, required=False, initial=10
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        shares = self.before.get("shares")
        arms = list(shares.items()) if isinstance(shares, dict) else []
        for number in range(1, max(self.MOST_ARMS, len(arms)) + 1):
            arm, share = arms[number - 1] if number <= len(arms) else ("", None)
            self.fields[f"arm_{number}"] = forms.CharField(
                label=_("Arm"), required=False, max_length=60, initial=arm, widget=forms.TextInput(attrs=WORDS)
            )
            self.fields[f"share_{number}"] = forms.IntegerField(
                label=_("Of a hundred"), required=False, min_value=0, max_value=100, initial=share
            )

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        learns = self._learns(section)
        days = _DAYS.match(str(learns.get("within", "")))
        return {
            "by": section.get("by", "account"),
            "learns_state": learns.get("state", ""),
            "learns_measure": learns.get("measure", LEARNED[0]),
            "learns_within": int(days.group()) if days else 14,
            "learns_at_least": learns.get("at_least", 10),
        }

    def offer(self) -> None:
        """Fill the choices of the fields."""
        super().offer()
        now = str(self.initial["learns_state"])
        stay = [("", _("nothing: its shares stay as they are written"))]
        self.fields["learns_state"].choices = [*stay, *chosen(self.offers.states, now)]  # type: ignore[attr-defined]

    def _learns(self, section: Section) -> Section:
        learns = section.get("learns")
        return learns if isinstance(learns, dict) else {}

    def learning(self) -> list[forms.BoundField]:
        """Give the fields of how it learns."""
        return [self[name] for name in self.fields if name.startswith("learns_")]

    def given_learning(self) -> Plain:
        """Give how it learns, as the fields say it; None where it does not."""
        if not self.cleaned_data["learns_state"]:
            return None
        days = self.cleaned_data["learns_within"] or 14
        said: dict[str, Plain] = {
            "state": self.cleaned_data["learns_state"],
            "measure": self.cleaned_data["learns_measure"],
            "within": f"{days} days" if days > 1 else "1 day",
        }
        least, before = self.cleaned_data["learns_at_least"], self._learns(self.before)
        if least is not None and (least != 10 or "at_least" in before):
            said["at_least"] = least
        return changes.merged(before, said, "learning")

    def field_for(self, keys: Sequence[str | int]) -> str | None:
        """Give the field for what stands at some keys: the shares belong to the arms."""
        return "arm_1" if keys[:1] == ("shares",) else super().field_for(keys)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields of each arm."""
        numbers = [name.removeprefix("arm_") for name in self.fields if name.startswith("arm_")]
        return [(self[f"arm_{number}"], self[f"share_{number}"]) for number in numbers]

    def given(self) -> dict[str, Plain]:
        """Give what the fields say."""
        said: dict[str, Plain] = {}
        arms: dict[str, Plain] = {}
        for number in [name.removeprefix("arm_") for name in self.fields if name.startswith("arm_")]:
            arm, share = self.cleaned_data[f"arm_{number}"], self.cleaned_data[f"share_{number}"]
            if arm or share is not None:
                arms[arm if arm in (self.before.get("shares") or {}) else changes.free_id(arm, arms)] = share  # type: ignore[operator]
        said["shares"] = arms
        if self.cleaned_data["by"] != "account" or "by" in self.before:
            said["by"] = self.cleaned_data["by"]
        return {**said, "learns": self.given_learning()}
