"""Forms about one account, as the dialogs of its page show them."""

from __future__ import annotations

from typing import Any, Self

from babel import Locale
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules import words
from tallystick.desk.actions import Spoken
from tallystick.desk.forms.fields import DayField, MomentField, ReadInput, locale_name, long_text
from tallystick.desk.queries import Case, cockpit
from tallystick.desk.rules import formats
from tallystick.disputes import rules as dispute_rules
from tallystick.holds import rules as hold_rules
from tallystick.kernel.money import Money
from tallystick.parties import rules as party_rules
from tallystick.payments.forms import AmountField
from tallystick.worklists import rules as worklist_rules


class AccountForm(forms.Form):
    """A form about one account. The first field has the focus, or the first that is wrong."""

    #: False where something else than a field has the focus at first.
    begins_in_field = True

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        self.case = case
        self.build()
        for field in self.fields.values():
            if isinstance(field.widget, ReadInput):
                name = "desk:moment" if isinstance(field, MomentField) else "desk:day"
                field.widget.reads = reverse(name, args=[case.account.pk])

    def put_focus(self) -> Self:
        """Put the focus into the first field that is wrong, else into the first; called when nothing more is added."""
        wrong = next((name for name in self.fields if self.is_bound and name in self.errors), None)
        first = next((name for name in self.fields if not self.fields[name].widget.is_hidden), None)
        focused = wrong or (first if self.begins_in_field else None)
        if focused is not None:
            self.fields[focused].widget.attrs["autofocus"] = True
        return self

    def build(self) -> None:
        """Add the fields that depend on the account or the day."""

    @classmethod
    def starts_with(cls, case: Case) -> dict[str, Any]:
        """Give what stands in the form before anybody types."""
        return {}


