"""`tallystick run`: run the strategies over the whole book for a day, or pause, resume and take up such a run."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.hands import MOST
from tallystick.strategy import actions
from tallystick.strategy.queries import runs
from tallystick.strategy.rules.progress import Stage


class Command(BaseCommand):
    """Answer what waits, run the book, and print what happened. Started several times at once, the processes share the run."""

    help = gettext_noop("Run the strategies over the whole book for a day.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day, and what is done with its run."""
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            help=_("the day to run the book for, today unless it is given; a day that is over is only reported"),
        )
        parser.add_argument("--rebuild", action="store_true", help=_("compute the facts of all accounts afresh first"))
        steering = parser.add_mutually_exclusive_group()
        steering.add_argument("--act-because", metavar=_("REASON"), default="", help=_("act though the day is over"))
        steering.add_argument(
            "--pause", action="store_true", help=_("begin no further part of the run that is going on")
        )
        steering.add_argument("--resume", action="store_true", help=_("let a paused run go on, and work on it"))
        steering.add_argument("--retry", action="store_true", help=_("run again the parts that failed, and only those"))

    def handle(
        self,
        *,
        day: date | None,
        rebuild: bool,
        act_because: str,
        pause: bool,
        resume: bool,
        retry: bool,
        **options: Any,
    ) -> None:
        """Run the book; a run that was stopped goes on where it stopped."""
        at, by = clock.now(), system("command line")
        if pause or resume or retry:
            run = runs.find_unfinished(day)
            if run is None:
                raise CommandError(_("There is no run that is not finished."))
            steer = actions.pause_run if pause else actions.resume_run if resume else actions.retry_failed
            steer(run_id=run.pk, at=at, by=by)
            if pause:
                self.stdout.write(_("Run for {day}: paused.").format(day=run.day.isoformat()))
                return
        else:
            today = local_day(at, settings.TIME_ZONE)
            run = actions.start_run(day=day or today, reason=act_because, at=at, by=by)
            if run.only_reports:
                self._say_it_reports(run.day)
            else:
                self._prepare(max(run.day, today), rebuild=rebuild, at=at, by=by)
        actions.work_run(run_id=run.pk, at=at, by=by)
        actions.finish_run(run_id=run.pk, at=at, by=by)
        self._report(runs.report(runs.get_run(run.pk)))

    def _say_it_reports(self, day: date) -> None:
        said = _("{day} is over: this reports what would be decided by what is known now, and nothing is done.")
        self.stdout.write(said.format(day=day.isoformat()))

    def _prepare(self, day: date, *, rebuild: bool, at: datetime, by: Actor) -> None:
        """Bring the book up to date before it is run. Facts never go back behind today, for which events are answered."""
        if rebuild:
            self.stdout.write(
                _("Facts: {count} accounts brought up to date.").format(count=actions.rebuild(day=day, hands=MOST))
            )
        answered = actions.answer_events(to_the_last=True, at=at, by=by)
        self.stdout.write(_("Events answered: {count}.").format(count=answered))

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
            self.stdout.write(f"  {order.ordered or order.done:>9}  {order.name}{refused}")
        if report.stage is Stage.PAUSED:
            self.stdout.write(_("It is paused: tallystick run --resume lets it go on."))
        if report.failures:
            for failure in report.failures:
                self.stderr.write(
                    _("Part {number} failed: {error}. {sentence}").format(
                        number=failure.chunk + 1, error=failure.error, sentence=failure.sentence
                    )
                )
            raise CommandError(_("The run is not finished. Once the cause is gone: tallystick run --retry"))
