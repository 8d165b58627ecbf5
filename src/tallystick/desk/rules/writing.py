"""How the fields of an event are written for people: amounts and days as the language does, stored words by their labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.accounts import rules as account_rules
from tallystick.charges.rules.agreed_fees import Occasion
from tallystick.contact.rules import may
from tallystick.contact.rules import words as contact_words
from tallystick.desk.rules import formats
from tallystick.disputes import rules as dispute_rules
from tallystick.holds import rules as hold_rules
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.parties import rules as party_rules
from tallystick.payments.rules import states as payment_words
from tallystick.promises import rules as promise_rules
from tallystick.worklists import rules as worklist_rules

#: Fields that hold a stored word, by room and name, and the words people read for them.
_WORDS: dict[tuple[str, str], type[Choice]] = {
    ("accounts", "kind"): account_rules.ItemKind,
    ("accounts", "reason"): account_rules.CloseReason,
    ("charges", "occasion"): Occasion,
    ("contact", "channel"): contact_words.Channel,
    ("contact", "outcome"): contact_words.CallOutcome,
    ("contact", "direction"): contact_words.Direction,
    ("contact", "command"): contact_words.Command,
    ("desk", "kind"): party_rules.ContactKind,
    ("desk", "state"): party_rules.ContactState,
    ("disputes", "reason"): dispute_rules.Reason,
    ("disputes", "outcome"): dispute_rules.State,
    ("holds", "reason"): hold_rules.Reason,
    ("payments", "method"): payment_words.Method,
    ("payments", "state"): payment_words.LineState,
    ("promises", "was"): promise_rules.State,
    ("worklists", "kind"): worklist_rules.Kind,
    ("worklists", "outcome"): contact_words.CallOutcome,
    ("worklists", "reason"): contact_words.CallOutcome,
}
#: Fields that hold a word of more than one list.
_MORE_WORDS: dict[tuple[str, str], dict[str, str | Promise]] = {
    ("contact", "code"): dict(may.REFUSAL_WORDS),
    ("payments", "reason"): dict([*payment_words.ReversalReason.choices(), *payment_words.IgnoreReason.choices()]),
    ("strategy", "result"): dict(worklist_rules.RESULTS),
    ("worklists", "outcome"): {
        "done": "",
        "not_possible": gettext_lazy("Not possible"),
    },
}
#: What people call the fields of events. Numbers of rows (`…_id`) are not shown.
FIELD_NAMES: dict[str, str | Promise] = {
    "address": gettext_lazy("Address"),
    "amount": gettext_lazy("Amount"),
    "answer": gettext_lazy("Answer"),
    "answered": gettext_lazy("Answered event"),
    "balance": gettext_lazy("Balance"),
    "balance_when_made": gettext_lazy("Balance when it was made"),
    "before": gettext_lazy("Before"),
    "booked_on": gettext_lazy("Booked"),
    "callback_at": gettext_lazy("Call back at"),
    "difference": gettext_lazy("Difference"),
    "items": gettext_lazy("Items"),
    "is_now": gettext_lazy("Now"),
    "was_charged": gettext_lazy("Charged before"),
    "cause_kind": gettext_lazy("Kind of cause"),
    "change": gettext_lazy("Change"),
    "channel": gettext_lazy("Channel"),
    "code": gettext_lazy("Reason"),
    "command": gettext_lazy("Command"),
    "consent": gettext_lazy("Agreed to be reached here"),
    "count": gettext_lazy("Number"),
    "credited": gettext_lazy("Credited"),
    "direction": gettext_lazy("Direction"),
    "due_on": gettext_lazy("Due"),
    "entered": gettext_lazy("State now"),
    "from_on": gettext_lazy("From"),
    "grace_until_on": gettext_lazy("Too late from"),
    "in_a_row": gettext_lazy("Broken in a row"),
    "issued_on": gettext_lazy("Issued"),
    "item": gettext_lazy("Item"),
    "kind": gettext_lazy("Kind"),
    "known_lines": gettext_lazy("Lines known before"),
    "limit_on": gettext_lazy("Time limit"),
    "method": gettext_lazy("Method"),
    "name": gettext_lazy("Name"),
    "new_lines": gettext_lazy("New lines"),
    "note": gettext_lazy("Note"),
    "number": gettext_lazy("Number"),
    "occasion": gettext_lazy("Occasion"),
    "occasion_on": gettext_lazy("Day of the occasion"),
    "order": gettext_lazy("Order"),
    "order_no": gettext_lazy("Number of the order"),
    "origin": gettext_lazy("Origin"),
    "outcome": gettext_lazy("Outcome"),
    "paid": gettext_lazy("Paid"),
    "pay_on": gettext_lazy("Pays by"),
    "payer": gettext_lazy("Payer"),
    "preferred": gettext_lazy("Preferred"),
    "reason": gettext_lazy("Reason"),
    "recipient": gettext_lazy("To"),
    "reference": gettext_lazy("Reference"),
    "result": gettext_lazy("Result"),
    "speaker": gettext_lazy("Account that speaks"),
    "state": gettext_lazy("State"),
    "step": gettext_lazy("Step"),
    "strategy": gettext_lazy("Strategy"),
    "subject": gettext_lazy("Subject"),
    "template": gettext_lazy("Template"),
    "text": gettext_lazy("Text"),
    "title": gettext_lazy("Task"),
    "unallocated": gettext_lazy("Not yet allocated"),
    "until_on": gettext_lazy("Until"),
    "was_due_on": gettext_lazy("Was due"),
    "was_issued_on": gettext_lazy("Was issued"),
    "value": gettext_lazy("Value"),
    "was": gettext_lazy("State before"),
}
#: What the label of the system begins with; see `kernel.actor.system`.
_SYSTEM = "system: "


def written(
    kind: str, data: dict[str, Any], *, types: Mapping[str, type], locale: Locale, zone: tzinfo
) -> dict[str, str]:
    """Write the fields of an event, each by its type; what is empty is written as nothing.

    >>> from datetime import UTC
    >>> data = {"amount": {"minor": 1250, "currency": "GBP"}, "pay_on": "2026-03-01", "reason": "20260301"}
    >>> british = Locale.parse("en_GB")
    >>> written("promises.PromiseMade", data, types={"pay_on": date, "reason": str}, locale=british, zone=UTC)
    {'amount': '£12.50', 'pay_on': '1 Mar 2026', 'reason': '20260301'}
    """
    room = kind.split(".")[0]
    return {name: _field(room, name, value, types.get(name), locale, zone) for name, value in data.items()}


def _field(room: str, name: str, value: Any, kind: type | None, locale: Locale, zone: tzinfo) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return formats.money(Money(value["minor"], value["currency"]), locale)
    if isinstance(value, list):
        return ", ".join(_field(room, name, each, None, locale, zone) for each in value)
    if kind is datetime:
        return formats.instant(datetime.fromisoformat(value), zone, locale)
    if kind is date:
        return formats.day(date.fromisoformat(value), locale)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _word(room, name, value)


def _word(room: str, name: str, value: Any) -> str:
    label = _MORE_WORDS.get((room, name), {}).get(value)
    words = _WORDS.get((room, name))
    if label is None and words is not None and value in set(words):
        label = words(value).label
    return str(value if label is None else label)


def named(written_fields: dict[str, str]) -> list[tuple[str, str]]:
    """Give the fields that say something to people, each with its name: no numbers of rows, nothing empty."""
    return [
        (str(FIELD_NAMES.get(name, name.replace("_", " "))), value)
        for name, value in written_fields.items()
        if value and not name.endswith("_id")
    ]


def doer(label: str) -> str:
    """Give who did something, as people read it: a name, or nothing for what happened by itself.

    >>> doer("Carla Webb"), doer("system: nightly run")
    ('Carla Webb', '')
    """
    return "" if label.startswith(_SYSTEM) else label


def doer_in_full(label: str) -> str:
    """Give who did something, and for what happened by itself what made it happen.

    >>> doer_in_full("system: nightly run")
    'By itself: nightly run'
    """
    return _("By itself: {reason}").format(reason=label.removeprefix(_SYSTEM)) if label.startswith(_SYSTEM) else label
