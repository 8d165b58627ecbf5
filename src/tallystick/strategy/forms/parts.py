"""Shapes of the parts of a document, as a form asks for them: each is filled from a section and gives a section back.

What a form does not ask for stays in the section as it was, and so does what it asks for and nobody changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.strategy.rules import plain
from tallystick.strategy.rules.editing import changes
from tallystick.strategy.rules.editing.changes import Section
from tallystick.strategy.rules.editing.writing import Plain

#: What is chosen as a state that does not exist yet.
ANOTHER = "+"
#: Of fields that no browser can fill in.
WORDS = {"autocomplete": "off"}
_CONDITION = {
    "rows": 1,
    "data-condition": True,
    "spellcheck": "false",
    "autocomplete": "off",
    "autocapitalize": "off",
    "class": "condition",
}


@dataclass(frozen=True, slots=True)
class Offers:
    """What the fields of forms offer: words of the document, and of the house."""

    states: Sequence[tuple[str, str]] = ()
    guards: Sequence[str] = ()
    events: Sequence[str] = ()
    calendars: Sequence[str] = ()
    #: Names of live templates by channel.
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    teams: Sequence[str] = ()
    users: Sequence[tuple[str, str]] = ()


def condition(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Make a field for a condition."""
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=2000, widget=forms.Textarea(attrs=_CONDITION)
    )


def chosen(choices: Sequence[tuple[str, Any]], value: str) -> list[tuple[str, Any]]:
    """Give choices with the one that a document has, should it not be among them."""
    return [*choices, *([(value, value)] if value and value not in dict(choices) else [])]


class PartForm(forms.Form):
    """A part of a document."""

    #: The order of its keys, by the name of its kind.
    kind: ClassVar[str] = ""
    #: Fields by the keys of the document that they speak for, where these are not the same.
    field_of: ClassVar[Mapping[str, str]] = {}
    #: Keys that the document has no value for while the field is empty; all others are fields of the form's own.
    texts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, before: Section, offers: Offers, prefix: str | None = None) -> None:
        self.before = before
        self.offers = offers
        self.new_states: dict[str, Plain] = {}
        super().__init__(data, prefix=prefix, initial=self.read(before), auto_id="part_%s")
        self.offer()

    def read(self, section: Section) -> dict[str, Any]:
        """Give the first values of the fields."""
        return {key: section.get(key, "") for key in self.texts}

    def offer(self) -> None:
        """Fill the choices of the fields."""
        for name in ("go", "escalate_go"):
            if isinstance(go := self.fields.get(name), forms.ChoiceField):
                go.choices = self._ways(str(self.initial.get(name) or ""), required=go.required)
        if isinstance(despite := self.fields.get("despite"), forms.MultipleChoiceField):
            names = dict.fromkeys([*self.offers.guards, "paused", *(self.initial.get("despite") or ())])
            despite.choices = [(name, plain.name_aloud(name)) for name in names]

    def _ways(self, now: str, *, required: bool) -> list[tuple[str, Any]]:
        stay = [("", _("Choose a state") if required else _("stay, and wait for what is next"))]
        return [*stay, *chosen(self.offers.states, now), (ANOTHER, _("a new state …"))]

    def forget(self) -> None:
        """Have the fields show their first values again, after those were set otherwise."""
        self._bound_fields_cache.clear()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Name the new state where one is chosen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("go", "escalate_go"):
            if cleaned.get(name) == ANOTHER:
                title = str(cleaned.get(f"{name}_title") or "").strip()
                if not title:
                    self.add_error(f"{name}_title", forms.ValidationError(_("Name the new state."), code="required"))
                    continue
                taken = [*(state for state, _title in self.offers.states), *self.new_states]
                state_id = changes.free_id(title, taken)
                self.new_states[state_id] = {"title": " ".join(title.split())}
                cleaned[name] = state_id
        return cleaned

    def given(self) -> dict[str, Plain]:
        """Give what the fields say, by the keys of the document; None for what is not said."""
        return {key: self.cleaned_data[key] or None for key in self.texts}

    def section(self) -> Section:
        """Give the section as the form says it."""
        return changes.merged(self.before, self.given(), self.kind)

    def field_for(self, keys: Sequence[str | int]) -> str | None:
        """Give the field that speaks for what stands below the section at some keys."""
        names = ["_".join(map(str, keys[:length])) for length in range(len(keys), 0, -1)]
        found = (self.field_of.get(name, name) for name in names)
        return next((name for name in found if name in self.fields), None)

    def given_despite(self) -> list[Plain] | None:
        """Give the guards that stop nothing here, those from before first and in their order."""
        names = self.cleaned_data["despite"]
        before = self.before.get("despite")
        kept = [name for name in before if name in names] if isinstance(before, list) else []
        return [*kept, *(name for name in names if name not in kept)] or None


def state_field(*, required: bool = False, label: Any = None) -> forms.ChoiceField:
    """Make a field for the state that something leads to."""
    return forms.ChoiceField(label=label or _("Then the account goes to"), required=required)


def title_field() -> forms.CharField:
    """Make a field for the name of a state that does not exist yet."""
    return forms.CharField(
        label=_("Name of the new state"), required=False, max_length=120, widget=forms.TextInput(attrs=WORDS)
    )


def despite_field() -> forms.MultipleChoiceField:
    """Make a field for the guards that stop nothing here."""
    return forms.MultipleChoiceField(label=_("Is done even while"), required=False, widget=forms.CheckboxSelectMultiple)


class OrderForm(PartForm):
    """An order: a word, and what belongs to it."""

    def __init__(
        self, data: Any = None, *, word: str, before: Section, offers: Offers, prefix: str | None = None
    ) -> None:
        self.word = word
        super().__init__(data, before=before, offers=offers, prefix=prefix)

    def order(self) -> Plain:
        """Give the order as an item of a list."""
        return {self.word: self.section()}

    def field_for(self, keys: Sequence[str | int]) -> str | None:
        """Give the field for what stands at some keys, of which the first may be the word."""
        return super().field_for(keys[1:] if keys[:1] == (self.word,) and len(keys) > 1 else keys)
