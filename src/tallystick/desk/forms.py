"""Shape of what people enter at the desk. What it means is judged by the rooms below."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Client, Item
from tallystick.accounts.rules import Bucket
from tallystick.contact.rules import words
from tallystick.disputes import rules as dispute_rules
from tallystick.holds import rules as hold_rules
from tallystick.kernel.money import Money, decimals_of
from tallystick.ledger import queries as ledger_queries
from tallystick.promises import rules as promise_rules
from tallystick.worklists import rules as worklist_rules


class MoneyField(forms.CharField):
    """An amount as a person types it ("50", "1,250.00", "£50"), in the currency the form knows."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.currency = currency
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Money | None:
        """Read the amount exactly.

        :raises ValidationError: it is no amount, has too many decimals, or is not more than nothing
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        digits = text.replace(",", "").replace(" ", "").lstrip("£€$").removesuffix(self.currency).strip()
        try:
            amount = Money.of(Decimal(digits), self.currency)
        except (InvalidOperation, ValueError) as unreadable:
            raise forms.ValidationError(
                _("“%(text)s” is no amount: write figures and a point, with up to %(decimals)s decimals."),
                params={"text": text, "decimals": decimals_of(self.currency)},
            ) from unreadable
        if amount.minor <= 0:
            raise forms.ValidationError(_("Enter more than nothing."))
        return amount


class AgeingForm(forms.Form):
    """Which day, which client."""

    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Client.objects.none(), required=False, empty_label=_("All clients")
    )

    def __init__(self, *args: Any, clients: QuerySet[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]


class BucketForm(forms.Form):
    """Which bucket of the ageing."""

    bucket = forms.ChoiceField(choices=Bucket.choices())
    currency = forms.RegexField(r"^[A-Z]{3}$")
    offset = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)


class DayField(forms.CharField):
    """A day as people say it: "fri", "+7", "eom", "5 dec", "2026-12-05". Read against today."""

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        options.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("fri, +7, eom, 5 dec")})
        )
        super().__init__(**options)

    def clean(self, value: Any) -> date | None:
        """Read the day.

        :raises ValidationError: it cannot be read as a day
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return promise_rules.read_day(text, self.today)
        except promise_rules.DayUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable


class AccountForm(forms.Form):
    """A form about one account, on a day."""

    def __init__(self, *args: Any, account: Account, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account, self.today = account, today
        self.build()
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.widget.attrs["autofocus"] = True

    def build(self) -> None:
        """Add the fields that depend on the account or the day."""

    @classmethod
    def starts_with(cls, account: Account, today: date) -> dict[str, Any]:
        """Give what stands in the form before anybody types."""
        return {}


class PromiseForm(AccountForm):
    """How much, and by when."""

    def build(self) -> None:
        self.fields["amount"] = MoneyField(currency=self.account.currency, label=_("Amount"))
        self.fields["pay_on"] = DayField(today=self.today, label=_("Pays by"))

    @classmethod
    def starts_with(cls, account: Account, today: date) -> dict[str, Any]:
        return {"amount": ledger_queries.balance(account.pk, currency=account.currency).amount}


class CallForm(AccountForm):
    """What came of a call."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=words.CallOutcome.choices(), widget=forms.RadioSelect)
    number = forms.CharField(label=_("Number"), required=False, max_length=40)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    callback_at = forms.DateTimeField(
        label=_("Call back at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean_outcome(self) -> words.CallOutcome:
        """Give the outcome as the word it is."""
        return words.CallOutcome(self.cleaned_data["outcome"])

    def clean_callback_at(self) -> datetime | None:
        """Read the hour in the creditor's time zone."""
        value: datetime | None = self.cleaned_data["callback_at"]
        return value.replace(tzinfo=ZoneInfo(self.account.client.time_zone)) if value else None


class HoldForm(AccountForm):
    """Why, and until when."""

    reason = forms.ChoiceField(label=_("Reason"), choices=hold_rules.Reason.choices())

    def build(self) -> None:
        self.fields["until_on"] = DayField(
            today=self.today,
            label=_("Until"),
            required=False,
            help_text=_("The first day it no longer holds; empty holds until it is lifted."),
        )
        self.fields["note"] = forms.CharField(
            label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
        )

    def clean_reason(self) -> hold_rules.Reason:
        """Give the reason as the word it is."""
        return hold_rules.Reason(self.cleaned_data["reason"])


class _ItemField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.reference} · {Money(obj.open_minor, obj.currency)}"


class DisputeForm(AccountForm):
    """What is disputed, how much of it, and why."""

    def build(self) -> None:
        self.fields["item"] = _ItemField(
            queryset=account_queries.open_items([self.account.pk]),
            label=_("Item"),
            required=False,
            empty_label=_("The account as a whole"),
        )
        self.fields["amount"] = MoneyField(
            currency=self.account.currency, label=_("Disputed amount"), required=False, help_text=_("Empty: all of it.")
        )
        self.fields["reason"] = forms.ChoiceField(label=_("Reason"), choices=dispute_rules.Reason.choices())
        self.fields["note"] = forms.CharField(
            label=_("What the customer says"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
        )

    def clean_reason(self) -> dispute_rules.Reason:
        """Give the reason as the word it is."""
        return dispute_rules.Reason(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        """Fill in the whole open amount where none was entered."""
        values = super().clean() or self.cleaned_data
        if not self.errors and values.get("amount") is None:
            item: Item | None = values.get("item")
            values["amount"] = (
                Money(item.open_minor, item.currency)
                if item
                else ledger_queries.balance(self.account.pk, currency=self.account.currency)
            )
        return values


class NoteForm(AccountForm):
    """Words for the timeline."""

    text = forms.CharField(label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class TaskForm(AccountForm):
    """Something to do, and when."""

    kind = forms.ChoiceField(label=_("Kind"), choices=worklist_rules.Kind.choices())
    title = forms.CharField(label=_("What is to be done"), max_length=200)

    def build(self) -> None:
        self.fields["due_on"] = DayField(today=self.today, label=_("Due"))
        self.fields["mine"] = forms.BooleanField(label=_("For me"), required=False, initial=True)

    def clean_kind(self) -> worklist_rules.Kind:
        """Give the kind as the word it is."""
        return worklist_rules.Kind(self.cleaned_data["kind"])
