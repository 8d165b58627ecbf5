"""What a collector must see before anything else about an account, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from tallystick.holds.rules import Reason, weightiest


@dataclass(frozen=True, slots=True)
class Warning:
    """A notice at the top of the cockpit: tone of `notice.html`, a title, and what to do about it."""

    tone: str
    title: str | Lazy
    text: str | Lazy


_HELD: dict[Reason, tuple[str, str | Lazy]] = {
    Reason.BREATHING_SPACE: ("hold", _("No contact that asks for payment, no interest, no charges, no enforcement.")),
    Reason.INSOLVENCY: ("bad", _("Do not ask for payment: the debt is proved in the insolvency.")),
    Reason.VULNERABILITY: ("hold", _("Take time, ask what would help, agree nothing under pressure.")),
    Reason.DISPUTE: ("warn", _("Do not ask for the disputed part until it is decided.")),
    Reason.INSTRUCTION: ("warn", _("The client asked us to wait.")),
    Reason.MANUAL: ("hold", _("Nothing goes out by itself.")),
    Reason.PROMISE: ("info", _("Wait for the promised day.")),
}


def warnings(
    *, holds: Sequence[Mapping[str, Any]], disputes: Sequence[Any], broken: Any | None, promise: Any | None
) -> list[Warning]:
    """Give the warnings of an account: the weightiest hold, disputes that are open, and promises broken in a row."""
    found: list[Warning] = []
    reason = weightiest({Reason(hold["reason"]) for hold in holds})
    if reason is not None:
        tone, advice = _HELD[reason]
        found.append(Warning(tone, reason.label, advice))
    if disputes and reason is not Reason.DISPUTE:
        found.append(Warning("warn", _("Disputed"), _HELD[Reason.DISPUTE][1]))
    if broken is not None and promise is None:
        title = _("Promise broken") if broken.broken_in_a_row < 2 else _("Promises broken again and again")
        found.append(Warning("bad", title, _("Ask what has changed before you agree anything new.")))
    return found
