"""Shapes of input: a statement to compare, what is said of differences, and what is sent every day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tallystick.documents.rules.files import LARGEST
from tallystick.intake import rules as intake
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.money import Money
from tallystick.reconciliations.rules import Kind, Level, State

#: Pairs of what a form sends and what people read.
Choices = list[tuple[Any, Any]]


class StatementForm(forms.Form):
    """A statement of the finance ledger: a file, or a control total that is typed."""

    client = forms.ChoiceField(label=_("Client"))
    level = forms.ChoiceField(label=_("What it tells"), choices=Level.choices())
    on = forms.DateField(label=_("At the end of"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
        help_text=_("Delimited text with headings: account, document number, open amount, currency."),
    )
    total = forms.CharField(
        label=_("Or the control total"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.CharField(
        label=_("Currency"),
        required=False,
        max_length=3,
        help_text=_("Where the statement is of one. Without it, all of the client's are compared."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    known_at = forms.DateTimeField(
        label=_("Drawn at"),
        required=False,
        help_text=_("What became known here later is left out, and named as timing. If not given: nothing is."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reference_prefix = forms.CharField(label=_("Prefix for account references"), required=False, max_length=20)
    day_form = forms.ChoiceField(
        label=_("Days are written as"), required=False, choices=[("", _("as is found")), *intake.DayForm.choices()]
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimals are written with"),
        required=False,
        choices=[("", _("as is found")), *intake.DecimalMark.choices()],
    )

    def __init__(self, *args: Any, clients: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = clients  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        """Take only what is a currency."""
        code = str(self.cleaned_data["currency"]).upper()
        if code and not is_currency(code):
            raise forms.ValidationError(_("This is not a currency. Write the ISO 4217 code, such as GBP."))
        return code

    def clean_file(self) -> Any:
        """Refuse at once what is larger than anything that is kept."""
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 50 MB."))
        return file

    def clean_known_at(self) -> datetime | None:
        """Read an instant where no zone is said in the time zone of the house."""
        at: datetime | None = self.cleaned_data["known_at"]
        return at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) if at and at.tzinfo is None else at

    def clean(self) -> dict[str, Any]:
        """Ask for a file or a total, one of the two, and for the currency of a total."""
        values = super().clean() or {}
        text, currency = values.get("total", "").strip(), values.get("currency", "")
        if bool(text) == bool(values.get("file")) and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or type the control total: one of the two."))
        elif text and not currency:
            if "currency" not in self.errors:
                self.add_error("currency", _("Say the currency of the total."))
        elif text:
            mark = values.get("decimal_mark") or intake.DecimalMark.POINT
            try:
                values["money"] = Money(intake.read_minor(text, mark=mark, currency=currency), currency)
            except intake.Unreadable as unreadable:
                self.add_error("total", str(intake.fault_of(unreadable.code).remedy))
        return values

    def asked(self) -> dict[str, Any]:
        """Give what the action takes."""
        values = self.cleaned_data
        file = values["file"]
        return {
            "client_code": values["client"],
            "level": Level(values["level"]),
            "content": b"".join(file.chunks()) if file else b"",
            "total": values.get("money"),
            "name": file.name if file else str(_("Control total")),
            **{each: values[each] for each in ("on", "known_at", "currency", "day_form", "decimal_mark")},
            "prefix": values["reference_prefix"],
        }


class DifferencesForm(forms.Form):
    """Which differences."""

    kind = forms.ChoiceField(label=_("Name"), required=False, choices=[("", _("All")), *Kind.choices()])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices()])
    currency = forms.CharField(required=False, max_length=3)
    q = forms.CharField(required=False, max_length=100)

    def asked(self) -> dict[str, Any]:
        """Give what the query takes; what cannot be read asks for nothing."""
        values = self.cleaned_data if self.is_valid() else {}
        return {
            "kind": Kind(values["kind"]) if values.get("kind") else None,
            "state": State(values["state"]) if values.get("state") else None,
            "currency": values.get("currency", ""),
            "text": values.get("q", ""),
        }


class FollowForm(forms.Form):
    """What is said of ticked differences, or to whom they are given."""

    note = forms.CharField(required=False, max_length=500)
    owner = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, people: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].choices = [("", ""), *people]  # type: ignore[attr-defined]


class ArrangementForm(forms.Form):
    """What a client sends every business day, and who follows it up."""

    client = forms.TypedChoiceField(label=_("Client"), coerce=int)
    level = forms.ChoiceField(label=_("What it sends"), choices=Level.choices())
    owner = forms.TypedChoiceField(label=_("Followed up by"), required=False, coerce=int, empty_value=None)
    is_daily = forms.BooleanField(label=_("Every business day"), required=False, initial=True)

    def __init__(self, *args: Any, clients: Choices, people: Choices, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["client"].choices = clients  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", _("The client's team")), *people]  # type: ignore[attr-defined]
