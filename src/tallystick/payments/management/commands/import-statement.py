"""`tallystick import-statement FILE …`: bank files into the book, each whole or not at all."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.payments import actions, queries
from tallystick.payments.rules.days import DayOrder

#: Warnings that are printed of a file; all of them are kept with it.
_SHOWN = 20


class Command(BaseCommand):
    """Take bank files in one after the other and print the receipt of each. A file that is refused stops none behind it."""

    help = gettext_noop("Import bank statements: CAMT.053, MT940 or CSV.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files, and what they do not say themselves."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_("file as the bank sent it"))
        parser.add_argument(
            "--bank-account",
            metavar=_("NAME"),
            help=_("name, IBAN or number of the bank account, where the file does not say"),
        )
        parser.add_argument(
            "--days",
            choices=[str(order) for order in DayOrder],
            help=_("how days are written, where the file leaves it open; kept for the next one"),
        )

    def handle(self, *, files: list[Path], bank_account: str | None, days: str | None, **options: Any) -> None:
        """Import the files."""
        by = system(f"command line, {getpass.getuser()}")
        chosen = queries.get_bank_account(bank_account).pk if bank_account else None
        order = DayOrder(days) if days else None
        refused = [file for file in files if not self._take(file, chosen, order, by)]
        if refused:
            said = ngettext("{count} file was refused.", "{count} files were refused.", len(refused))
            raise CommandError(said.format(count=len(refused)))

    def _take(self, file: Path, bank_account_id: int | None, order: DayOrder | None, by: Actor) -> bool:
        try:
            with file.open("rb") as opened:
                imported = actions.import_statement_file(
                    file=opened,
                    name=file.name,
                    bank_account_id=bank_account_id,
                    order=order,
                    at=clock.now(),
                    by=by,
                )
        except Refusal as refusal:
            self.stderr.write(f"{file.name}: {refusal}")
            return False
        except OSError as problem:
            self.stderr.write(f"{file.name}: {problem.strerror}")
            return False
        self._tell(imported)
        return True

    def _tell(self, imported: actions.Imported) -> None:
        receipt = queries.receipt(imported.file_id)
        heading = f"{receipt.file.name} ({receipt.file.format})"
        if imported.is_repeat:
            day = receipt.file.imported_at.date().isoformat()
            said = _("{file} was brought in on {day} already. Nothing was done.")
            self.stdout.write(said.format(file=heading, day=day))
            return
        self.stdout.write(heading)
        for statement in receipt.statements:
            named = f"{statement.bank_account.name} {statement.number}".strip()
            days = " – ".join(sorted({day.isoformat() for day in (statement.first_on, statement.last_on) if day}))
            balances = [
                str(Money(minor, statement.currency)) if minor is not None else "—"
                for minor in (statement.opened_minor, statement.closed_minor)
            ]
            self.stdout.write(f"  {named}  {days}  {' → '.join(balances)}")
        for row in receipt.became:
            amount = str(Money(row["minor"], row["currency"]))
            self.stdout.write(f"  {row['became'].label!s:<44} {row['count']:>8,} {amount:>20}")
        if receipt.known_lines:
            self.stdout.write(f"  {_('Known before'):<44} {receipt.known_lines:>8,}")
        for warning in receipt.warnings[:_SHOWN]:
            place = _("line {number}: ").format(number=warning.line_number) if warning.line_number else ""
            self.stdout.write(f"  {place}{warning}")
        more = len(receipt.warnings) - _SHOWN
        if more > 0:
            self.stdout.write(
                "  " + ngettext("and {count} more warning", "and {count} more warnings", more).format(count=more)
            )
