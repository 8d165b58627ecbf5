"""Shapes of input: people, their roles and teams, business units, and searches of the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tallystick.access.queries import AuditSearch
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import ROLE_MEANINGS, ROLE_NAMES, Role
from tallystick.access.rules.trail import WHAT_NAMES, What

#: Ids, each with what people read.
Choices = Iterable[tuple[int, str]]

_EVERYTHING = "everything"
_SOME = "some"


class DetailsForm(forms.Form):
    """Name and address of a person."""

    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("For a link to choose a new password."),
    )


class NewUserForm(DetailsForm):
    """A person who joins."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("What they log in with. Letters a to z, digits and . _ - + @"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("username", "full_name", "email")


class RolesForm(forms.Form):
    """The roles of a person, and which clients they cover."""

    roles = forms.MultipleChoiceField(label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)
    covers = forms.ChoiceField(
        label=_("The roles hold for"),
        widget=forms.RadioSelect,
        choices=[(_EVERYTHING, _("Every client")), (_SOME, _("These business units and clients"))],
        initial=_EVERYTHING,
        help_text=_(
            "All of a person's roles hold for the same clients. An administrator sees no account by that role."
        ),
    )
    units = forms.TypedMultipleChoiceField(
        label=_("Business units"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    clients = forms.TypedMultipleChoiceField(
        label=_("Single clients"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, units: Choices, clients: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (
                role.value,
                format_html('<span>{} <span class="sub">{}</span></span>', ROLE_NAMES[role], ROLE_MEANINGS[role]),
            )
            for role in Role
        ]
        self.fields["units"].choices = list(units)  # type: ignore[attr-defined]
        self.fields["clients"].choices = list(clients)  # type: ignore[attr-defined]

    @staticmethod
    def holding(roles: Iterable[Role], reaches: Iterable[Reach]) -> dict[str, Any]:
        """Give the initial values that say what a person holds."""
        held = list(reaches)
        some = bool(held) and EVERYTHING not in held
        return {
            "roles": list(roles),
            "covers": _SOME if some else _EVERYTHING,
            "units": [reach.business_unit_id for reach in held if reach.business_unit_id is not None],
            "clients": [reach.client_id for reach in held if reach.client_id is not None],
        }

    def chosen_roles(self) -> list[Role]:
        """Give the roles chosen."""
        return [Role(role) for role in self.cleaned_data["roles"]]

    def chosen_reaches(self) -> list[Reach]:
        """Give what they cover: nothing when it is for some, and none is chosen."""
        if self.cleaned_data["covers"] == _EVERYTHING:
            return [EVERYTHING]
        return [
            *(Reach(business_unit_id=unit) for unit in self.cleaned_data["units"]),
            *(Reach(client_id=client) for client in self.cleaned_data["clients"]),
        ]


class TeamsForm(forms.Form):
    """The teams of a person."""

    teams = forms.TypedMultipleChoiceField(
        label=_("Teams"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = list(teams)  # type: ignore[attr-defined]


class BusinessUnitForm(forms.Form):
    """A new business unit."""

    code = forms.CharField(label=_("Code"), max_length=32, help_text=_("Short, for files and other systems: NW"))
    name = forms.CharField(label=_("Name"), max_length=200)


class TeamForm(forms.Form):
    """A new team of a business unit."""

    business_unit = forms.TypedChoiceField(label=_("Business unit"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=200)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["business_unit"].choices = list(units)  # type: ignore[attr-defined]


class OwnSettingsForm(forms.Form):
    """What a person chooses for themselves."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("As the browser asks")),
            *settings.LANGUAGES,
        ]
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", settings.TIME_ZONE),
            *((name, name) for name in sorted(available_timezones()) if "/" in name),
        ]


class AuditSearchForm(forms.Form):
    """What to look for in the audit trail. Days are those of the reader's time zone, both included."""

    who = forms.CharField(label=_("User name"), required=False)
    account = forms.IntegerField(label=_("Account number"), required=False, min_value=1, max_value=2**63 - 1)
    what = forms.ChoiceField(label=_("What"), required=False)
    first_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", _("Anything")),
            *((what.value, WHAT_NAMES[what]) for what in What),
        ]

    def search(self, *, user_id: int | None) -> AuditSearch:
        """Give the search, for the events of the user found under the name, or of everybody."""
        asked = self.cleaned_data
        return AuditSearch(
            user_id=user_id,
            account_id=asked["account"],
            what=What(asked["what"]) if asked["what"] else None,
            from_at=_midnight(asked["first_on"]),
            until_at=_midnight(asked["last_on"], days_later=1),
        )


def _midnight(day: date | None, *, days_later: int = 0) -> datetime | None:
    """Give the instant a day begins in the reader's time zone."""
    if day is None or (days_later and day == date.max):
        return None
    begins = datetime.combine(day + timedelta(days=days_later), time())
    return timezone.make_aware(begins)
