"""`tallystick score`: keep the scores of the book by the published scorecards."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day
from tallystick.strategy import actions


class Command(BaseCommand):
    """Score the book, keep what has changed, and print how much that was. The nightly run is followed by the same."""

    help = gettext_noop("Score the book by the published scorecards, and keep the scores that have changed.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help=_("the day to score the book for, today unless it is given")
        )

    def handle(self, *, day: date | None, **options: Any) -> None:
        """Keep the scores."""
        at = clock.now()
        kept = actions.keep_scores(day=day or local_day(at, settings.TIME_ZONE), at=at, by=system("command line"))
        self.stdout.write(_("Scores kept: {count}.").format(count=kept))
