"""`tallystick policy`: list, show, compare, export and import policies, judge golden accounts by them, publish them and back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.strategy import actions
from tallystick.strategy.management import terminal
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
        """Leave that out; say what is done with policies only."""
        golden = self._of_version(
            doing.add_parser("golden", help=_("say which golden accounts of strategies would fare otherwise"))
        )
        golden.add_argument(
            "--accept", metavar="STRATEGY/NAME", help=_("expect what comes of one once a draft is published")
        )
        golden.add_argument("--reason", default="", help=_("why that is meant"))
        golden.add_argument("--as", dest="person", metavar="USER", help=_("who does it; the system unless given"))

    def _golden(
        self, *, name: str, number: int | None, accept: str | None, reason: str, person: str | None, **options: Any
    ) -> None:
        version, at = self._version(name, number), clock.now()
        if accept is not None:
            named = [each for each in actions.judge_policy(version, at=at) if each.name == accept]
            if not named:
                raise CommandError(_("No strategy that reads it has a golden account {name}.").format(name=accept))
            actions.accept_golden_of_strategy(
                version_id=version.pk, number=named[0].number, reason=reason, at=at, by=terminal.actor_named(person)
            )
        for each in actions.judge_policy(version, at=at):
            sign = "!" if each.is_changed else " " if each.holds else "~"
            told = f"{each.by.said_expected} → {each.by.said_found}" if not each.holds else each.by.said_found
            self.stdout.write("\t".join((f"{sign} {each.name}", told, "" if each.holds else each.why)).rstrip())
