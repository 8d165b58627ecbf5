"""Shapes of input: a document, whom a strategy treats, the day of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.strategy.rules.foresight.figures import MOST_DAYS
from tallystick.strategy.rules.rehearsal import HARM_WORDS, Harm
from tallystick.strategy.rules.strict_yaml import LONGEST_DOCUMENT
from tallystick.strategy.rules.trials.terms import PRIMARY

if TYPE_CHECKING:
    from tallystick.strategy.models import Version

_LARGE = {"rows": 34, "wrap": "off", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}


class DocumentForm(forms.Form):
    """The document of a strategy."""

    document = forms.CharField(
        label=_("Document"), max_length=LONGEST_DOCUMENT, strip=False, widget=forms.Textarea(attrs=_LARGE)
    )


class AssignForm(forms.Form):
    """Whose accounts a strategy treats: everybody's, a client's, or those of one portfolio."""

    treats = forms.ChoiceField(label=_("Treats the accounts of"))

    def __init__(self, *args: object, choices: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["treats"].choices = choices  # type: ignore[attr-defined]


class ApproveForm(forms.Form):
    """What somebody who approves says, and the rehearsal that was looked at."""

    comment = forms.CharField(label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2}))
    rehearsal = forms.IntegerField(required=False, widget=forms.HiddenInput)
    foresight = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ForeseeForm(forms.Form):
    """How many days to look ahead."""

    days_ahead = forms.IntegerField(label=_("Days ahead"), initial=MOST_DAYS, min_value=1, max_value=MOST_DAYS)

    def days(self) -> int:
        """Give what was asked for; nothing that can be looked ahead where it is no such number."""
        return int(self.cleaned_data["days_ahead"]) if self.is_valid() else 0


class WhenForm(forms.Form):
    """An instant to come; now where there is none."""

    due_at = forms.DateTimeField(
        label=_("At"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2}))


class RollBackForm(ReasonForm, WhenForm):
    """Why a version is rolled back, and when."""

    field_order = ("reason", "due_at")


class CompareForm(forms.Form):
    """The version that another is compared with."""

    def __init__(self, *args: object, choices: Sequence[Version], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        numbered = [(each.number, f"{_('Version')} {each.number}") for each in choices]
        select = forms.Select(attrs={"data-submits": True})
        self.fields["with"] = forms.TypedChoiceField(label=_("With"), coerce=int, choices=numbered, widget=select)


class ImportForm(forms.Form):
    """A strategy in a file."""

    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput({"accept": ".yaml,.yml"}))

    def clean(self) -> dict[str, object]:
        """Read the file as text.

        :raises ValidationError: it is too long, or no text
        """
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        file = self.cleaned_data.get("file")
        if file is None:
            return cleaned
        if file.size > 4 * LONGEST_DOCUMENT:
            raise forms.ValidationError(_("The file is too long."))
        try:
            return {**cleaned, "text": file.read().decode()}
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no text in UTF-8.")) from None


class KeepGoldenForm(forms.Form):
    """What kind of account is kept as a golden one, and for which day."""

    title = forms.CharField(
        label=_("What kind of account it is"), help_text=_("No names: it stays with the strategy."), max_length=120
    )
    day = forms.DateField(
        label=_("What comes of it on"),
        widget=forms.DateInput({"type": "date"}),
        help_text=_("By its facts of that day."),
    )


class GoldenForm(DocumentForm):
    """The golden accounts of a draft, and why they change."""

    reason = forms.CharField(
        label=_("Why"), required=False, max_length=2000, help_text=_("Needed where a case changes or goes.")
    )
    document = forms.CharField(
        label=_("Golden accounts"),
        required=False,
        max_length=LONGEST_DOCUMENT,
        strip=False,
        widget=forms.Textarea(attrs=_LARGE),
    )


class RunForm(forms.Form):
    """The day to run the book for."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    #: Why it acts although the day is over; a day that is over is only reported otherwise.
    reason = forms.CharField(
        label=_("Why act on a day that is over"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class Chosen(TypedDict, total=False):
    """Which accounts of a rehearsal are asked for."""

    harm: Harm
    only_harmed: bool
    before: str
    after: str


class DifferingForm(forms.Form):
    """Which accounts of a rehearsal are asked for: those of a harm, all that are harmed, or those of one difference."""

    harm = forms.TypedChoiceField(
        required=False, coerce=int, choices=[("", ""), *((str(harm.value), word) for harm, word in HARM_WORDS.items())]
    )
    harmed = forms.BooleanField(required=False)
    before = forms.RegexField(r"^[0-9.:]*$", required=False)
    after = forms.RegexField(r"^[0-9.:]*$", required=False)

    def chosen(self) -> Chosen:
        """Give what is asked for; what cannot be understood is not asked."""
        if not self.is_valid():
            return {}
        chosen: Chosen = {"only_harmed": self.cleaned_data["harmed"]}
        if self.cleaned_data["harm"]:
            chosen["harm"] = Harm(self.cleaned_data["harm"])
        if self.cleaned_data["after"]:
            chosen["before"], chosen["after"] = self.cleaned_data["before"], self.cleaned_data["after"]
        return chosen


class TrialForm(forms.Form):
    """What is said of a trial before it starts. Shares and effects are typed in percent and points."""

    title = forms.CharField(label=_("What it is called"), max_length=120)
    candidate = forms.ChoiceField(
        label=_("What is tried"), help_text=_("An account takes part from when it first comes to the state.")
    )
    treats = forms.ChoiceField(label=_("Accounts of"), required=False)
    measure = forms.ChoiceField(
        label=_("What they are compared by"), choices=[(each.value, each.label) for each in PRIMARY]
    )
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3, help_text=_("Needed where money is compared.")
    )
    window_days = forms.IntegerField(label=_("Days each account is watched"), initial=30, min_value=1, max_value=365)
    effect = forms.DecimalField(
        label=_("Smallest difference worth finding"),
        initial="2",
        help_text=_("In points of a hundred; for messages and calls, how many."),
        max_digits=6,
        decimal_places=3,
    )
    expected = forms.DecimalField(
        label=_("Share expected of the champion, in percent"),
        required=False,
        max_digits=5,
        decimal_places=2,
        help_text=_("Left empty, what the book did until now counts, where it did enough."),
    )
    alpha = forms.DecimalField(label=_("False findings, in percent"), initial="5", max_digits=4, decimal_places=2)
    power = forms.DecimalField(label=_("Power, in percent"), initial="80", max_digits=4, decimal_places=2)
    looks = forms.IntegerField(label=_("Planned looks"), initial=4, min_value=1, max_value=10)
    starts_on = forms.DateField(label=_("Starts on"), widget=forms.DateInput({"type": "date"}))

    def __init__(
        self, *args: object, candidates: Sequence[tuple[str, str]], clients: Sequence[tuple[str, str]], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["candidate"].choices = candidates  # type: ignore[attr-defined]
        self.fields["treats"].choices = clients  # type: ignore[attr-defined]
