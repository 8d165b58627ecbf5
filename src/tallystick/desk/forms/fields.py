"""Fields for days and moments as people type them. The field for amounts is that of `payments`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from tallystick.desk.rules import moments
from tallystick.promises import rules as promise_rules


def locale_name() -> str:
    """Give the name of the reader's locale, as Babel calls it."""
    return to_locale(get_language() or "en-gb")


class ReadInput(forms.TextInput):
    """A text that is read back while it is typed: "fri" shows the day it means. `reads` is the address that reads it."""

    template_name = "desk/widgets/read.html"
    reads = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Give the widget's template the address too."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["reads"] = self.reads
        return context


class DayField(forms.CharField):
    """A day as people say it: "fri", "+7", "eom", "5 dec", "2026-12-05". Read against today."""

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        attrs = {"autocomplete": "off", "placeholder": _("fri, +7, eom, 5 dec"), "spellcheck": "false"}
        options.setdefault("widget", ReadInput(attrs=attrs))
        super().__init__(**options)

    def clean(self, value: Any) -> date | None:
        """Read the day.

        :raises ValidationError: it cannot be read as a day
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return promise_rules.read_day(text, self.today, locale=locale_name())
        except promise_rules.DayUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable


class MomentField(forms.CharField):
    """A moment as people say it: "3pm", "tomorrow 10:30", "in 20 min". Read against now, in the creditor's time zone."""

    def __init__(self, *, now: datetime, zone: ZoneInfo, **options: Any) -> None:
        self.now, self.zone = now, zone
        attrs = {"autocomplete": "off", "placeholder": _("3pm, tomorrow 10, in 20 min"), "spellcheck": "false"}
        options.setdefault("widget", ReadInput(attrs=attrs))
        super().__init__(**options)

    def clean(self, value: Any) -> datetime | None:
        """Read the moment.

        :raises ValidationError: it cannot be read as a moment, or has passed
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            found = moments.read_moment(text, self.now, zone=self.zone, locale=locale_name())
        except moments.MomentUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable
        if found <= self.now:
            raise forms.ValidationError(_("That has passed."))
        return found


def long_text(rows: int, **options: Any) -> forms.CharField:
    """Make a field for words of people."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(max_length=4000, widget=widget, **options)
