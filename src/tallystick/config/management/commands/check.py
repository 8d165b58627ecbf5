"""`tallystick check`: is everything that must be true of this database true?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tallystick.config import invariants


class Command(BaseCommand):
    """Print every invariant with its count, name what breaks it, and end with 1 where anything does."""

    help = gettext_noop("Verify the invariants of the database and name what is broken.")
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print."""
        broken = 0
        for finding in invariants.check():
            broken += finding.breaches
            mark = "ok " if finding.is_sound else "BAD"
            self.stdout.write(f"{mark} {finding.room:<12} {finding.invariant.name:<44} {finding.checked:>12,}")
            for name in finding.named:
                self.stdout.write(f"      {name}")
            if finding.breaches > len(finding.named):
                more = finding.breaches - len(finding.named)
                self.stdout.write("      " + _("and {count} more").format(count=f"{more:,}"))
        if broken:
            said = ngettext("{count} breach found.", "{count} breaches found.", broken)
            raise CommandError(said.format(count=f"{broken:,}"))
        self.stdout.write(_("Everything that must be true is true."))
