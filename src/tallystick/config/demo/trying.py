"""The trial of the demo: whether customers who are called early pay more often, registered on the first day like any other."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.strategy import actions
from tallystick.strategy.rules.trials.terms import Measure

_MANAGER = "morgan"
#: Days each debtor is watched: some weeks of the demo are over before today.
_WINDOW = 14


def register_trial(*, starts_on: date, at: datetime) -> None:
    """Register the trial of the split that the shipped strategy has.

    Nothing has happened yet that a share could be worked out from, so the credit manager says what to expect.
    """
    manager = access_queries.find_user(_MANAGER)
    if manager is None:
        raise LookupError(f"{_MANAGER} does not work here")
    terms = actions.TrialTerms(
        title=_("Does an early call pay?"),
        strategy="staged-reminders",
        split="early-call",
        champion="champion",
        challenger="challenger",
        state="reminding",
        measure=Measure.PAID_IN_FULL,
        window_days=_WINDOW,
        effect=Decimal("0.20"),
        starts_on=starts_on,
        expected=Decimal("0.25"),
    )
    actions.register_trial(terms, at=at, by=access_queries.actor_for(manager))
