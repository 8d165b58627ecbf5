"""`tallystick import receivables FILE`: a file of invoices, customers, placements, charges or payments into the book."""

from __future__ import annotations

import getpass
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tallystick.intake import actions, queries, rules
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.hands import MOST, share

_PIECE_BYTES = 1 << 20
#: Faulty lines that are printed; all of them are kept with the batch.
_SHOWN = 20


class Command(BaseCommand):
    """Take a file in, say what is wrong with which line, load it and print the receipt."""

    help = gettext_noop("Import a file of invoices, customers, placements, charges or payments.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, where it comes from, and how it is read."""
        parser.add_argument("what", choices=["receivables"], help=_("what the file holds"))
        parser.add_argument("file", type=Path, help=_("CSV or other delimited text, or a workbook"))
        parser.add_argument("--client", required=True, metavar=_("CODE"), help=_("code of the client it comes from"))
        parser.add_argument("--source", required=True, metavar=_("NAME"), help=_("name of the client's source"))
        kinds = [str(kind) for kind in rules.FileKind]
        parser.add_argument("--kind", choices=kinds, help=_("what the lines are; needed to open a new source"))
        parser.add_argument("--mapping", default="", metavar=_("NAME"), help=_("saved mapping to read the file by"))
        forms = [str(form) for form in rules.DayForm]
        parser.add_argument(
            "--days", choices=forms, default="", help=_("how days are written, where the file leaves it open")
        )
        marks = [str(mark) for mark in rules.DecimalMark]
        parser.add_argument("--decimal", choices=marks, default="", help=_("mark before the decimals of amounts"))
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar=_("FIELD=VALUE"),
            help=_(
                "where a field comes from: currency=EUR in every line, amount={Total} from a column, or both together"
            ),
        )
        parser.add_argument(
            "--check-only", action="store_true", help=_("say what is wrong and what would happen; change nothing")
        )
        parser.add_argument("--workers", type=int, default=MOST, help=_("how many load at the same time"))

    def handle(self, *, file: Path, client: str, source: str, check_only: bool, workers: int, **options: Any) -> None:
        """Import the file."""
        by = system(f"command line, {getpass.getuser()}")
        began = time.monotonic()
        if not file.is_file():
            raise CommandError(_("There is no file {file}.").format(file=file))
        source_id = self._source(client, source, options["kind"], by)
        batch = actions.upload_file(
            source_id=source_id, file_name=file.name, content=_pieces(file), at=clock.now(), by=by
        )
        self._map(batch.pk, options, by)
        actions.check_batch(batch_id=batch.pk, at=clock.now(), by=by)
        self._tell_faults(batch.pk)
        self._tell_totals(batch.pk, rules.Phase.CHECKED)
        if check_only:
            self.stdout.write(_("Nothing was changed: import {id} waits.").format(id=batch.pk))
            return
        self._load(batch.pk, workers, by)
        self._tell_totals(batch.pk, rules.Phase.COMMITTED)
        lines, took = queries.get_batch(batch.pk).lines or 0, time.monotonic() - began
        self.stdout.write(
            _("Import {id}: {lines} lines in {seconds:.1f} seconds, {rate:,.0f} a second.").format(
                id=batch.pk, lines=f"{lines:,}", seconds=took, rate=lines / took
            )
        )

    def _source(self, client: str, name: str, kind: str | None, by: Actor) -> int:
        found = queries.find_source(client_code=client, name=name)
        if found is not None:
            return int(found.pk)
        if kind is None:
            said = _("{client} has no source “{name}” yet: say with --kind what its files hold.")
            raise CommandError(said.format(client=client, name=name))
        opened = actions.open_source(client_code=client, name=name, kind=rules.FileKind(kind), at=clock.now(), by=by)
        return int(opened.pk)

    def _map(self, batch_id: int, options: dict[str, Any], by: Actor) -> None:
        proposal = actions.propose_mapping(batch_id=batch_id, name=options["mapping"], by=by)
        open_questions = [
            question
            for question in proposal.open_questions
            if not options[{"day_form": "days", "decimal_mark": "decimal"}[question]]
        ]
        if open_questions:
            asked = {"day_form": "--days ymd|dmy|mdy", "decimal_mark": "--decimal .|,"}
            raise rules.FormsAmbiguous(questions=", ".join(asked[question] for question in open_questions))
        mapping = rules.with_forms(proposal.mapping, day_form=options["days"], decimal_mark=options["decimal"])
        headings = queries.get_batch(batch_id).headings
        said = dict(self._parted(word) for word in options["set"])
        origins = {**mapping.origins, **{name: rules.origin_of(text, headings) for name, text in said.items()}}
        document = replace(mapping, origins=origins).as_document()
        actions.map_batch(batch_id=batch_id, document=document, name=proposal.name, at=clock.now(), by=by)

    def _parted(self, word: str) -> tuple[str, str]:
        name, sign, text = word.partition("=")
        if not (name and sign and text):
            raise CommandError(_("“{word}” says no FIELD=VALUE.").format(word=word))
        return name, text

    def _load(self, batch_id: int, workers: int, by: Actor) -> None:
        def work(_hand: int) -> None:
            while actions.commit_next_chunk(batch_id=batch_id, at=clock.now(), by=by):
                pass

        actions.start_commit(batch_id=batch_id, at=clock.now(), by=by)
        share(range(workers), work, hands=workers)
        actions.finish_commit(batch_id=batch_id, at=clock.now(), by=by)

    def _tell_faults(self, batch_id: int) -> None:
        batch = queries.get_batch(batch_id)
        if not batch.errors and not batch.warnings:
            return
        for error in queries.row_errors(batch_id)[:_SHOWN]:
            fault = rules.fault_of(error.code, error.value)
            place = f" {error.column}" if error.column else ""
            value = f" “{error.value}”" if error.value else ""
            self.stdout.write(
                _("line {line}").format(line=error.line) + f"{place}{value}: {fault.reason} {fault.remedy}"
            )
        more = queries.row_errors(batch_id).count() - _SHOWN
        if more > 0:
            self.stdout.write(ngettext("and {count} more", "and {count} more", more).format(count=f"{more:,}"))

    def _tell_totals(self, batch_id: int, phase: rules.Phase) -> None:
        self.stdout.write(f"{phase.label}:")
        for total in queries.totals(batch_id, phase=phase):
            value = str(total.value) if total.value is not None else ""
            self.stdout.write(f"  {total.verdict.label!s:<24} {total.lines:>12,}  {value:>24}")


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            yield piece
