"""`tallystick configuration`: all that is published as a folder of files, compared with one, and brought in from one."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.kernel import clock
from tallystick.strategy import actions
from tallystick.strategy.management import terminal
from tallystick.strategy.queries import configuration


class Command(BaseCommand):
    """Take strategies and policies from one installation to another, and see that an upgrade changed nothing."""

    help = gettext_noop("Write all strategies and policies to a folder, compare them with one, or bring one in.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        for name, help_ in (
            ("export", _("write all that is published to a folder, which is made")),
            ("compare", _("say what a folder says that is not published here; exit code 1 unless they agree")),
            ("import", _("keep the documents of a folder as drafts, those that are not the newest already")),
        ):
            parsed = doing.add_parser(name, help=help_)
            parsed.add_argument("folder", type=Path)
            if name == "import":
                parsed.add_argument(
                    "--as", dest="person", metavar="USER", help=_("who does it; the system unless given")
                )

    def handle(self, *, doing: str, **options: Any) -> None:
        """Do one of them."""
        getattr(self, f"_{doing}")(**options)

    def _export(self, *, folder: Path, **options: Any) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(_("{folder} is not empty. Name a new folder.").format(folder=folder))
        files = configuration.files()
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, "utf-8")
            self.stdout.write(file)
        if not files:
            self.stdout.write(_("Nothing is published yet, so there is nothing to write."))

    def _compare(self, *, folder: Path, **options: Any) -> None:
        agree = True
        for each in actions.compare_configuration(_read(folder)):
            agree &= each.agrees
            self.stdout.write(f"{each.file}\t{each.agreement.label}\t{each.problem}".rstrip())
            self.stdout.writelines(f"  {line}\n" for line in terminal.lines_of(each.parts))
        for version, judged in actions.judge_published(at=clock.now()):
            agree = False
            self.stdout.write(
                _("{file}: the golden account “{title}” fares otherwise: {found} instead of {expected}. {why}")
                .format(
                    file=configuration.file_name(version.paper),
                    title=judged.case.title,
                    found=judged.said_found,
                    expected=judged.said_expected,
                    why=judged.why,
                )
                .rstrip()
            )
        if not agree:
            raise CommandError(_("They do not agree."))
        self.stdout.write(_("They agree, and every golden account fares as expected."))

    def _import(self, *, folder: Path, person: str | None, **options: Any) -> None:
        by = terminal.actor_named(person)
        brought = actions.import_configuration(_read(folder), at=clock.now(), by=by)
        for each in brought:
            if each.version is None:
                self.stdout.write(f"{each.file}\t{_('waits')}\t{each.problem}")
            else:
                self.stdout.write(f"{each.file}\t{each.version.number}\t{each.version.state}")
        if any(each.version is None for each in brought):
            raise CommandError(_("Publish the policies that the others speak of, and bring the folder in again."))


def _read(folder: Path) -> dict[str, str]:
    """Read the documents of a folder by their file names."""
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for part in ("policies", "strategies")
        for path in sorted((folder / part).glob("*.yaml"))
    }
    if not files:
        raise CommandError(
            _("{folder} has no documents: they would be policies/*.yaml and strategies/*.yaml.").format(folder=folder)
        )
    return files
