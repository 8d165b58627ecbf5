"""`tallystick run`: run the strategies over the whole book for a day."""

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
from tallystick.strategy.queries import runs


class Command(BaseCommand):
    """Answer what waits, run the book, and print what happened. Started several times at once, the processes share the run."""

    help = gettext_noop("Run the strategies over the whole book for a day.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help=_("the day to run the book for, today unless it is given")
        )
        parser.add_argument("--rebuild", action="store_true", help=_("compute the facts of all accounts afresh first"))

    def handle(self, *, day: date | None, rebuild: bool, **options: Any) -> None:
        """Run the book; a run that was stopped goes on where it stopped."""
        at, by = clock.now(), system("command line")
        day = day or local_day(at, settings.TIME_ZONE)
        if rebuild:
            self.stdout.write(_("Facts: {count} accounts brought up to date.").format(count=actions.rebuild(day=day)))
        answered = actions.answer_events(at=at, by=by)
        self.stdout.write(_("Events answered: {count}.").format(count=answered))
        run = actions.start_run(day=day, at=at, by=by)
        actions.work_run(run_id=run.pk, at=at, by=by)
        actions.finish_run(run_id=run.pk, at=at, by=by)
        self._report(runs.report(runs.get_run(run.pk)))

    def _report(self, report: runs.Report) -> None:
        self.stdout.write(
            _(
                "Run for {day}: {done} of {chunks} chunks, {accounts} accounts, {decided} decisions,"
                " {rate:.0f} accounts a second."
            ).format(
                day=report.run.day.isoformat(),
                done=report.chunks_done,
                chunks=report.run.chunks,
                accounts=report.accounts,
                decided=report.decided,
                rate=report.rate,
            )
        )
        for effect in report.effects:
            title = effect.effect.title or effect.effect.kind.label
            self.stdout.write(f"  {effect.times:>9}  {effect.version}: {effect.state}, {title}")
        for order in report.orders:
            refused = "".join(f", {code} {count}" for code, count in order.refused.items())
            self.stdout.write(f"  {order.done:>9}  {order.name}{refused}")
