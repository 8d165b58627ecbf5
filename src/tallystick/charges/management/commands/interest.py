"""`tallystick interest`: agree with a client on interest, and list what is agreed."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.accounts import queries as accounts
from tallystick.charges import actions
from tallystick.charges.queries import agreements
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.refusals import NotFound, Refusal

if TYPE_CHECKING:
    from tallystick.accounts.models import Client


class Command(BaseCommand):
    """Set and list agreements as the system itself."""

    help = gettext_noop("Agree with a client on interest, list what is agreed: tallystick interest --help.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        setting = doing.add_parser("set", help=_("set what is agreed, from a file"))
        setting.add_argument("client", metavar="CLIENT")
        setting.add_argument("file", type=Path, metavar="FILE")
        setting.add_argument("--portfolio", metavar="CODE", help=_("of this portfolio only"))
        setting.add_argument(
            "--from",
            dest="from_on",
            type=date.fromisoformat,
            required=True,
            help=_("for items on which interest begins on this day or later"),
        )
        listing = doing.add_parser("list", help=_("list what is agreed with a client"))
        listing.add_argument("client", metavar="CLIENT")

    def handle(self, *, doing: str, client: str, **options: Any) -> None:
        """Do one of them."""
        try:
            found = accounts.get_client(client)
            if doing == "set":
                self._set(found, **options)
            self._list(found)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _set(self, client: Client, *, file: Path, portfolio: str | None, from_on: date, **options: Any) -> None:
        try:
            document = yaml.safe_load(file.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise CommandError(" ".join(str(error).split())) from error
        parts = {each.code: each.pk for each in client.portfolios.all()}
        if portfolio is not None and portfolio not in parts:
            raise NotFound(what=_("portfolio"), reference=portfolio)
        actions.set_agreement(
            client_id=client.pk,
            portfolio_id=parts[portfolio] if portfolio is not None else None,
            from_on=from_on,
            document=document,
            at=clock.now(),
            by=system("command line"),
        )

    def _list(self, client: Client) -> None:
        for each in agreements.agreements_of(client.pk):
            where = each.portfolio.code if each.portfolio else "—"
            written = yaml.safe_dump(each.document, default_flow_style=True, width=10_000, sort_keys=False).strip()
            self.stdout.write(f"{each.number}\t{each.from_on}\t{where}\t{each.set_by}\t{written}")
