"""Shapes of input: a client with its terms and what debtors are told of it, and a portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.exchange.forms import CurrencyField

if TYPE_CHECKING:
    from tallystick.accounts.models import Client

Choices = Sequence[tuple[int | str, str]]

#: What debtors are told of a client, in the words that letterheads and templates use.
DETAILS = (
    "phone",
    "email",
    "hours",
    "website",
    "payment_link",
    "bank_account_name",
    "sort_code",
    "account_number",
    "iban",
    "imprint",
)
_CODE = RegexValidator(r"^[A-Z0-9][A-Z0-9_-]{0,19}$", _("Use capital letters, figures and hyphens, 20 at most."))


def _whole(value: Any) -> int | None:
    return int(value) if value else None


class PortfolioForm(forms.Form):
    """A portfolio: a part of a client's book."""

    code = forms.CharField(label=_("Code"), max_length=20, validators=[_CODE])
    name = forms.CharField(label=_("Name"), max_length=200)


class OrderForm(forms.Form):
    """What a payment pays first, and from which day."""

    order = forms.ChoiceField(label=_("Order"), required=False)
    from_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(
        self, *args: Any, orders: Sequence[tuple[str, str | Promise]], none: str | Promise, **options: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": "order_%s", **options})
        self.fields["order"].choices = [("", none), *orders]  # type: ignore[attr-defined]


class ClientForm(forms.Form):
    """A client: who it is, who looks after it, on which terms, and what debtors are told of it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        validators=[_CODE],
        help_text=_("Files and strategies name the client by it. It never changes."),
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    business_unit_id = forms.TypedChoiceField(label=_("Business unit"), coerce=_whole, empty_value=None, required=False)
    team_id = forms.TypedChoiceField(
        label=_("Team"), coerce=_whole, empty_value=None, required=False, help_text=_("Works the accounts.")
    )
    calendar = forms.ChoiceField(label=_("Business days of"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones()) if "/" in zone]
    )
    account_manager_email = forms.EmailField(
        label=_("Account manager’s e-mail"), required=False, help_text=_("Notices about its accounts go there.")
    )
    reporting_currency = CurrencyField(
        label=_("Totals in"),
        required=False,
        help_text=_("Reports tell totals in this currency too, with the rates. Empty: in that of the house."),
    )
    furthest_promise_days = forms.IntegerField(
        label=_("Furthest promise, in days"), min_value=1, max_value=365, initial=30
    )
    promise_grace_days = forms.IntegerField(
        label=_("Grace after a promise, in business days"), min_value=0, max_value=30, initial=1
    )
    promise_tolerance_percent = forms.DecimalField(
        label=_("May be missing from a promise, in %"),
        min_value=0,
        max_value=Decimal("99.9"),
        decimal_places=1,
        initial=0,
    )
    on_account_pays = forms.BooleanField(
        label=_("Money on account pays new items by itself"),
        required=False,
        help_text=_("By the order that holds. Without it, such money waits for a person."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=50, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    hours = forms.CharField(label=_("Hours"), max_length=200, required=False)
    website = forms.URLField(label=_("Web site"), required=False, assume_scheme="https")
    payment_link = forms.URLField(label=_("Address to pay at"), required=False, assume_scheme="https")
    bank_account_name = forms.CharField(label=_("Bank account in the name of"), max_length=200, required=False)
    sort_code = forms.CharField(label=_("Sort code"), max_length=20, required=False)
    account_number = forms.CharField(label=_("Account number"), max_length=34, required=False)
    iban = forms.CharField(label=_("IBAN"), max_length=42, required=False)
    lines = forms.CharField(
        label=_("Postal address"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    imprint = forms.CharField(
        label=_("Legal line of letters"),
        max_length=500,
        required=False,
        help_text=_("Where registered, under which number."),
    )

    def __init__(self, *args: Any, units: Choices, teams: Choices, calendars: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        nobody = ("", _("nobody in particular"))
        for name, choices in (
            ("business_unit_id", [nobody, *units]),
            ("team_id", [nobody, *teams]),
            ("calendar", calendars),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def values_of(client: Client) -> dict[str, Any]:
        """Give what stands in the form of a client."""
        details = client.details
        return {
            "code": client.code,
            "name": client.name,
            "business_unit_id": client.business_unit_id,
            "team_id": client.team_id,
            "calendar": client.calendar,
            "time_zone": client.time_zone,
            "account_manager_email": client.account_manager_email,
            "reporting_currency": client.reporting_currency,
            "furthest_promise_days": client.furthest_promise_days,
            "promise_grace_days": client.promise_grace_days,
            "on_account_pays": client.on_account_pays,
            "promise_tolerance_percent": (client.promise_tolerance * 100).normalize(),
            **{name: details.get(name, "") for name in DETAILS},
            "lines": "\n".join(details.get("lines", ())),
        }

    def terms(self, *, others: dict[str, Any]) -> dict[str, Any]:
        """Give the fields of the client; of `others`, its details so far, what the form does not know is kept."""
        values = dict(self.cleaned_data)
        lines = [line.strip() for line in values.pop("lines").splitlines() if line.strip()]
        said = {name: text for name in DETAILS if (text := values.pop(name))} | ({"lines": lines} if lines else {})
        kept = {name: value for name, value in others.items() if name not in {*DETAILS, "lines"}}
        tolerance = values.pop("promise_tolerance_percent") / 100
        return {**values, "promise_tolerance": tolerance, "details": kept | said}
