"""`tallystick why`: why an account is where it is, and what stops it from going on."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.strategy.queries import why
from tallystick.strategy.rules import plain


class Command(BaseCommand):
    """Explain an account with its actual values."""

    help = gettext_noop("Explain why an account is where it is.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account and the day."""
        parser.add_argument("account", help=_("reference or number of the account"))
        parser.add_argument("--day", type=date.fromisoformat, help=_("the day to ask for, today unless it is given"))

    def handle(self, *, account: str, day: date | None, **options: Any) -> None:
        """Print where each account of the reference is, what brought it there, and what stops each step."""
        for found in why.accounts_named(account):
            today = day or local_day(clock.now(), found.client.time_zone)
            explained = why.why(found.pk, day=today)
            self.stdout.write(f"{found.reference}, {found.client.name}")
            if explained is None:
                self.stdout.write("  " + _("No strategy treats this account."))
            else:
                self._explain(explained)

    def _explain(self, explained: why.Why) -> None:
        self.stdout.write(f"  {explained.version}: {explained.sentence}")
        for past in reversed(explained.past):
            values = ", ".join(f"{value.name} {value.said}" for value in past.values)
            self.stdout.write(f"  {plain.value_aloud(past.due_on)}: {past.title}" + (f" ({values})" if values else ""))
        for verdict in explained.verdicts:
            title = verdict.effect.title or verdict.effect.event or _("transition")
            stopped = verdict.stopped_by
            if stopped is None:
                self.stdout.write("  " + _("next: {title}").format(title=title))
            else:
                said = _("not yet: {title}, for it is not so that {condition}").format(
                    title=title, condition=stopped.question.said
                )
                self.stdout.write(f"  {said}" + (f" ({stopped.said_values})" if stopped.values else ""))
