"""Shape of input: which client's months, and as known when."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MonthsForm(forms.Form):
    """Which client, and as known at which instant."""

    client = forms.TypedChoiceField(label=_("Client"), required=False, coerce=int, empty_value=None)
    known_at = forms.DateTimeField(
        label=_("As known at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, clients: list[tuple[Any, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = [("", _("All clients")), *clients]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-submits"] = True

    def clean_known_at(self) -> datetime | None:
        """Read an instant where no zone is said in the time zone of the house."""
        at: datetime | None = self.cleaned_data["known_at"]
        return at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) if at and at.tzinfo is None else at

    def asked(self) -> dict[str, Any]:
        """Give what is asked for; what cannot be read asks for nothing."""
        values = self.cleaned_data if self.is_valid() else {}
        return {"client_id": values.get("client"), "known_at": values.get("known_at")}
