"""`tallystick law`: what the packs of the law say, what in them a person has to look at, and what another would change."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.charges import actions
from tallystick.charges.queries import law_changes, law_shown
from tallystick.jurisdictions import actions as law
from tallystick.jurisdictions import queries
from tallystick.jurisdictions.queries import applied
from tallystick.jurisdictions.rules.changes import RowChange
from tallystick.jurisdictions.rules.review import Concern, Urgency
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day

_BY = system("tallystick law")


class Command(BaseCommand):
    """Look into the law as data, and change it. What only reads the packs that ship needs no database."""

    help = gettext_noop(
        "Show the law as data, ask it, list what in it is uncertain, and show what a new pack would change."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        reviewing = doing.add_parser("review", help=_("list what is uncertain, not in force or past its review day"))
        reviewing.add_argument("--day", type=date.fromisoformat, help=_("as of this day, not today"))
        reviewing.add_argument("--jurisdiction", help=_("of this jurisdiction only"))
        reviewing.add_argument("--why", choices=[each.name.lower() for each in Urgency], help=_("for this reason only"))
        reviewing.add_argument("--json", action="store_true", help=_("as JSON"))
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
        examples = doing.add_parser("examples", help=_("run the worked examples inside the packs"))
        calendars = doing.add_parser("calendars", help=_("list the calendars and the days that they know"))
        for each in (reviewing, listing, showing, asking, examples, calendars):
            each.add_argument(
                "--book", action="store_true", help=_("with the packs that were brought in, of the database")
            )
        self._add_changes(doing)

    def _add_changes(self, doing: Any) -> None:
        comparing = doing.add_parser("compare", help=_("show what a pack would change, on the book too"))
        comparing.add_argument(
            "--until", type=date.fromisoformat, help=_("the last day to look ahead to; a year if not given")
        )
        comparing.add_argument("--json", action="store_true", help=_("as JSON"))
        proposing = doing.add_parser("propose", help=_("bring a pack in, for somebody else to put in force"))
        proposing.add_argument("--note", default="", help=_("why, for whoever puts it in force"))
        for each in (comparing, proposing):
            each.add_argument("file", type=Path, help=_("the pack, or - for what comes in"))
        for name, said in (
            ("apply", _("put a pack that was brought in in force")),
            ("withdraw", _("set a pack that was brought in aside")),
        ):
            doing.add_parser(name, help=said).add_argument("number", type=int)
        doing.add_parser("changes", help=_("list the packs that were brought in"))

    def handle(self, *, doing: str, book: bool = False, **options: Any) -> None:
        """Do one of them."""
        if book:
            queries.refresh()
        getattr(self, f"_{doing}")(**options)

    def _review(
        self, *, day: date | None, jurisdiction: str | None, why: str | None, json: bool, **options: Any
    ) -> None:
        concerns = queries.to_review(
            today=day or _today(), jurisdiction=jurisdiction, urgency=Urgency[why.upper()] if why else None
        )
        if json:
            self._write_json([law_shown.concern(each) for each in concerns])
            return
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
            self.stdout.write(f"  {row.first_day}{until}{status}  {law_shown.written(row.written)}")
            self.stdout.write(
                f"    {row.citation}; {row.confidence}, {row.reviewed}{'; ' + row.note if row.note else ''}"
            )

    def _ask(self, *, jurisdiction: str, rule: str, given: list[str], day: date | None, **options: Any) -> None:
        asked = dict(each.partition("=")[::2] for each in given)
        answers = queries.law(jurisdiction).ask(
            rule, day=day or _today(), **{name: _value(text) for name, text in asked.items()}
        )
        for name, answer in answers.items():
            self.stdout.write(f"{name}: {'—' if answer is None else answer}")

    def _examples(self, **options: Any) -> None:
        failing = queries.failing_examples()
        if failing:
            raise CommandError("\n".join(failing))
        self.stdout.write(_("Every worked example holds."))

    def _calendars(self, **options: Any) -> None:
        for each in queries.calendars():
            self.stdout.write(
                _(
                    "{id:<8} {title}: known from {first} and before {until}, looked at {reviewed}, again by {again}"
                ).format(
                    id=each.jurisdiction,
                    title=each.title,
                    first=each.effective_from,
                    until=each.effective_until,
                    reviewed=each.last_review,
                    again=each.review_by,
                )
            )

    def _compare(self, *, file: Path, until: date | None, json: bool, **options: Any) -> None:
        queries.refresh()
        change = applied.difference(_text(file))
        last_day = until or law_changes.a_year_from(change, today=_today())
        effect = law_changes.effect_of(change, last_day=last_day)
        if json:
            self._write_json(law_shown.comparison(change, effect))
            return
        for row in change.rows:
            self.stdout.write(_row(row))
        for answer in change.answers:
            given = ", ".join(f"{name} {value}" for name, value in answer.given.items())
            self.stdout.write(f"{answer.rule} ({given}): {answer.name} {answer.was} → {answer.now}")
        for said in law_shown.sentences(effect):
            self.stdout.write(said)

    def _propose(self, *, file: Path, note: str, **options: Any) -> None:
        change = law.propose(text=_text(file), note=note, at=clock.now(), by=_BY)
        self.stdout.write(
            _("{pack} is brought in as number {number}. tallystick law apply {number} puts it in force.").format(
                pack=change.pack, number=change.pk
            )
        )

    def _apply(self, *, number: int, **options: Any) -> None:
        change = actions.put_law_in_force(change_id=number, at=clock.now(), by=_BY)
        self.stdout.write(_("{pack} is in force.").format(pack=change.pack.id))

    def _withdraw(self, *, number: int, **options: Any) -> None:
        change = law.withdraw(change_id=number, at=clock.now(), by=_BY)
        self.stdout.write(_("{pack} is set aside.").format(pack=change.pack))

    def _changes(self, **options: Any) -> None:
        for each in applied.pack_changes():
            by = f"{each.proposed_by}{f' / {each.decided_by}' if each.decided_by else ''}"
            self.stdout.write(
                f"{each.pk}\t{each.get_state_display()}\t{each.pack}\t{each.proposed_at:%Y-%m-%d}\t{by}\t{each.note}"
            )

    def _write_json(self, content: object) -> None:
        self.stdout.write(json.dumps(content, default=str, ensure_ascii=False, indent=2))


def _today() -> date:
    return local_day(clock.now(), settings.TIME_ZONE)


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("{file} cannot be read: {why}").format(file=file, why=error)) from error


def _line(concern: Concern) -> str:
    where = f"{concern.jurisdiction} {concern.rule}".strip()
    said = f"{concern.urgency.label}: {where}, {concern.first_day}, {concern.title} ({concern.source})"
    return f"{said}. {concern.note}" if concern.note else said


def _row(row: RowChange) -> str:
    values = " → ".join(law_shown.written(each) for each in (row.was, row.now) if each is not None)
    until = f" – {row.until}" if row.until else ""
    status = f" [{row.status}]" if row.status else ""
    kind = _("evidence only") if row.is_evidence else row.change.label
    return f"{kind}: {row.rule}, {row.first_day}{until}{status}: {values} ({row.source})"


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
