"""`tallystick web`: the web server alone, in the foreground."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tallystick.config.environment import ENVIRONMENT, port_argument
from tallystick.config.lifeline import follow_parent, for_children


class Command(BaseCommand):
    """Serve the site. `tallystick start` runs one of these; more machines run more of them."""

    help = gettext_noop("Run the web server alone (start runs everything).")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where to listen."""
        parser.add_argument("--bind", default=ENVIRONMENT.bind, help=_("address to listen on"))
        parser.add_argument("--port", type=port_argument, default=ENVIRONMENT.port, help=_("port to listen on"))
        parser.add_argument("--child", action="store_true", help=_("end when the process that started it ends"))

    def handle(self, *, bind: str, port: int, child: bool, **options: Any) -> None:
        """Serve until told to stop."""
        if child:
            follow_parent(grace=15)
        os.environ.update(for_children())
        Granian(
            "tallystick.config.web:application",
            address=bind,
            port=port,
            interface=Interfaces.WSGI,
            workers=ENVIRONMENT.web_workers,
            blocking_threads=ENVIRONMENT.web_threads,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            websockets=False,
            log_enabled=True,
            log_level=LogLevels.warning,
        ).serve()
