"""Shapes of input: the text of a template, and how soon people are told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from babel import Locale
from babel.dates import format_time, get_day_names
from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.digests import Hours, Pace, kind_aloud
from tallystick.contact.rules.words import TEMPLATED, Channel, Purpose
from tallystick.jurisdictions import queries as jurisdictions

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


#: Leaves a question to whoever is asked next.
_USUAL = "usual"


class PacesForm(forms.Form):
    """How soon somebody is told, by kind of notice, and when their digests leave. Of `audiences` only the house is asked."""

    hour = forms.TypedChoiceField(label=_("Leaves at"), coerce=int, help_text=_("By the reader’s own clock."))
    weekday = forms.TypedChoiceField(label=_("The weekly one on"), coerce=int)
    calendar = forms.ChoiceField(label=_("Working days of"), help_text=_("On a holiday nothing leaves."))

    def __init__(
        self,
        data: Any = None,
        *,
        kinds: Sequence[str],
        audiences: Sequence[tuple[str, str | Promise]] = (),
        chosen: Mapping[tuple[str, str], Pace],
        hours: Hours,
    ) -> None:
        initial = {"hour": hours.hour, "weekday": hours.weekday, "calendar": hours.calendar}
        super().__init__(data, initial=initial)
        self._about: dict[str, tuple[str, str]] = {}
        self._chosen = chosen
        is_house = bool(audiences)
        self._ask(
            "", "", _("All other notices"), _("At once, unless said below") if is_house else _("As usual in the house")
        )
        for kind in kinds:
            self._ask(kind, "", kind_aloud(kind), _("Not said") if is_house else _("Like all others"))
        for audience, label in audiences:
            self._ask("", audience, label, _("Not said"))
        self.fields["hour"].choices = _hours()  # type: ignore[attr-defined]
        self.fields["weekday"].choices = _weekdays()  # type: ignore[attr-defined]
        self.fields["calendar"].choices = [(name, name) for name in jurisdictions.calendar_names()]  # type: ignore[attr-defined]

    def _ask(self, kind: str, audience: str, label: str | Promise, usual: str | Promise) -> None:
        name = re.sub(r"\W+", "-", f"for-{audience}" if audience else f"pace-{kind}")
        self._about[name] = (kind, audience)
        pace = self._chosen.get((kind, audience))
        self.fields[name] = forms.ChoiceField(
            label=str(label), choices=[(_USUAL, usual), *Pace.choices()], initial=pace.value if pace else _USUAL
        )

    def by_kind(self) -> list[forms.BoundField]:
        """Give the fields that ask about kinds of notices, "all other" first."""
        return [self[name] for name, (_kind, audience) in self._about.items() if not audience]

    def by_audience(self) -> list[forms.BoundField]:
        """Give the fields that ask about whom notices are for."""
        return [self[name] for name, (_kind, audience) in self._about.items() if audience]

    def timed(self) -> list[forms.BoundField]:
        """Give the fields that ask when digests leave."""
        return [self["hour"], self["weekday"], self["calendar"]]

    def paces(self) -> dict[tuple[str, str], Pace | None]:
        """Give what was chosen, by kind and audience; None where it is left open."""
        chosen = self.cleaned_data
        return {about: None if chosen[name] == _USUAL else Pace(chosen[name]) for name, about in self._about.items()}


def _locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en-gb"))


def _hours() -> list[tuple[int, str]]:
    return [(hour, format_time(time(hour), "short", locale=_locale())) for hour in range(24)]


def _weekdays() -> list[tuple[int, str]]:
    names = get_day_names("wide", locale=_locale())
    return [(day, names[day]) for day in range(5)]
