"""`tallystick law`: what the packs of the law say, and what in them a person has to look at."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.rules.review import Concern, Urgency
from tallystick.kernel import clock

_WORDS = {
    Urgency.OVERDUE: gettext_noop("past its review"),
    Urgency.UNCHECKED: gettext_noop("not looked at since"),
    Urgency.UNCERTAIN: gettext_noop("uncertain"),
    Urgency.DERIVED: gettext_noop("worked out, to confirm"),
    Urgency.PENDING: gettext_noop("not in force"),
}


class Command(BaseCommand):
    """Look into the law as data. It needs no database."""

    help = gettext_noop("Show the law as data, ask it, and list what in it is uncertain or past its review.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        reviewing = doing.add_parser("review", help=_("list what is uncertain, not in force or past its review day"))
        reviewing.add_argument("--day", type=date.fromisoformat, help=_("as of this day, not today"))
        listing = doing.add_parser("list", help=_("list jurisdictions, or the rules of one"))
        listing.add_argument("jurisdiction", nargs="?")
        showing = doing.add_parser("show", help=_("show the dated rows of a rule with their sources"))
        asking = doing.add_parser(
            "ask", help=_("ask a rule: tallystick law ask GB-EAW fee.issue.money amount=12345.60")
        )
        for each in (showing, asking):
            each.add_argument("jurisdiction")
            each.add_argument("rule")
        asking.add_argument("given", nargs="*", metavar="NAME=VALUE")
        asking.add_argument("--day", type=date.fromisoformat, help=_("the day that decides which row applies"))
        doing.add_parser("examples", help=_("run the worked examples inside the packs"))

    def handle(self, *, doing: str, **options: Any) -> None:
        """Do one of them."""
        getattr(self, f"_{doing}")(**options)

    def _review(self, *, day: date | None, **options: Any) -> None:
        concerns = queries.to_review(today=day or clock.now().date())
        for concern in concerns:
            self.stdout.write(_line(concern))
        self.stdout.write(_("{count} to look at.").format(count=len(concerns)))

    def _list(self, *, jurisdiction: str | None, **options: Any) -> None:
        if jurisdiction is None:
            for each in queries.jurisdictions().values():
                self.stdout.write(f"{each.id:<8} {each.title}")
            return
        rules = queries.law(jurisdiction).rules
        width = max(map(len, rules))
        for id, rule in sorted(rules.items()):
            self.stdout.write(f"{id:<{width}}  {rule.title}")

    def _show(self, *, jurisdiction: str, rule: str, **options: Any) -> None:
        found = queries.law(jurisdiction).rule(rule)
        self.stdout.write(f"{found.title} ({found.kind}, {found.unit}; {found.decided_on})")
        for row in (*found.rows, *found.pending):
            until = f" – {row.until}" if row.until else ""
            status = f" [{row.status}]" if row.status else ""
            self.stdout.write(f"  {row.first_day}{until}{status}  {_text(row.written)}")
            self.stdout.write(
                f"    {row.citation}; {row.confidence}, {row.reviewed}{'; ' + row.note if row.note else ''}"
            )

    def _ask(self, *, jurisdiction: str, rule: str, given: list[str], day: date | None, **options: Any) -> None:
        asked = dict(each.partition("=")[::2] for each in given)
        answers = queries.law(jurisdiction).ask(
            rule, day=day or clock.now().date(), **{name: _value(text) for name, text in asked.items()}
        )
        for name, answer in answers.items():
            self.stdout.write(f"{name}: {'—' if answer is None else answer}")

    def _examples(self, **options: Any) -> None:
        failing = queries.failing_examples()
        if failing:
            raise CommandError("\n".join(failing))
        self.stdout.write(_("Every worked example holds."))


def _line(concern: Concern) -> str:
    where = f"{concern.jurisdiction} {concern.rule}".strip()
    said = f"{_(_WORDS[concern.urgency])}: {where}, {concern.first_day}, {concern.title} ({concern.source})"
    return f"{said}. {concern.note}" if concern.note else said


def _text(written: object) -> str:
    """Give what a row holds as its file has it, on one line."""
    return yaml.safe_dump(written, default_flow_style=True, width=10_000, sort_keys=False).removesuffix("...\n").strip()


def _value(text: str) -> object:
    """Read what was given as a person writes it: a day, days, a whole number, yes or no, or a word."""
    if "," in text:
        return [_value(each) for each in text.split(",")]
    if text in {"yes", "no"}:
        return text == "yes"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return int(text) if text.isdigit() else text
