"""`tallystick bench`: how fast is it, on this machine?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.config.starting import preparing
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.strategy import actions as strategy


class Command(BaseCommand):
    """Build a synthetic book in a database of its own, measure it, print the report, and throw the database away."""

    help = gettext_noop("Measure import, facts, nightly run and pages on a synthetic book of any size.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how large a book, and where it is kept."""
        parser.add_argument(
            "what",
            nargs="?",
            choices=["whole", "strategy", "ledger", "users"],
            default="whole",
            help=_(
                "the whole loop from the files on, the decision engine alone on a book filled straight into the tables, "
                "balances, ageing and interest to the day on such a book, or a night with people at work and money coming in"
            ),
        )
        parser.add_argument("--users", type=int, default=200, help=_("people at work (users)"))
        parser.add_argument("--minutes", type=float, default=6.0, help=_("how long they work beside the night (users)"))
        parser.add_argument(
            "--think", type=float, default=20.0, help=_("seconds between two steps, on average (users)")
        )
        parser.add_argument("--accounts", type=int, default=100_000, help=_("accounts of the book"))
        parser.add_argument("--keep", metavar="FOLDER", help=_("keep the database in this folder"))
        parser.add_argument("--here", action="store_true", help=_("use the configured database, which must be empty"))
        parser.add_argument("--work", type=int, metavar="RUN", help=SUPPRESS)

    def handle(
        self,
        *,
        what: str,
        accounts: int,
        users: int,
        minutes: float,
        think: float,
        keep: str | None,
        here: bool,
        work: int | None,
        **options: Any,
    ) -> None:
        """Measure, here or in a scratch database."""
        if work is not None:
            # One of several processes that share a night. It stands ready, as workers do, until it is told to begin.
            connection.ensure_connection()
            self.stdout.write("ready")
            self.stdout.flush()
            sys.stdin.readline()
            strategy.work_run(run_id=work, at=clock.now(), by=system("bench"))
            return
        if accounts < 1_000:
            raise CommandError(_("Take 1,000 accounts at least: smaller books measure nothing."))
        crowd = ["--users", str(users), "--minutes", str(minutes), "--think", str(think)]
        if here:
            self._measure(what, accounts, users=users, minutes=minutes, think=think)
            return
        folder = Path(keep).absolute() if keep else Path(tempfile.mkdtemp(prefix="tallystick-bench-"))
        environment = {**os.environ, "TALLYSTICK_STATE_DIR": str(folder)}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "tallystick", "bench", what, "--here", "--accounts", str(accounts), *crowd]
        try:
            ended = subprocess.run(command, env=environment, check=False)
        finally:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)
        if ended.returncode:
            raise CommandError(_("The measurement failed; see above."))

    def _measure(self, what: str, accounts: int, *, users: int, minutes: float, think: float) -> None:
        from tallystick.config.bench import decisions, ledger, measures, whole
        from tallystick.config.bench.users import book, night

        preparing.migrate()
        if not preparing.is_new() and not (what == "users" and book.is_built()):
            raise CommandError(_("This database is in use. Bench needs an empty one."))
        call_command("createcachetable", verbosity=0)
        preparing.collect_static()

        def progress(said: str) -> None:
            self.stderr.write(f"… {said}")

        if what == "users":
            terms = night.Terms(users=users, minutes=minutes, think_seconds=think)
            report = night.run(accounts=accounts, terms=terms, progress=progress)
        else:
            runs = {"whole": whole.run, "strategy": decisions.run, "ledger": ledger.run}
            report = runs[what](accounts=accounts, progress=progress)
        self.stdout.write(measures.written(report, measures.machine()))
        self._stop_server()

    def _stop_server(self) -> None:
        from django.db import connection

        server = getattr(connection, "embedded", None)
        connection.close()
        if server is not None:
            server.release()
