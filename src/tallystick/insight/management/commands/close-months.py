"""`tallystick close-months`: keep the figures of months that are over."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.insight import actions, rules
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import Refusal


class Command(BaseCommand):
    """Close what is over, and add what became known later; done twice, it does nothing."""

    help = gettext_noop("Close months, and add what became known later beside them.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the month."""
        parser.add_argument(
            "--month", type=date.fromisoformat, help=_("any day of it; the last that is over if not given")
        )

    def handle(self, *, month: date | None, **options: Any) -> None:
        """Close, and say what was done."""
        at = clock.now()
        today = local_day(at, settings.TIME_ZONE)
        by = system(f"command line, {getpass.getuser()}")
        try:
            closed = actions.close_months(month_on=month or rules.month_before(today), today=today, at=at, by=by)
            later = actions.add_later_known(at=at, by=by)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        said = _("{closed} months closed, {later} corrected beside what was known.")
        self.stdout.write(said.format(closed=f"{closed:,}", later=f"{later:,}"))
