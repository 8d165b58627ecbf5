"""`tallystick check`: is everything that must be true of this database true?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tallystick.config import invariants
from tallystick.config.rooms import ROOMS
from tallystick.kernel import clock
from tallystick.kernel.invariants import Invariant


class Command(BaseCommand):
    """Print every invariant with its count, name what breaks it, and end with 1 where anything does."""

    help = gettext_noop("Verify the invariants of the database and name what is broken.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which, and how much to name."""
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=_("check only what has these words in its name, or of these rooms")
        )
        parser.add_argument("--list", action="store_true", help=_("say what would be checked, and check nothing"))
        parser.add_argument("--named", type=int, default=invariants.NAMED, help=_("breaches of each to name at most"))
        parser.add_argument("--json", action="store_true", help=_("write one JSON object a line for each"))

    def handle(self, *, names: Sequence[str], named: int, **options: Any) -> None:
        """Check and print."""
        chosen = _chosen(names)
        if options["list"]:
            for room, invariant in chosen:
                self.stdout.write(f"{room:<12} {invariant.name}\n{'':<13}{invariant.sentence}")
            return
        findings = invariants.check([invariant for _room, invariant in chosen], named=max(named, 1), at=clock.now())
        broken = self._as_json(findings) if options["json"] else self._for_people(findings)
        if broken:
            said = ngettext("{count} breach found.", "{count} breaches found.", broken)
            raise CommandError(said.format(count=f"{broken:,}"))

    def _for_people(self, findings: Iterable[invariants.Finding]) -> int:
        broken = 0
        for finding in findings:
            broken += finding.breaches
            mark = "ok " if finding.is_sound else "BAD"
            self.stdout.write(f"{mark} {finding.room:<12} {finding.invariant.name:<44} {finding.checked:>12,}")
            if not finding.is_sound:
                self._write_breaches(finding)
        if not broken:
            self.stdout.write(_("Everything that must be true is true."))
        return broken

    def _write_breaches(self, finding: invariants.Finding) -> None:
        self.stdout.write(f"      {finding.invariant.sentence}")
        said = ngettext("{count} breach:", "{count} breaches:", finding.breaches)
        self.stdout.write("      " + said.format(count=f"{finding.breaches:,}"))
        for name in finding.named:
            self.stdout.write(f"        {name}")
        if finding.breaches > len(finding.named):
            more = finding.breaches - len(finding.named)
            self.stdout.write("        " + _("and {count} more").format(count=f"{more:,}"))
        remedy = finding.invariant.remedy or _(
            "The program does not write this. Look at the account's timeline and at who else can write to the database, and "
            "compare with a backup from before."
        )
        self.stdout.write("      " + _("What to do: {remedy}").format(remedy=remedy))

    def _as_json(self, findings: Iterable[invariants.Finding]) -> int:
        broken = 0
        for finding in findings:
            broken += finding.breaches
            said = {
                "room": finding.room,
                "name": finding.invariant.name,
                "sentence": finding.invariant.sentence,
                "checked": finding.checked,
                "breaches": finding.breaches,
                "named": finding.named,
                "remedy": finding.invariant.remedy,
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        return broken


def _is_named(name: str, room: str, invariant: Invariant) -> bool:
    return room == name if name in ROOMS else name in invariant.name


def _chosen(names: Sequence[str]) -> list[tuple[str, Invariant]]:
    every = list(invariants.all_invariants())
    if not names:
        return every
    found = [(room, each) for room, each in every if any(_is_named(name, room, each) for name in names)]
    if not found:
        raise CommandError(_("There is nothing of that name to check. tallystick check --list says what there is."))
    return found
