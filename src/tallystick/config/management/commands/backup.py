"""`tallystick backup`: the whole database and the key that reads its secrets, in one folder."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.config import backup
from tallystick.config.environment import ENVIRONMENT
from tallystick.kernel import clock


class Command(BaseCommand):
    """Make a backup while work goes on."""

    help = gettext_noop("Write the database and the secret key into a new folder, while work goes on.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where to."""
        parser.add_argument("folder", type=Path, help=_("folder that the backup makes"))

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Back up, and say what to keep besides."""
        made = backup.back_up(folder.absolute(), at=clock.now())
        self.stdout.write(
            _("Backed up into {folder} ({size}).").format(folder=folder, size=filesizeformat(made["bytes"]))
        )
        if ENVIRONMENT.secret_key:
            self.stdout.write(_("TALLYSTICK_SECRET_KEY is not in it: keep it yourself, second factors need it."))
        else:
            self.stdout.write(_("It holds the secret key: keep it where only you can read it."))
