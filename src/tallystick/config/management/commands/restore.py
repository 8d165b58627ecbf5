"""`tallystick restore`: fill an empty database from a backup."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.config import backup


class Command(BaseCommand):
    """Restore a backup; a database that is not empty is left alone."""

    help = gettext_noop("Fill an empty database from a folder that backup made.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where from."""
        parser.add_argument("folder", type=Path, help=_("folder that the backup made"))

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Restore, and say what to do next."""
        made = backup.restore(folder.absolute())
        self.stdout.write(_("Restored the backup of {instant}.").format(instant=made["made_at"]))
        self.stdout.write(
            _("Next: tallystick check proves that it is sound, tallystick start goes on working with it.")
        )
