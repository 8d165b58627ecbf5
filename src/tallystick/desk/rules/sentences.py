"""How an event of the timeline reads: a sentence, an icon and a tone for every kind that a room announces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with fields of the event in braces, and how it is drawn."""

    text: Text
    icon: str = "circle-small"
    #: Of `timeline.html`; "quiet" for what follows by itself from something that stands beside it.
    tone: str = ""
    #: A second line, left out where it says nothing: a note, an amount that came.
    detail: Text = ""
    #: Field → the sentence to use where that field is empty.
    without: dict[str, Text] = field(default_factory=dict)


def _said(text: Text, icon: str, tone: str = "", detail: Text = "", **without: Text) -> Sentence:
    return Sentence(text, icon, tone, detail, without)


#: One entry a kind. A test holds that every event of every room has one, and that its fields exist.
SENTENCES: dict[str, Sentence] = {
    "accounts.AccountOpened": _said(_("Account {reference} opened"), "folder-plus"),
    "accounts.AccountClosed": _said(_("Account closed: {reason}"), "folder-check", "ok"),
    "accounts.BalanceCleared": _said(_("Nothing is owed any more"), "circle-check", "ok"),
    "accounts.CreditApplied": _said(
        _("{amount} credited"), "coins", "quiet", detail=_("Not yet allocated: {unallocated}")
    ),
    "accounts.CreditReallocated": _said(
        _("{amount} allocated anew, {unallocated} of it to no item"), "coins", detail="{reason}"
    ),
    "accounts.CreditTakenBack": _said(_("{amount} taken back"), "undo-2", "bad", detail="{reason}"),
    "accounts.ItemAdded": _said(_("{kind} {reference} added: {amount}, due {due_on}"), "file-plus"),
    "accounts.ItemAdjusted": _said(_("{reference} corrected by {change}"), "file-pen", detail="{reason}"),
    "accounts.ItemRedated": _said(_("{reference} is now due {due_on}"), "file-pen"),
    "accounts.ItemsAdded": _said(_("Items added: {count}, {amount} in all"), "file-plus"),
    "accounts.ItemsTakenBack": _said(
        _("Items taken back: {count}, {amount} in all"), "undo-2", "bad", detail="{reason}"
    ),
    "accounts.SettledAtSource": _said(_("Settled with the creditor: {amount}"), "coins", "ok"),
    "charges.FeeCharged": _said(_("Fee {reference} charged: {amount}"), "coins", detail="{occasion}, {occasion_on}"),
    "charges.FeeTakenBack": _said(_("Fee {reference} taken back: {amount}"), "undo-2", detail="{reason}"),
    "charges.FixedSumCharged": _said(_("Fixed sum on {reference} charged: {amount}"), "coins"),
    "charges.FixedSumTakenBack": _said(_("Fixed sum on {reference} taken back: {amount}"), "undo-2"),
    "charges.InterestCharged": _said(_("Interest charged: {amount}, until {until_on}"), "coins"),
    "charges.InterestCorrected": _said(
        _("Interest on {reference} corrected from {from_on}: {is_now} instead of {was_charged}"),
        "file-pen",
        detail="{difference}",
    ),
    "contact.CallLogged": _said(
        _("{direction}: {outcome}"), "phone", "info", detail="{note}", direction=_("Call: {outcome}")
    ),
    "contact.MessageCancelled": _said(_("{channel} taken back before it left"), "ban"),
    "contact.MessageFailed": _said(_("{channel} failed"), "triangle-alert", "bad", detail="{reason}"),
    "contact.MessageRefused": _said(_("{channel} not sent: {code}"), "ban", "warn"),
    "contact.MessageResent": _said(_("{channel} put back into the queue"), "send"),
    "contact.MessageSent": _said(
        _("{channel} to {recipient}"), "send", "info", detail="{subject}", recipient=_("{channel} sent")
    ),
    "contact.NoticeDigested": _said(
        _("Told {recipient} in a digest: {template}"), "inbox", "info", recipient=_("Told in a digest: {template}")
    ),
    "contact.ServiceAcknowledged": _said(_("Creditor confirmed: {command}"), "plug-zap", "ok"),
    "contact.ServiceCommanded": _said(_("Creditor told: {command}"), "plug", "info"),
    "contact.ServiceOrdered": _said(_("To be told to the creditor: {command}"), "plug"),
    "desk.AddressChanged": _said(_("New address: {address}"), "map-pin"),
    "desk.ContactPointAdded": _said(_("New {kind}: {value}"), "contact"),
    "desk.ContactPointChanged": _said(_("{value}: {state}"), "contact"),
    "disputes.DisputeRaised": _said(
        _("{amount} disputed of {item}: {reason}"),
        "message-circle-question-mark",
        "warn",
        detail="{note}",
        item=_("{amount} disputed: {reason}"),
    ),
    "disputes.DisputeResolved": _said(
        _("Dispute of {amount}: {outcome}"), "message-circle-question-mark", "ok", detail="{note}"
    ),
    "holds.HoldEnded": _said(_("Hold ran out: {reason}"), "circle-play", "ok"),
    "holds.HoldLifted": _said(_("Hold lifted: {reason}"), "circle-play", "ok", detail="{note}"),
    "holds.HoldMoved": _said(
        _("Hold moved to {until_on}: {reason}"),
        "circle-pause",
        "hold",
        until_on=_("Hold now lasts until it is lifted: {reason}"),
    ),
    "holds.HoldPlaced": _said(
        _("On hold until {until_on}: {reason}"),
        "circle-pause",
        "hold",
        detail="{note}",
        until_on=_("On hold until lifted: {reason}"),
    ),
    "holds.ItemHeld": _said(
        _("{item} on hold until {until_on}: {reason}"),
        "circle-pause",
        "hold",
        detail="{amount} {note}",
        until_on=_("{item} on hold until lifted: {reason}"),
    ),
    "holds.ItemHoldEnded": _said(_("{item} is chased again, its hold ran out: {reason}"), "circle-play", "ok"),
    "holds.ItemHoldLifted": _said(_("Hold on {item} lifted: {reason}"), "circle-play", "ok", detail="{note}"),
    "holds.ItemHoldMoved": _said(
        _("Hold on {item} moved to {until_on}: {reason}"),
        "circle-pause",
        "hold",
        until_on=_("Hold on {item} now lasts until it is lifted: {reason}"),
    ),
    "intake.DebtorCorrected": _said(_("Particulars of the debtor corrected"), "contact", detail="{origin}"),
    "payments.LineDecided": _said(_("Statement line: {state}"), "landmark", detail="{reason}"),
    "payments.PaymentReceived": _said(
        _("Paid {amount} by {method}"), "banknote", "ok", detail="{payer}", method=_("Paid {amount}")
    ),
    "payments.PaymentReversed": _said(
        _("Payment of {amount} taken back: {reason}"), "banknote", "bad", detail="{note}"
    ),
    "payments.StatementImported": _said(_("Bank statement {name} imported: {new_lines} new lines"), "landmark"),
    "promises.PromiseBroken": _said(
        _("Promise of {amount} broken"), "calendar-x", "bad", detail=_("{paid} came; promised by {pay_on}")
    ),
    "promises.PromiseKept": _said(_("Promise of {amount} kept"), "calendar-check", "ok"),
    "promises.PromiseMade": _said(_("Promised {amount} by {pay_on}"), "calendar-clock", "info"),
    "promises.PromisePartlyKept": _said(_("Promise of {amount} kept in part: {paid} came"), "calendar-check", "warn"),
    "promises.PromiseReopened": _said(_("Promise of {amount} is open again"), "calendar-clock", "warn"),
    "promises.PromiseReplaced": _said(_("Promise of {amount} by {pay_on} replaced"), "calendar-sync"),
    "promises.PromiseWithdrawn": _said(_("Promise of {amount} withdrawn"), "calendar-off", detail="{reason}"),
    "strategy.EventAnswered": _said(_("{answer}"), "route", "quiet", answer=_("Strategy answered")),
    "strategy.LimitCame": _said(_("Not done in time: {step}"), "alarm-clock", "warn"),
    "strategy.OrderRefused": _said(_("Not done: {order}"), "ban", "warn", detail="{reason}"),
    "strategy.SpokenFor": _said(_("Spoken for by account {speaker}: {order}"), "users-round", "quiet"),
    "strategy.StateLeft": _said(_("{state} → {entered}"), "route", "quiet"),
    "strategy.StepSkipped": _said(_("Passed over: {step}"), "route", "quiet"),
    "strategy.StepTaken": _said(_("{step}"), "route", "quiet"),
    "timeline.NoteAdded": _said("{text}", "sticky-note"),
    "strategy.WaitEnded": _said(_("Goes on after: {step}"), "route", "quiet", detail="{result}"),
    "worklists.TaskCancelled": _said(_("No longer needed: {title}"), "list-x", "quiet", detail="{reason}"),
    "worklists.TaskDone": _said(_("Done: {title}"), "list-checks", "quiet", detail="{outcome} {note}"),
    "worklists.TaskGiven": _said(_("Given to {name}: {title}"), "user-round"),
    "worklists.TaskOpened": _said(_("To do by {due_on}: {title}"), "list-plus", "quiet"),
    "worklists.TaskOverran": _said(_("Not done by {limit_on}: {title}"), "alarm-clock", "warn"),
    "worklists.TaskPutOff": _said(_("Put off to {due_on}: {title}"), "clock", "quiet", detail="{reason}"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """An event as a person reads it."""

    text: str
    detail: str
    icon: str
    tone: str


def sentence(kind: str, data: dict[str, Any], fields: dict[str, str]) -> Read:
    """Give the sentence of an event. `fields` are its fields as `writing.written` wrote them.

    A kind nobody described reads as its own name.

    >>> sentence("timeline.NoteAdded", {"text": "Rang."}, {"text": "Rang."}).text
    'Rang.'
    """
    described = SENTENCES.get(kind)
    if described is None:
        return Read(kind, "", "circle-small", "")
    text = next((other for name, other in described.without.items() if data.get(name) in (None, "")), described.text)
    detail = str(described.detail).format_map(_Fields(fields)).strip() if _says(described.detail, data) else ""
    return Read(str(text).format_map(_Fields(fields)), detail, described.icon, described.tone)


class _Fields(dict[str, str]):
    """Fields of an event; one that an older event does not have reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def _says(detail: Text, data: dict[str, Any]) -> bool:
    """Test if any field that a detail is made of says something: not nothing, not an amount of nothing."""
    used = {name: value for name, value in data.items() if f"{{{name}}}" in str(detail)}
    return any(
        value and value != {**value, "minor": 0} if isinstance(value, dict) else value for value in used.values()
    )
