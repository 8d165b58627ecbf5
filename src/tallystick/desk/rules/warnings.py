"""What a collector must see before anything else about an account, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.rules import PartyRole
from tallystick.holds.rules import STOPS, Reason

#: Roles of those who act for the debtor: nobody else is written to.
REPRESENTATIVES = frozenset({PartyRole.SOLICITOR, PartyRole.ADVISER})


@dataclass(frozen=True, slots=True)
class Warning:
    """A notice at the top of the cockpit: tone of `notice.html`, a title, what to do about it, and what a person noted."""

    tone: str
    title: str | Lazy
    text: str | Lazy
    #: The first day it no longer holds; None where that is not known.
    until_on: date | None = None
    note: str = ""


_HELD: dict[Reason, tuple[str, str | Lazy]] = {
    Reason.BREATHING_SPACE: ("hold", _("No contact that asks for payment, no interest, no charges, no enforcement.")),
    Reason.INSOLVENCY: ("bad", _("Do not ask for payment: the debt is proved in the insolvency.")),
    Reason.VULNERABILITY: ("hold", _("Take time, ask what would help, agree nothing under pressure.")),
    Reason.DISPUTE: ("warn", _("Do not ask for the disputed part until it is decided.")),
    Reason.INSTRUCTION: ("warn", _("The client asked us to wait.")),
    Reason.MANUAL: ("hold", _("Nothing goes out by itself.")),
    Reason.PAUSE: ("hold", _("The strategy stands still, and goes on where it was.")),
    Reason.PROMISE: ("info", _("Wait for the promised day.")),
}


def warnings(
    *,
    holds: Sequence[Mapping[str, Any]],
    disputes: Sequence[Any],
    broken: Any | None,
    has_open_promise: bool,
    representatives: Sequence[str],
) -> list[Warning]:
    """Give the warnings of an account: its holds by weight, who acts for the debtor, open disputes, a promise that was broken."""
    found = [_held(reason, holds) for reason in STOPS if any(hold["reason"] == reason for hold in holds)]
    found += [
        Warning("warn", name, _("Acts for the customer: speak and write to them, not to the customer."))
        for name in representatives
    ]
    if disputes and not any(hold["reason"] == Reason.DISPUTE for hold in holds):
        found.append(Warning("warn", _("Disputed"), _HELD[Reason.DISPUTE][1]))
    if broken is not None and not has_open_promise:
        title = _("Promise broken") if broken.broken_in_a_row < 2 else _("Promises broken again and again")
        found.append(Warning("bad", title, _("Ask what has changed before you agree anything new.")))
    return found


def _held(reason: Reason, holds: Sequence[Mapping[str, Any]]) -> Warning:
    """Give the warning of all holds of a reason: it lasts as long as the longest."""
    those = [hold for hold in holds if hold["reason"] == reason]
    ends = [hold["until_on"] for hold in those]
    tone, advice = _HELD[reason]
    notes = [str(hold["note"]) for hold in those if hold.get("note")]
    return Warning(tone, reason.label, advice, None if None in ends else max(ends), " · ".join(notes))
