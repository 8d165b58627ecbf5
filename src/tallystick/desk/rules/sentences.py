"""How an event of the timeline reads: one sentence, an icon and a tone for every kind that a room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.accounts import rules as account_rules
from tallystick.contact.rules import words as contact_words
from tallystick.desk.rules import formats
from tallystick.disputes import rules as dispute_rules
from tallystick.holds import rules as hold_rules
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.worklists import rules as worklist_rules


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with fields of the event in braces, and how it is drawn."""

    text: str | Promise
    icon: str = "circle-small"
    tone: str = ""


#: One line a kind. A test holds that every event of every room has one.
SENTENCES: dict[str, Sentence] = {
    "accounts.AccountOpened": Sentence(_("Account {reference} opened"), "folder-plus"),
    "accounts.AccountClosed": Sentence(_("Account closed: {reason}"), "folder-check", "ok"),
    "accounts.ItemAdded": Sentence(_("{reference} added: {amount}, due {due_on}"), "file-plus"),
    "accounts.ItemsAdded": Sentence(_("{count} items added, {amount} in all"), "file-plus"),
    "accounts.ItemAdjusted": Sentence(_("{reference} corrected by {change}: {reason}"), "file-pen"),
    "accounts.ItemRedated": Sentence(_("{reference} is now due {due_on}"), "file-pen"),
    "accounts.SettledAtSource": Sentence(_("Settled with the creditor: {amount}"), "coins", "ok"),
    "accounts.BalanceCleared": Sentence(_("Nothing is owed any more"), "circle-check", "ok"),
    "accounts.CreditApplied": Sentence(_("{amount} credited, {unallocated} of it unallocated"), "coins", "ok"),
    "accounts.CreditTakenBack": Sentence(_("{amount} taken back: {reason}"), "undo-2", "bad"),
    "contact.MessageSent": Sentence(_("{channel} sent to {recipient}: {subject}"), "send", "info"),
    "contact.MessageRefused": Sentence(_("{channel} “{template}” not sent: {code}"), "ban", "warn"),
    "contact.MessageFailed": Sentence(_("{channel} “{template}” failed: {reason}"), "triangle-alert", "bad"),
    "contact.MessageCancelled": Sentence(_("{channel} taken back before it left"), "ban"),
    "contact.ServiceCommanded": Sentence(_("Creditor told to {command} the service"), "plug", "info"),
    "contact.ServiceAcknowledged": Sentence(_("Creditor confirmed: {command}"), "plug-zap", "ok"),
    "contact.CallLogged": Sentence(_("Call, {direction}: {outcome}. {note}"), "phone", "info"),
    "disputes.DisputeRaised": Sentence(_("{amount} disputed: {reason}"), "message-circle-question-mark", "warn"),
    "disputes.DisputeResolved": Sentence(_("Dispute {state}: {amount}"), "message-circle-question-mark", "ok"),
    "holds.HoldPlaced": Sentence(_("Hold placed: {reason}, until {until_on}"), "circle-pause", "hold"),
    "holds.HoldMoved": Sentence(_("Hold moved to {until_on}"), "circle-pause", "hold"),
    "holds.HoldLifted": Sentence(_("Hold lifted: {reason}"), "circle-play", "ok"),
    "holds.HoldEnded": Sentence(_("Hold ran out: {reason}"), "circle-play", "ok"),
    "payments.PaymentReceived": Sentence(_("Paid {amount} by {method}"), "banknote", "ok"),
    "payments.PaymentReversed": Sentence(_("Payment of {amount} taken back: {reason}"), "banknote", "bad"),
    "payments.StatementImported": Sentence(_("Bank statement imported"), "landmark"),
    "payments.LineDecided": Sentence(_("Statement line decided"), "landmark"),
    "promises.PromiseMade": Sentence(_("Promised {amount} by {pay_on}"), "calendar-clock", "info"),
    "promises.PromiseKept": Sentence(_("Promise of {amount} kept"), "calendar-check", "ok"),
    "promises.PromisePartlyKept": Sentence(
        _("Promise of {amount} kept in part: {paid} came"), "calendar-check", "warn"
    ),
    "promises.PromiseBroken": Sentence(_("Promise of {amount} broken: {paid} came by {pay_on}"), "calendar-x", "bad"),
    "promises.PromiseReopened": Sentence(_("Promise of {amount} open again"), "calendar-clock", "warn"),
    "promises.PromiseReplaced": Sentence(_("Promise of {amount} replaced"), "calendar-sync"),
    "promises.PromiseWithdrawn": Sentence(_("Promise of {amount} withdrawn: {reason}"), "calendar-off"),
    "strategy.StepTaken": Sentence(_("Strategy {strategy}: step {step}"), "route"),
    "strategy.StepSkipped": Sentence(_("Strategy {strategy}: step {step} passed over"), "route"),
    "strategy.StateLeft": Sentence(_("Strategy {strategy}: from {state} to {entered}"), "route"),
    "strategy.EventAnswered": Sentence(_("Strategy {strategy} answered: {answer}"), "route"),
    "timeline.NoteAdded": Sentence(_("Note: {text}"), "sticky-note"),
    "worklists.TaskOpened": Sentence(_("Task: {title}, due {due_on}"), "list-plus"),
    "worklists.TaskDone": Sentence(_("Task done: {title} ({outcome})"), "list-checks", "ok"),
    "worklists.TaskPutOff": Sentence(_("Task put off to {due_on}: {title}"), "clock"),
    "worklists.TaskGiven": Sentence(_("Task given to {name}: {title}"), "user-round"),
    "worklists.TaskCancelled": Sentence(_("Task no longer needed: {title}"), "list-x"),
}


