"""`tallystick accrue`: charge interest and fees through a day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tallystick.charges import actions
from tallystick.kernel import clock, hands
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import Refusal


class Command(BaseCommand):
    """Charge what is missing through a day; done twice, or by two at once, nothing is charged twice."""

    help = gettext_noop("Charge interest and fees on the whole book through a day.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the day."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help=_("the last day to charge for; yesterday if not given")
        )

    def handle(self, *, day: date | None, **options: Any) -> None:
        """Charge, and say on how many items."""
        at = clock.now()
        day = day or local_day(at, settings.TIME_ZONE) - timedelta(days=1)
        try:
            outcome = actions.accrue(day=day, hands=hands.MOST, at=at, by=system("tallystick accrue"))
            fees = actions.charge_fees(day=day, hands=hands.MOST, at=at, by=system("tallystick accrue"))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        said = ngettext(
            "Interest of {count} item is charged through {day}.",
            "Interest of {count} items is charged through {day}.",
            outcome.done,
        )
        self.stdout.write(said.format(count=f"{outcome.done:,}", day=day))
        if fees.done:
            charged = ngettext("{count} fee is charged.", "{count} fees are charged.", fees.done)
            self.stdout.write(charged.format(count=f"{fees.done:,}"))
        for code, count in sorted(outcome.refused.items()):
            self.stdout.write(_("{count} wait: {code}").format(count=f"{count:,}", code=code))
