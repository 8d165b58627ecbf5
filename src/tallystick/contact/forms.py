"""Shapes of input: the text of a template."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.words import TEMPLATED, Channel, Purpose

_LARGE = {"rows": 22, "spellcheck": "true", "class": "code"}


class TextForm(forms.Form):
    """What a template says."""

    subject = forms.CharField(
        label=_("Subject"), max_length=300, required=False, help_text=_("One line. A text message needs none.")
    )
    body = forms.CharField(label=_("Text"), max_length=40_000, widget=forms.Textarea(attrs=_LARGE))


class NewTemplateForm(TextForm):
    """A template that did not exist."""

    name = forms.SlugField(
        label=_("Name"), max_length=60, help_text=_("Letters, digits and _ ; strategies call it by this.")
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(each.value, each.label) for each in TEMPLATED])
    language = forms.RegexField(
        r"^[a-z]{2}(-[A-Z]{2})?$", label=_("Language"), initial="en", help_text=_("Such as en, cy or fr-CA.")
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[(each.value, each.label) for each in Purpose])
    field_order = ("name", "channel", "language", "purpose", "subject", "body")

    def clean_channel(self) -> Channel:
        """Give the channel as such."""
        return Channel(self.cleaned_data["channel"])

    def clean_purpose(self) -> Purpose:
        """Give the purpose as such."""
        return Purpose(self.cleaned_data["purpose"])
