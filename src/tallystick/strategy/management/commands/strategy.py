"""`tallystick strategy`: list, compare, export and import strategies, rehearse, approve, publish and roll them back.

`tallystick policy` does with policies whatever is done with both: it is this command, but for the papers it finds.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.kernel.actor import Scope
from tallystick.kernel.calendars import local_day
from tallystick.strategy import actions
from tallystick.strategy.management import terminal
from tallystick.strategy.queries import comparing, foreseen, foresights, golden, rehearsed, versions, yields
from tallystick.strategy.queries.foreseen import telling
from tallystick.strategy.rules.lifecycle import PlanKind

if TYPE_CHECKING:
    from tallystick.strategy.models import Version


def _instant(text: str) -> datetime:
    """Read an instant, in the time zone of the installation where it names none."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _assumed(text: str) -> tuple[str, str]:
    """Read what is assumed otherwise."""
    name, equals, number = text.partition("=")
    if not equals:
        raise CommandError(_("Say what to assume as NAME=NUMBER, such as done.call=0.4."))
    return name.strip(), number.strip()


class Command(BaseCommand):
    """Do with strategies what the pages do, as a person named by `--as`, or as the system itself."""

    #: The papers it is about, and how one is found by its name.
    papers = staticmethod(versions.strategies)
    find = staticmethod(versions.get_strategy)

    help = gettext_noop(
        "List, compare, export, import, rehearse, approve, publish and roll back strategies: tallystick strategy --help."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        doing.add_parser("list", help=_("list them and their versions"))
        self._of_version(doing.add_parser("show", help=_("write the document of a version")))
        compare = self._of_version(
            doing.add_parser("compare", help=_("say what one version says that another does not"))
        )
        compare.add_argument(
            "--with", dest="other", type=int, metavar="NUMBER", help=_("the version before unless given")
        )
        export = self._of_version(
            doing.add_parser("export", help=_("write a version to a file, a strategy with its golden accounts"))
        )
        export.add_argument("--to", type=Path, metavar="FILE", help=_("file to write; the terminal unless given"))
        brought = doing.add_parser("import", help=_("keep a document from a file as a draft"))
        brought.add_argument("file", type=Path)
        brought.add_argument("--as", dest="person", metavar="USER", help=_("who does it; the system unless given"))
        self._add_what_strategies_do(doing)
        approve = self._of_version(doing.add_parser("approve", help=_("approve a draft that somebody else wrote")))
        approve.add_argument("--as", dest="person", metavar="USER", required=True, help=_("who approves it"))
        approve.add_argument("--comment", default="")
        for name, said in (
            ("publish", _("publish an approved version")),
            ("rollback", _("publish the version before again")),
        ):
            put = self._of_version(doing.add_parser(name, help=said))
            put.add_argument("--as", dest="person", metavar="USER", help=_("who does it; the system unless given"))
            put.add_argument(
                "--at", dest="due_at", type=_instant, metavar="INSTANT", help=_("then, such as 2026-12-20T06:00")
            )
            if name == "rollback":
                put.add_argument("--reason", required=True)

    def _add_what_strategies_do(self, doing: Any) -> None:
        """Describe what is done with strategies only."""
        steps = doing.add_parser("steps", help=_("say what the steps of a strategy bring, by what was paid"))
        steps.add_argument("name", help=_("its name"))
        rehearse = self._of_version(
            doing.add_parser("rehearse", help=_("say what a version would do to the whole book"))
        )
        rehearse.add_argument("--as", dest="person", metavar="USER", help=_("who does it; the system unless given"))
        rehearse.add_argument(
            "--days",
            type=int,
            metavar="N",
            help=_("look so many days ahead, 90 at most; the next run alone unless given"),
        )
        rehearse.add_argument(
            "--assume",
            action="append",
            default=[],
            metavar="NAME=NUMBER",
            help=_("with --days: what if, such as done.call=0.4; may be given several times"),
        )
        rehearse.add_argument("--json", action="store_true", help=_("with --days: answer for programs"))
        assume = doing.add_parser(
            "assume", help=_("say what is assumed of days ahead, or have the house assume otherwise")
        )
        assume.add_argument(
            "numbers", nargs="*", metavar="NAME=NUMBER", help=_("such as cost.letter=1.05; without, all are listed")
        )
        assume.add_argument(
            "--from", dest="from_on", type=date.fromisoformat, metavar="DAY", help=_("today unless given")
        )
        assume.add_argument("--as", dest="person", metavar="USER", help=_("who does it; the system unless given"))

    def _of_version(self, parser: ArgumentParser) -> ArgumentParser:
        parser.add_argument("name", help=_("its name"))
        parser.add_argument("--number", type=int, help=_("number of the version; the newest unless given"))
        return parser

    def handle(self, *, doing: str, **options: Any) -> None:
        """Do one of them."""
        getattr(self, f"_{doing}")(**options)

    def _list(self, **options: Any) -> None:
        for paper in self.papers():
            for version in versions.versions_of(paper):
                self.stdout.write(f"{paper.name}\t{version.number}\t{version.state}\t{version.created_by}")

    def _show(self, *, name: str, number: int | None, **options: Any) -> None:
        self.stdout.write(self._version(name, number).document, ending="")

    def _compare(self, *, name: str, number: int | None, other: int | None, **options: Any) -> None:
        after = self._version(name, number)
        before = versions.version_numbered(after.paper, other) if other is not None else versions.version_before(after)
        if before is None:
            raise CommandError(_("There is no version before."))
        for line in terminal.lines_of(comparing.compare(before, after)):
            self.stdout.write(line)

    def _export(self, *, name: str, number: int | None, to: Path | None, **options: Any) -> None:
        text = golden.as_file(self._version(name, number))
        if to is None:
            self.stdout.write(text, ending="")
        else:
            to.write_text(text, "utf-8")

    def _import(self, *, file: Path, person: str | None, **options: Any) -> None:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        version = actions.import_strategy(
            text=text, file_name=file.name, at=clock.now(), by=terminal.actor_named(person)
        )
        self._said(version)

    def _steps(self, *, name: str, **options: Any) -> None:
        today = local_day(clock.now(), settings.TIME_ZONE)
        found = yields.yields(versions.get_strategy(name), day=today, scope=Scope())
        for line in found.lines:
            figures = (line.found.given, line.said_before, line.said_after, line.said_times, line.said_interval)
            self.stdout.write("\t".join(map(str, (f"{line.state}.{line.step}", *figures, line.found.verdict.label))))
        if found.advice:
            self.stdout.write(found.advice)

    def _rehearse(
        self,
        *,
        name: str,
        number: int | None,
        person: str | None,
        days: int | None,
        assume: list[str],
        **options: Any,
    ) -> None:
        if days is not None:
            self._foresee(name, number, person, days, assume, is_json=options["json"])
            return
        at = clock.now()
        rehearsal = actions.rehearse(
            version_id=self._version(name, number).pk,
            today=local_day(at, settings.TIME_ZONE),
            at=at,
            by=terminal.actor_named(person),
        )
        result = rehearsed.Result(rehearsal)
        for harm in result.harms:
            self.stdout.write(f"! {harm.said}\t{harm.total.accounts}")
        for each in result.differences:
            self.stdout.write(f"{each.before.in_a_line or '—'} → {each.after.in_a_line or '—'}\t{each.total.accounts}")
        self.stdout.write(
            _("{day}: {differing} of {accounts} accounts fare otherwise. Figures: {figures}").format(
                day=rehearsal.day.isoformat(),
                differing=result.whole.differing.accounts,
                accounts=result.whole.all.accounts,
                figures=rehearsal.figures,
            )
        )

    def _foresee(
        self, name: str, number: int | None, person: str | None, days: int, assume: list[str], *, is_json: bool
    ) -> None:
        at = clock.now()
        foresight = actions.foresee(
            version_id=self._version(name, number).pk,
            today=local_day(at, settings.TIME_ZONE),
            days=days,
            asked=dict(_assumed(each) for each in assume),
            at=at,
            by=terminal.actor_named(person),
        )
        result = foreseen.Result(foresight)
        if is_json:
            self.stdout.write(json.dumps(telling.as_json(result), indent=1, ensure_ascii=False))
            return
        for line in telling.lines(result):
            self.stdout.write(line)

    def _assume(self, *, numbers: list[str], from_on: date | None, person: str | None, **options: Any) -> None:
        at = clock.now()
        today = local_day(at, settings.TIME_ZONE)
        if numbers:
            asked = dict(_assumed(each) for each in numbers)
            actions.set_house_numbers(
                asked=asked, from_on=from_on or today, today=today, at=at, by=terminal.actor_named(person)
            )
        for name, each in sorted(foresights.assumed(today=max(today, from_on or today)).items()):
            cases = "" if each.cases is None else f"\t{each.happened}/{each.cases}"
            self.stdout.write(f"{name}\t{each.value}\t{each.source.value}{cases}")

    def _approve(self, *, name: str, number: int | None, person: str, comment: str, **options: Any) -> None:
        version = self._version(name, number)
        actions.approve(version_id=version.pk, comment=comment, at=clock.now(), by=terminal.actor_named(person))
        self._said(version)

    def _publish(
        self, *, name: str, number: int | None, person: str | None, due_at: datetime | None, **options: Any
    ) -> None:
        version, at, by = self._version(name, number), clock.now(), terminal.actor_named(person)
        if due_at is not None:
            actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=due_at, at=at, by=by)
        else:
            actions.publish(version_id=version.pk, at=at, by=by)
            actions.defer_following(version, day=local_day(at, settings.TIME_ZONE))
        self._said(version)

    def _rollback(
        self,
        *,
        name: str,
        number: int | None,
        person: str | None,
        due_at: datetime | None,
        reason: str,
        **options: Any,
    ) -> None:
        found = self.find(name)
        version = versions.published_version(found) if number is None else versions.version_numbered(found, number)
        at, by = clock.now(), terminal.actor_named(person)
        if due_at is not None:
            actions.plan(version_id=version.pk, kind=PlanKind.ROLL_BACK, due_at=due_at, reason=reason, at=at, by=by)
        else:
            version = actions.roll_back(version_id=version.pk, reason=reason, at=at, by=by)
            actions.defer_following(version, day=local_day(at, settings.TIME_ZONE))
        self._said(version)

    def _version(self, name: str, number: int | None) -> Version:
        found = self.find(name)
        return versions.versions_of(found)[0] if number is None else versions.version_numbered(found, number)

    def _said(self, version: Version) -> None:
        now = versions.get_version(version.pk)
        self.stdout.write(f"{now.paper.name}\t{now.number}\t{now.state}")
