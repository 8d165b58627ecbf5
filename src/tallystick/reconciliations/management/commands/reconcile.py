"""`tallystick reconcile FILE --client CODE --on DAY`: hold a statement of the finance ledger against the book."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.intake import rules as intake
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.reconciliations import actions, queries, rules
from tallystick.reconciliations.rules import Level

#: Differences that are printed; all of them are kept.
_SHOWN = 20


class Command(BaseCommand):
    """Compare a file, or a total, and print what differs by name; end with 1 where something does, for a scheduler to see."""

    help = gettext_noop("Hold a client's finance ledger against the book, and name every difference.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the statement, and what it does not say itself."""
        parser.add_argument("file", nargs="?", type=Path, help=_("delimited text with headings"))
        parser.add_argument("--total", help=_("the control total, instead of a file"))
        parser.add_argument("--client", required=True, metavar=_("CODE"), help=_("code of the client"))
        parser.add_argument(
            "--on", required=True, type=date.fromisoformat, help=_("the day at whose end it is compared")
        )
        parser.add_argument("--level", choices=[str(each) for each in Level], default=str(Level.ITEMS))
        parser.add_argument("--currency", default="", help=_("currency of the statement, where it is of one"))
        parser.add_argument(
            "--known-at", type=datetime.fromisoformat, help=_("leave out what became known here later, with its zone")
        )
        parser.add_argument("--prefix", default="", help=_("put before account references"))
        parser.add_argument("--days", choices=[str(each) for each in intake.DayForm], default="")
        parser.add_argument("--decimal", choices=[str(each) for each in intake.DecimalMark], default="")

    def handle(self, *, file: Path | None, total: str | None, known_at: datetime | None, **options: Any) -> None:
        """Compare, and say what differs."""
        if (file is None) == (total is None):
            raise CommandError(_("Give a file, or --total: one of the two."))
        if known_at is not None and known_at.tzinfo is None:
            raise CommandError(_("--known-at needs a zone, such as 2026-03-31T18:00+01:00."))
        try:
            made = actions.reconcile(
                client_code=options["client"],
                level=Level(options["level"]),
                on=options["on"],
                known_at=known_at,
                content=file.read_bytes() if file else b"",
                total=Money.of(total, options["currency"]) if total is not None else None,
                name=file.name if file else _("Control total"),
                currency=options["currency"],
                prefix=options["prefix"],
                day_form=options["days"],
                decimal_mark=options["decimal"],
                at=clock.now(),
                by=system(f"command line, {getpass.getuser()}"),
            )
        except rules.StatementUnreadable as refusal:
            for each in refusal.fields["faults"]:
                self.stderr.write(actions.said(each))
            raise CommandError(str(refusal)) from refusal
        except (Refusal, ValueError, OSError) as no:
            raise CommandError(str(no)) from no
        self._tell(made.pk)

    def _tell(self, reconciliation_id: int) -> None:
        for side in queries.totals(reconciliation_id):
            self.stdout.write(
                _("{there} there, {here} here: {difference} between them").format(
                    there=side.there, here=side.here, difference=side.difference
                )
            )
        for named in queries.by_kind(reconciliation_id):
            self.stdout.write(f"  {named.kind.label!s:<24} {named.count:>8,} {named.amount!s:>20}")
        found = queries.differences(reconciliation_id)
        for each in found[:_SHOWN]:
            self.stdout.write(
                f"  {each.kind:<14} {each.account_ref} {each.item_ref} {Money(each.minor, each.currency)} {each.state}"
            )
        if open_ := found.filter(state=rules.State.OPEN).count():
            raise CommandError(_("{count} differences are open.").format(count=f"{open_:,}"), returncode=1)
        self.stdout.write(_("Nothing is open."))
