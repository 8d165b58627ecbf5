"""Shape of input: what is agreed about interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

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
