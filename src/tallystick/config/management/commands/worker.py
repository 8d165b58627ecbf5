"""`tallystick worker`: one worker for background jobs, in the foreground."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from tallystick.config import jobs as lanes
from tallystick.config.environment import ENVIRONMENT
from tallystick.config.lifeline import follow_parent
from tallystick.kernel.yielding import let_others_go_first

#: Seconds that jobs under way are given when the worker is told to stop; after that they are left to the next one.
_GRACE = 20


class Command(BaseCommand):
    """Do background jobs. `tallystick start` runs one each for the day, the post and the night; a larger book has more."""

    help = gettext_noop("Run one worker for background jobs alone (start runs everything).")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how much to do at once."""
        parser.add_argument("--jobs", type=int, default=ENVIRONMENT.jobs, help=_("jobs to do at the same time"))
        parser.add_argument(
            "--only",
            choices=lanes.LANES,
            help=_(
                "night: what goes through the whole book; post: what is sent; both let people go first; day: everything "
                "else; left out: all"
            ),
        )
        parser.add_argument("--child", action="store_true", help=_("end when the process that started it ends"))

    def handle(self, *, jobs: int, only: str | None, child: bool, **options: Any) -> None:
        """Work until told to stop."""
        if child:
            follow_parent(grace=_GRACE + 5)
        if only:
            # Pages go before what happens behind them, and that before the night.
            connection.ensure_connection()  # where it starts the server, that yields to nobody
            let_others_go_first(lanes.yields(only, night=ENVIRONMENT.night_yields))
            connection.close()
        asyncio.run(_work(jobs, only))


async def _work(concurrency: int, only: str | None) -> None:
    chosen: dict[str, Any] = {"queues": lanes.queues(app, lane=only)} if only else {}
    worker_app = lanes.application_of_worker(app)
    async with worker_app.open_async():
        await lanes.take_up_stalled_jobs(worker_app)
        await worker_app.run_worker_async(
            **chosen,
            concurrency=concurrency,
            delete_jobs="successful",
            task_middleware=[lanes.on_a_live_connection],
            shutdown_graceful_timeout=_GRACE,
        )
