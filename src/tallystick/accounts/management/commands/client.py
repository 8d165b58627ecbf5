"""`tallystick client`: open a client and its portfolios from the command line, and list them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.access import queries as access_queries
from tallystick.accounts import actions, queries
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.refusals import NotFound


class Command(BaseCommand):
    """Open clients and portfolios as the system itself."""

    help = gettext_noop("Open a client or a portfolio, list clients: tallystick client --help.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        client = doing.add_parser("open", help=_("open a client"))
        client.add_argument("code", help=_("files and strategies name the client by it"))
        client.add_argument("--name", required=True)
        client.add_argument("--unit", metavar="CODE", help=_("business unit that looks after it"))
        names = jurisdictions.calendar_names()
        client.add_argument("--calendar", default="GB-EAW", choices=names, help=_("whose business days count"))
        portfolio = doing.add_parser("portfolio", help=_("open a portfolio of a client"))
        portfolio.add_argument("client", metavar="CLIENT")
        portfolio.add_argument("code")
        portfolio.add_argument("--name", required=True)
        doing.add_parser("list", help=_("list clients and their portfolios"))

    def handle(self, *, doing: str, **options: Any) -> None:
        """Do one of them."""
        by = system("command line")
        match doing:
            case "open":
                self._open(by, **options)
            case "portfolio":
                client = queries.get_client(options["client"])
                actions.open_portfolio(client=client, code=options["code"], name=options["name"], at=clock.now(), by=by)
            case _:
                self._list()

    def _open(self, by: Actor, *, code: str, name: str, unit: str | None, calendar: str, **options: Any) -> None:
        unit_id = None
        if unit is not None:
            unit_id = {each.code: each.pk for each in access_queries.business_units()}.get(unit)
            if unit_id is None:
                raise NotFound(what=_("business unit"), reference=unit)
        actions.open_client(code=code, name=name, business_unit_id=unit_id, calendar=calendar, at=clock.now(), by=by)

    def _list(self) -> None:
        for client in queries.clients().prefetch_related("portfolios"):
            portfolios = ", ".join(each.code for each in client.portfolios.all())
            self.stdout.write(f"{client.code}\t{client.name}\t{client.calendar}\t{portfolios}")
