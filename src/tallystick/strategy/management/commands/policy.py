"""`tallystick policy`: list, show, compare, export and import policies, approve, publish and roll them back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from tallystick.strategy.management.commands import strategy
from tallystick.strategy.queries import versions


class Command(strategy.Command):
    """Do with segments, scorecards and decision tables what is done with strategies."""

    papers = staticmethod(versions.policies)
    find = staticmethod(versions.get_policy)

    help = gettext_noop(
        "List, show, compare, export, import, approve, publish and roll back policies: tallystick policy --help."
    )

    def _add_what_strategies_do(self, doing: Any) -> None:
        """Leave that out."""
