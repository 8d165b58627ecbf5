"""Shape of input: what is agreed about interest, and packs of the law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.jurisdictions.queries.applied import MOST_CHARACTERS
from tallystick.jurisdictions.rules.review import Urgency

_BEGUN = "rate: {rule: interest.late_payment}\ncharged: monthly\n"


class AgreementForm(forms.Form):
    """An agreement: from which day, of which portfolio, and the document, as YAML."""

    from_on = forms.DateField(
        label=_("For interest that begins on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Or later. What was charged on such items by other terms is corrected."),
    )
    portfolio_id = forms.TypedChoiceField(
        label=_("Portfolio"), coerce=lambda value: int(value) if value else None, empty_value=None, required=False
    )
    document = forms.CharField(
        label=_("Terms"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
        initial=_BEGUN,
    )

    def __init__(self, *args: Any, portfolios: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *portfolios]
        self.fields["portfolio_id"].choices = choices  # type: ignore[attr-defined]

    def clean_document(self) -> object:
        """Read the YAML; what it says is judged by who sets it."""
        try:
            return yaml.safe_load(self.cleaned_data["document"])
        except yaml.YAMLError as error:
            raise forms.ValidationError(" ".join(str(error).split())) from error


class PackForm(forms.Form):
    """A pack of the law: as a file, or as text."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("A pack, as docs/reference/law-packs.md says."))
    text = forms.CharField(
        label=_("Or its text"),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "code"}),
        required=False,
        strip=False,
    )
    note = forms.CharField(label=_("Why"), max_length=500, required=False, help_text=_("For whoever puts it in force."))

    def clean(self) -> dict[str, Any]:
        """Give what was typed, or what is in the file."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.pop("file", None)
        if file is not None:
            if file.size > MOST_CHARACTERS:
                raise forms.ValidationError(_("That file is too large to be a pack."))
            try:
                cleaned["text"] = file.read().decode()
            except UnicodeDecodeError as error:
                raise forms.ValidationError(_("That file is no text in UTF-8.")) from error
        if not cleaned.get("text", "").strip():
            raise forms.ValidationError(_("Choose a file, or write the text."))
        return cleaned


class ReviewForm(forms.Form):
    """What of the law is listed for review."""

    jurisdiction = forms.ChoiceField(label=_("Jurisdiction"), required=False)
    why = forms.ChoiceField(
        label=_("Why"),
        choices=[("", _("For any reason")), *((each.name.lower(), each.label) for each in Urgency)],
        required=False,
    )

    def __init__(self, *args: Any, jurisdictions: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["jurisdiction"].choices = [("", _("Everywhere")), *jurisdictions]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """Give what is asked for; what is no choice asks for nothing."""
        self.is_valid()
        why = self.cleaned_data.get("why")
        return {
            "jurisdiction": self.cleaned_data.get("jurisdiction") or None,
            "urgency": Urgency[why.upper()] if why else None,
        }