#: Fields that hold a stored word, by room and name, and the words people read for them.
_WORDS: dict[tuple[str, str], type[Choice]] = {
    ("accounts", "reason"): account_rules.CloseReason,
    ("contact", "channel"): contact_words.Channel,
    ("contact", "outcome"): contact_words.CallOutcome,
    ("contact", "direction"): contact_words.Direction,
    ("contact", "command"): contact_words.Command,
    ("disputes", "reason"): dispute_rules.Reason,
    ("disputes", "state"): dispute_rules.State,
    ("holds", "reason"): hold_rules.Reason,
    ("worklists", "kind"): worklist_rules.Kind,
}


def _word(room: str, name: str, value: Any) -> Any:
    words = _WORDS.get((room, name))
    if words is not None and value in set(words):
        return str(words(value).label)
    return value


def written(value: Any, locale: Locale) -> str:
    """Write a field of an event for people: money, days and lists as the language does.

    >>> british = Locale.parse("en_GB")
    >>> written({"minor": 1250, "currency": "GBP"}, british), written("2026-03-01", british), written("email", british)
    ('£12.50', '1 Mar 2026', 'email')
    """
    if value is None:
        return formats.NOTHING
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return formats.money(Money(value["minor"], value["currency"]), locale)
    if isinstance(value, list):
        return ", ".join(written(each, locale) for each in value)
    if isinstance(value, str):
        try:
            return formats.day(date.fromisoformat(value), locale)
        except ValueError:
            return value
    return str(value)


class _Fields(dict[str, str]):
    """Fields of an event; one that an older event does not have reads as a dash."""

    def __missing__(self, key: str) -> str:
        return formats.NOTHING


def sentence(kind: str, data: dict[str, Any], locale: Locale) -> tuple[str, str, str]:
    """Give the sentence, the icon and the tone of an event. A kind nobody described reads as its own name."""
    described = SENTENCES.get(kind)
    if described is None:
        return kind, "circle-small", ""
    room = kind.split(".")[0]
    fields = _Fields({name: written(_word(room, name, value), locale) for name, value in data.items()})
    return str(described.text).format_map(fields), described.icon, described.tone
