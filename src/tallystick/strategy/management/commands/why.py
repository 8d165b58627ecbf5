"""`tallystick why`: why an account is where it is, what stops it from going on, and with what that would come."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.strategy.queries import asking, why
from tallystick.strategy.queries.why_json import as_json
from tallystick.strategy.rules import plain


class Command(BaseCommand):
    """Explain an account with its actual values, on any day."""

    help = gettext_noop("Explain why an account is where it is.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account, the day and the form of the answer."""
        parser.add_argument("account", help=_("reference or number of the account"))
        parser.add_argument(
            "--on", "--day", dest="on", type=date.fromisoformat, help=_("the day to ask for, today unless it is given")
        )
        parser.add_argument("--json", action="store_true", help=_("answer for programs, a line for each account"))

    def handle(self, *, account: str, on: date | None, **options: Any) -> None:
        """Print where each account of the reference is, what brought it there, and what stops each step."""
        for found in why.accounts_named(account):
            today = local_day(clock.now(), found.client.time_zone)
            answer = asking.ask(found.pk, day=on or today, today=today)
            if options["json"]:
                self.stdout.write(json.dumps(as_json(answer, found), ensure_ascii=False))
                continue
            self.stdout.write(f"{found.reference}, {found.client.name}")
            if answer.rests_on:
                self.stdout.write(f"  {plain.value_aloud(answer.day)}. {answer.rests_on}")
            elif answer.why is None:
                self.stdout.write("  " + _("No strategy treats this account."))
            self._explain(answer)

    def _explain(self, answer: asking.Answer) -> None:
        if answer.why:
            self.stdout.write(f"  {answer.why.version}: {answer.why.sentence}")
        for past in reversed(answer.past):
            values = ", ".join(f"{value.name} {value.said}" for value in past.values)
            self.stdout.write(f"  {plain.value_aloud(past.due_on)}: {past.title}" + (f" ({values})" if values else ""))
        for verdict in answer.why.verdicts if answer.why else ():
            self._tell(verdict)

    def _tell(self, verdict: why.Verdict) -> None:
        title = verdict.effect.title or verdict.effect.event or _("transition")
        stopped = verdict.stopped_by
        if stopped is None:
            self.stdout.write("  " + _("next: {title}").format(title=title))
            return
        said = _("not yet: {title}, for it is not so that {condition}").format(
            title=title, condition=stopped.question.said
        )
        said += f" ({stopped.said_values})" if stopped.values else ""
        if comes := verdict.comes or stopped.comes:
            said += "; " + _("it comes {comes}").format(comes=comes)
        self.stdout.write(f"  {said}")