class SpokenForm(AccountForm):
    """A form that may come out of a call: the call stands in hidden fields and is logged with what the form says."""

    def build(self) -> None:
        self.fields["in_call"] = forms.BooleanField(required=False, widget=forms.HiddenInput)
        self.fields["call_point"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.fields["call_number"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
        self.fields["call_note"] = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
        self.fields["call_direction"] = forms.ChoiceField(
            required=False, choices=words.Direction.choices(), widget=forms.HiddenInput
        )

    @property
    def spoken(self) -> Spoken | None:
        """The call this came out of; None where there was none."""
        values = self.cleaned_data
        if not values["in_call"]:
            return None
        return Spoken(
            contact_point_id=values["call_point"],
            number=values["call_number"],
            note=values["call_note"],
            direction=words.Direction(values["call_direction"] or words.Direction.OUT),
        )


class PromiseForm(SpokenForm):
    """How much, and by when."""

    def build(self) -> None:
        currency = self.case.account.currency
        self.fields["amount"] = AmountField(currency=currency, label=_("Amount"))
        self.fields["pay_on"] = DayField(today=self.case.today, label=_("Pays by"))
        super().build()

    @classmethod
    def starts_with(cls, case: Case) -> dict[str, Any]:
        return {"amount": cockpit.balance(case).amount}


class CallForm(AccountForm):
    """What came of a call. The outcome is the button that is pressed."""

    begins_in_field = False
    outcome = forms.ChoiceField(choices=words.CallOutcome.choices(), widget=forms.HiddenInput)

    def build(self) -> None:
        points = cockpit.numbers_of(self.case)
        choices = [(str(point.pk), point.value) for point in points]
        self.fields["point"] = forms.ChoiceField(
            label=_("Number"),
            choices=[*choices, ("", _("another number"))],
            required=False,
            initial=choices[0][0] if choices else "",
        )
        self.fields["number"] = forms.CharField(
            label=_("Which number"), required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
        )
        self.fields["direction"] = forms.ChoiceField(
            label=_("Direction"), choices=words.Direction.choices(), required=False
        )
        self.fields["note"] = long_text(1, label=_("Note"), required=False)
        self.fields["callback_at"] = MomentField(
            now=self.case.at, zone=self.case.zone, label=_("Call back at"), required=False
        )

    @property
    def spoken(self) -> Spoken:
        """The call."""
        values = self.cleaned_data
        return Spoken(
            contact_point_id=int(values["point"]) if values["point"] else None,
            number="" if values["point"] else values["number"],
            note=values["note"],
            direction=words.Direction(values["direction"] or words.Direction.OUT),
        )

    def clean_outcome(self) -> words.CallOutcome:
        """Give the outcome as the word it is."""
        return words.CallOutcome(self.cleaned_data["outcome"])

    def clean(self) -> dict[str, Any]:
        """Ask when, where somebody asked to be called back."""
        values = super().clean() or self.cleaned_data
        is_call_back = values.get("outcome") == words.CallOutcome.CALLBACK
        if is_call_back and not values.get("callback_at") and "callback_at" not in self.errors:
            self.add_error("callback_at", _("Say when to call back."))
        return values


class HoldForm(AccountForm):
    """Why, what of it, and until when."""

    reason = forms.ChoiceField(label=_("Reason"), choices=hold_rules.Reason.choices())

    def build(self) -> None:
        self.fields["until_on"] = DayField(
            today=self.case.today,
            label=_("Until"),
            required=False,
            help_text=_("The first day it no longer holds; empty holds until it is lifted."),
        )
        self.fields["note"] = long_text(2, label=_("Note"), required=False)
        items = [
            (str(each.item.pk), _named(each))
            for each in cockpit.open_items(self.case.account.pk)
            if each.item.held_from_on is None
        ]
        if items:
            self.fields["items"] = forms.TypedMultipleChoiceField(
                label=_("Only these items"),
                choices=items,
                required=False,
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("None: the account as a whole."),
            )
            self.fields["amount"] = AmountField(
                currency=self.case.account.currency,
                label=_("Only an amount of it"),
                required=False,
                help_text=_("Of one item; empty holds all that is open on it."),
            )
        self.fields["from_on"] = DayField(
            today=self.case.today, label=_("From"), required=False, help_text=_("Empty: from today.")
        )

    def clean_reason(self) -> hold_rules.Reason:
        """Give the reason as the word it is."""
        return hold_rules.Reason(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        """Take an amount for one item only."""
        values = super().clean() or self.cleaned_data
        if values.get("amount") is not None and len(values.get("items", ())) != 1:
            self.add_error("amount", _("Tick the one item that the amount is of."))
        return values


class MoveHoldForm(AccountForm):
    """When a hold ends instead."""

    def build(self) -> None:
        self.fields["until_on"] = DayField(
            today=self.case.today,
            label=_("Until"),
            required=False,
            help_text=_("The first day it no longer holds; empty holds until it is lifted."),
        )


def _named(open_item: cockpit.OpenItem) -> str:
    item = open_item.item
    amount = formats.money(Money(item.open_minor, item.currency), Locale.parse(locale_name()))
    return f"{item.reference} · {amount}"


class DisputeForm(SpokenForm):
    """What is disputed, how much of it, and why."""

    def build(self) -> None:
        items = [(str(each.item.pk), _named(each)) for each in cockpit.open_items(self.case.account.pk)]
        self.fields["item"] = forms.TypedChoiceField(
            label=_("Item"),
            choices=[("", _("The account as a whole")), *items],
            required=False,
            coerce=int,
            empty_value=None,
        )
        self.fields["reason"] = forms.ChoiceField(label=_("Reason"), choices=dispute_rules.Reason.choices())
        self.fields["amount"] = AmountField(
            currency=self.case.account.currency,
            label=_("Disputed amount"),
            required=False,
            help_text=_("Empty: all of it."),
        )
        self.fields["note"] = long_text(3, label=_("What the customer says"), required=False)
        super().build()

    @classmethod
    def starts_with(cls, case: Case) -> dict[str, Any]:
        items = cockpit.open_items(case.account.pk)
        return {"item": items[0].item.pk} if len(items) == 1 else {}

    def clean_reason(self) -> dispute_rules.Reason:
        """Give the reason as the word it is."""
        return dispute_rules.Reason(self.cleaned_data["reason"])


class ResolveForm(AccountForm):
    """How a dispute ends."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[(each.value, each.label) for each in dispute_rules.OUTCOMES],
        widget=forms.RadioSelect,
    )

    def build(self) -> None:
        self.fields["credit"] = AmountField(
            currency=self.case.account.currency,
            label=_("Credit"),
            required=False,
            help_text=_("Where it is upheld; empty credits all that is disputed."),
        )
        self.fields["note"] = long_text(3, label=_("Why"), required=False)

    def clean_outcome(self) -> dispute_rules.State:
        """Give the decision as the word it is."""
        return dispute_rules.State(self.cleaned_data["outcome"])


class NoteForm(AccountForm):
    """Words for the timeline."""

    text = long_text(4, label=_("Note"))


class ReasonForm(AccountForm):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=400)


class TaskForm(AccountForm):
    """Something to do, and when."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=worklist_rules.Kind.choices())

    def build(self) -> None:
        self.fields["due_on"] = DayField(today=self.case.today, label=_("Due"))
        self.fields["mine"] = forms.BooleanField(label=_("For me"), required=False, initial=True)

    @classmethod
    def starts_with(cls, case: Case) -> dict[str, Any]:
        return {"kind": worklist_rules.Kind.FOLLOW_UP.value, "mine": True}

    def clean_kind(self) -> worklist_rules.Kind:
        """Give the kind as the word it is."""
        return worklist_rules.Kind(self.cleaned_data["kind"])


class DoneForm(AccountForm):
    """What came of a task."""

    note = long_text(2, label=_("What came of it"), required=False)


class PutOffForm(AccountForm):
    """To which day, and why."""

    def build(self) -> None:
        self.fields["due_on"] = DayField(today=self.case.today, label=_("To"))
        self.fields["reason"] = forms.CharField(label=_("Why"), max_length=400, required=False)


class GiveForm(AccountForm):
    """Who does it instead."""

    to = forms.ChoiceField(label=_("Give to"))

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Say whom it can be given to."""
        self.fields["to"].choices = choices  # type: ignore[attr-defined]


class ContactPointForm(AccountForm):
    """Another way to reach the debtor."""

    value = forms.CharField(label=_("Number or e-mail address"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), choices=party_rules.ContactKind.choices(), required=False)

    def clean(self) -> dict[str, Any]:
        """Tell an e-mail address by its @, whatever kind was chosen."""
        values = super().clean() or self.cleaned_data
        kind = party_rules.ContactKind(values.get("kind") or party_rules.ContactKind.MOBILE)
        values["kind"] = party_rules.ContactKind.EMAIL if "@" in values.get("value", "") else kind
        return values

    @classmethod
    def starts_with(cls, case: Case) -> dict[str, Any]:
        return {"kind": party_rules.ContactKind.MOBILE.value}


class ContactStateForm(AccountForm):
    """What is known of a way to reach the debtor."""

    state = forms.ChoiceField(label=_("Does it work?"), choices=party_rules.ContactState.choices())
    consent = forms.TypedChoiceField(
        label=_("May we use it?"),
        choices=[("", _("Nothing was said")), ("yes", _("Agreed")), ("no", _("Refused"))],
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    preferred = forms.BooleanField(label=_("Try this one first"), required=False)

    def clean_state(self) -> party_rules.ContactState:
        """Give the state as the word it is."""
        return party_rules.ContactState(self.cleaned_data["state"])


class AddressForm(AccountForm):
    """A postal address."""

    lines = forms.CharField(label=_("Street and house"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    town = forms.CharField(label=_("Town"), max_length=100)
    county = forms.CharField(label=_("County"), max_length=100, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20)

    def clean_lines(self) -> list[str]:
        """Give the lines that say something."""
        return [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
