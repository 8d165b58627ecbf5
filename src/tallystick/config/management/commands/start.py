"""`tallystick start`: everything, from nothing, in one command."""

from __future__ import annotations

import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import tallystick
from tallystick.config.environment import ENVIRONMENT, port_argument
from tallystick.config.starting import catalogs, preparing, site
from tallystick.config.starting.supervisor import Supervisor

_DEMO_ACCOUNTS = 1_000
_DEMO_SEED = 1
_LOOK_AT_DATABASE_EVERY = 5.0


class Command(BaseCommand):
    """Start the database, bring it up to date, then run the web server and a worker until told to stop."""

    help = gettext_noop("Start everything: database, web server, worker. Ctrl-C stops all of it.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where to listen, and which demo book a new database gets."""
        parser.add_argument("--bind", default=ENVIRONMENT.bind, help=_("address to listen on"))
        parser.add_argument(
            "--port", type=port_argument, default=ENVIRONMENT.port, help=_("port; the next free one if taken")
        )
        parser.add_argument("--no-demo", action="store_true", help=_("leave a new database empty"))
        parser.add_argument("--demo-accounts", type=int, default=_DEMO_ACCOUNTS, help=_("size of the demo book"))
        parser.add_argument("--demo-seed", type=int, default=_DEMO_SEED, help=_("number that the demo book grows from"))

    def handle(self, *, bind: str, port: int, **options: Any) -> None:
        """Start everything, and wait."""
        self._began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(143))
        self.say(f"Tallystick {tallystick.__version__}")
        catalogs.compile_catalogs(Path(tallystick.__file__).parent)
        self._open_database()
        with preparing.one_at_a_time():
            self._prepare(options)
        if preparing.collect_static():
            self.say(_("Static files gathered."))
        try:
            port = site.free_port(bind, port)
        except OSError as error:
            raise CommandError(
                _("The web server cannot listen on {bind}, port {port}: {reason}.").format(
                    bind=bind, port=port, reason=error.strerror
                )
            ) from error
        connection.close()
        self._run(bind, port)

    def say(self, line: str) -> None:
        """Show a line of progress at once, with the seconds since the start."""
        self.stdout.write(f"[{time.monotonic() - self._began:6.1f} s] {line}")
        self.stdout.flush()

    def _open_database(self) -> None:
        server = connection.embedded  # type: ignore[attr-defined]
        if server is None:
            self.say(_("Database: the server that DATABASE_URL names."))
        else:
            self.say(_("Database: the embedded PostgreSQL in {folder}.").format(folder=server.data))
        connection.ensure_connection()
        if not preparing.server_is_new_enough():
            raise CommandError(_("The database server is too old: Tallystick needs PostgreSQL 15 or later."))
        if preparing.role_is_superuser():
            self.say(_("Take care: the database role is a superuser, so the record is not protected from mistakes."))

    def _prepare(self, options: dict[str, Any]) -> None:
        if preparing.forget_half_a_demo_book():
            self.say(_("Loading the demo book was cut off last time: it is loaded afresh."))
        count = preparing.migrate()
        if count:
            self.say(_("Schema brought up to date ({count} steps).").format(count=count))
        if not preparing.is_new():
            return
        if options["no_demo"]:
            preparing.load_templates()
        else:
            preparing.load_demo_book(size=options["demo_accounts"], seed=options["demo_seed"], say=self.say)

    def _run(self, bind: str, port: int) -> None:
        if preparing.has_demo_book():
            # Nobody looks round a made-up book with a telephone in hand; a book of one's own keeps the second factor.
            os.environ.setdefault("TALLYSTICK_SECOND_FACTOR_ROLES", "none")
        supervisor = Supervisor(site.children(bind=bind, port=port), say=self.say)
        supervisor.listen()
        supervisor.start()
        if site.answers(bind=bind, port=port, timeout=60):
            self._welcome(site.address(bind=bind, port=port))
        else:
            self.say(_("The web server does not answer yet; see the lines above."))
        supervisor.run(also=self._keep_database, every=_LOOK_AT_DATABASE_EVERY)
        connection.close()
        if server := connection.embedded:  # type: ignore[attr-defined]
            server.release()
        self.say(_("Stopped."))

    def _welcome(self, address: str) -> None:
        self.say(_("Ready: {address}").format(address=address))
        for line in preparing.log_ins():
            self.say(line)
        if ENVIRONMENT.database_url:
            self.say(_("Ctrl-C stops everything. The data stays in the database."))
        else:
            self.say(_("Ctrl-C stops everything. The data stays in {folder}.").format(folder=ENVIRONMENT.state_dir))

    def _keep_database(self) -> None:
        """Bring the embedded server back if it was killed; with a server of the operator's own there is nothing to do."""
        server = connection.embedded  # type: ignore[attr-defined]
        if server is not None and not server.is_ready():
            self.say(_("The database server ended; it is started again."))
            server.start()
