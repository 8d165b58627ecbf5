"""Shape of taking something back with all that followed from it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.desk.rules.undoing import Way
from tallystick.kernel.refusals import Refusal
from tallystick.payments.rules.states import ReversalReason


class UndoingUnreadable(Refusal):
    """A program asked for something that is not written as an undoing is."""

    code = "desk.undoing_unreadable"
    sentence = _("Say `reason`, and `booked_on` and `note` if you like: {errors}")
    status = 422


class TakeBackForm(forms.Form):
    """Why a payment is taken back, and from which day it does not count."""

    reason = forms.TypedChoiceField(
        label=_("Why?"), choices=ReversalReason.choices(), coerce=ReversalReason, widget=forms.RadioSelect
    )
    booked_on = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("From which it is owed again. Left open, it is today."),
    )
    note = forms.CharField(label=_("Note"), max_length=1000, required=False)

    def __init__(self, *args: Any, since: date, until: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.since, self.until = since, until
        self.fields["booked_on"].widget.attrs |= {"min": since.isoformat(), "max": until.isoformat()}

    def clean_booked_on(self) -> date | None:
        """Refuse a day before the payment came, and one that lies ahead."""
        day: date | None = self.cleaned_data["booked_on"]
        if day is not None and not self.since <= day <= self.until:
            raise forms.ValidationError(_("Give a day from when the payment came until today."))
        return day


class UndoChargeForm(forms.Form):
    """What becomes of a charge, and why. A day from which on is asked for where nights have added to it."""

    way = forms.TypedChoiceField(label=_("Then"), choices=Way.choices(), coerce=Way, widget=forms.RadioSelect)
    since = forms.DateField(
        label=_("Charged since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Let off only what was charged on this day and later. Left open, it is all."),
    )
    reason = forms.CharField(label=_("Why?"), max_length=500)

    def __init__(self, *args: Any, by_rule: bool, grows: bool, is_looked_at: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = not is_looked_at
        if not by_rule:
            self.fields["way"] = forms.TypedChoiceField(
                label=_("Then"),
                choices=[each for each in Way.choices() if each[0] == Way.LET_OFF],
                coerce=Way,
                widget=forms.RadioSelect,
            )
        if not grows:
            del self.fields["since"]

    def clean(self) -> dict[str, Any] | None:
        """Ask for the reason where the form is shown: only looking needs none."""
        self.fields["reason"].required = True
        return super().clean()


class ChargeUndoingUnreadable(Refusal):
    """A program asked for a charge to be undone otherwise than that is asked."""

    code = "desk.charge_undoing_unreadable"
    sentence = _("Say `way`, `since` if you like, and to do it `reason` and what you had `seen`: {errors}")
    status = 422


def read_charge_undoing(body: bytes) -> tuple[dict[str, Any], str]:
    """Read how a program undoes a charge: what the form is given, and what it had seen.

    :raises ChargeUndoingUnreadable: it is not written so

    >>> read_charge_undoing(b'{"way": "let_off", "reason": "goodwill", "seen": "5f"}')
    ({'way': 'let_off', 'reason': 'goodwill'}, '5f')
    """
    try:
        said = json.loads(body)
        seen = said.pop("seen")
        if not isinstance(seen, str) or not {*said} <= {"way", "since", "reason"}:
            raise ChargeUndoingUnreadable(errors="")
    except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
        raise ChargeUndoingUnreadable(errors="") from unreadable
    return said, seen


class TakeUploadBackForm(forms.Form):
    """Why a loaded file is taken back."""

    reason = forms.CharField(
        label=_("Why?"), max_length=500, help_text=_("It stands on the timeline of every account of the file.")
    )


class UploadUndoingUnreadable(Refusal):
    """A program asked for a file to be taken back otherwise than that is asked."""

    code = "desk.upload_undoing_unreadable"
    sentence = _("Say `reason`, and what you had `seen`, and nothing else.")
    status = 422


def read_upload_undoing(body: bytes) -> dict[str, str]:
    """Read why a program takes a file back, and what it had seen.

    :raises UploadUndoingUnreadable: it is not written so

    >>> read_upload_undoing(b'{"reason": "wrong file", "seen": "5f"}')
    {'reason': 'wrong file', 'seen': '5f'}
    """
    try:
        said = json.loads(body)
        if {*said} != {"reason", "seen"} or not all(isinstance(each, str) for each in said.values()):
            raise UploadUndoingUnreadable
    except (ValueError, TypeError) as unreadable:
        raise UploadUndoingUnreadable from unreadable
    return dict(said)


def read_undoing(body: bytes) -> tuple[dict[str, Any], str]:
    """Read what a program asks to take back: what the form is given, and what it had seen.

    :raises UndoingUnreadable: it is not written so

    >>> read_undoing(b'{"reason": "bounced", "seen": "5f"}')
    ({'reason': 'bounced'}, '5f')
    """
    try:
        said = json.loads(body)
        seen = said.pop("seen")
        if not isinstance(seen, str) or not {*said} <= {"reason", "booked_on", "note"}:
            raise UndoingUnreadable(errors=_("and what you had `seen`"))
    except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
        raise UndoingUnreadable(errors=_("and what you had `seen`")) from unreadable
    return said, seen
