"""Forms about many accounts: what a list is narrowed by, and what is done to the rows that are ticked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.rules import Bucket
from tallystick.desk.forms.fields import DayField
from tallystick.exchange.forms import CurrencyField
from tallystick.worklists.rules import Kind

#: Pairs of what a form sends and what people read.
Choices = list[tuple[Any, Any]]


class WorklistForm(forms.Form):
    """Which tasks."""

    kind = forms.ChoiceField(label=_("Kind of task"), choices=[("", _("All kinds")), *Kind.choices()], required=False)
    client = forms.TypedChoiceField(label=_("Client"), required=False, coerce=int, empty_value=None)
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, clients: Choices, people: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = [("", _("All clients")), *clients]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-submits"] = True


class IdsField(forms.TypedMultipleChoiceField):
    """Numbers of rows that were ticked: which of them exist, and may be touched, is judged by the action."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, widget=forms.MultipleHiddenInput, **options)

    def valid_value(self, value: Any) -> bool:
        """Test if a value is a number."""
        return str(value).isdecimal()


class ShareForm(forms.Form):
    """To whom ticked tasks are given, or to which day they are put off."""

    work = IdsField()
    to = forms.ChoiceField(required=False)
    reason = forms.CharField(required=False, max_length=400)

    def __init__(self, *args: Any, today: date, hands: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].choices = [("", ""), *hands]  # type: ignore[attr-defined]
        self.fields["due_on"] = DayField(today=today, required=False)


class AgeingForm(forms.Form):
    """Which day, as known when, which client."""

    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    known_at = forms.CharField(
        label=_("As known at"), required=False, widget=forms.TextInput(attrs={"type": "datetime-local"})
    )
    client = forms.TypedChoiceField(label=_("Client"), required=False, coerce=int, empty_value=None)
    into = CurrencyField(label=_("Totals in"), required=False)

    def __init__(self, *args: Any, clients: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = [("", _("All clients")), *clients]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-submits"] = True


class BucketForm(forms.Form):
    """Which bucket of the ageing, or what is on hold, whatever its age."""

    HELD = "held"

    bucket = forms.ChoiceField(choices=[*Bucket.choices(), (HELD, HELD)])
    currency = forms.RegexField(r"^[A-Z]{3}$")
    offset = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)
