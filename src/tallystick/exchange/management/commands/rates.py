"""`tallystick rates`: load files of exchange rates, fetch the feed, and tell what an amount is worth."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.exchange import actions, queries
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.currencies import currency
from tallystick.kernel.money import Money


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else timezone.make_aware(instant)


class Command(BaseCommand):
    """Load rates as the system itself, list them, and convert by them."""

    help = gettext_noop("Load exchange rates by date, fetch their feed, convert an amount: tallystick rates --help.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the things that can be done."""
        doing = parser.add_subparsers(dest="doing", required=True, metavar="WHAT")
        loading = doing.add_parser("load", help=_("load a file: CSV of ours, or the ECB's CSV, XML or ZIP"))
        loading.add_argument("file", help=_("- reads standard input"))
        loading.add_argument("--source", default="", help=_("who says so, where the file does not"))
        doing.add_parser("fetch", help=_("fetch the file of TALLYSTICK_RATES_FEED"))
        listing = doing.add_parser("list", help=_("list each pair with its last rate"))
        showing = doing.add_parser("show", help=_("show what was ever said of a pair"))
        showing.add_argument("base", metavar="BASE")
        showing.add_argument("quote", metavar="QUOTE")
        converting = doing.add_parser("convert", help=_("convert an amount: tallystick rates convert 12.500 KWD GBP"))
        converting.add_argument("amount")
        converting.add_argument("given", metavar="FROM")
        converting.add_argument("wanted", metavar="TO")
        for each in (listing, showing, converting):
            each.add_argument("--day", type=date.fromisoformat, help=_("on this day, not today"))
            each.add_argument("--known-at", type=_instant, help=_("as known at this instant"))

    def handle(self, *, doing: str, **options: Any) -> None:
        """Do one of them."""
        try:
            getattr(self, f"_{doing}")(**options)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong

    def _load(self, *, file: str, source: str, **options: Any) -> None:
        try:
            content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as absent:
            raise CommandError(str(absent)) from absent
        self._tell(
            actions.load_rates(
                content=content, name=Path(file).name, source=source, at=clock.now(), by=system("command line")
            )
        )

    def _fetch(self, **options: Any) -> None:
        self._tell(actions.fetch_rates(at=clock.now(), by=system("command line")))

    def _tell(self, loaded: actions.Loaded) -> None:
        load = loaded.load
        told = _("{read} rates read, {new} new, {corrected} of them corrections.")
        self.stdout.write(told.format(read=load.rates_read, new=load.rates_new, corrected=load.rates_corrected))
        if loaded.left_out:
            self.stdout.write(_("Left out, no currencies any more: {codes}.").format(codes=", ".join(loaded.left_out)))

    def _list(self, *, day: date | None, known_at: datetime | None, **options: Any) -> None:
        for rate in queries.pairs(on=day, known_at=known_at):
            self.stdout.write(f"{rate.base}/{rate.quote}\t{rate.rate.normalize():f}\t{rate.day}\t{rate.source}")

    def _show(self, *, base: str, quote: str, day: date | None, known_at: datetime | None, **options: Any) -> None:
        pair = currency(base.upper()).code, currency(quote.upper()).code
        for row in queries.history(*pair, on=day, known_at=known_at):
            mark = "" if row["holds"] else "\t" + _("corrected since")
            self.stdout.write(
                f"{row['day']}\t{row['rate'].normalize():f}\t{row['source']}\t{row['known_at']:%Y-%m-%d %H:%M}{mark}"
            )

    def _convert(
        self, *, amount: str, given: str, wanted: str, day: date | None, known_at: datetime | None, **options: Any
    ) -> None:
        money, into = Money.of(amount, given.upper()), currency(wanted.upper()).code
        on = day or local_day(clock.now(), settings.TIME_ZONE)
        converted = queries.rates([money.currency, into], on=on, known_at=known_at).convert(money, into)
        self.stdout.write(f"{converted.amount} = {converted.into}")
        for step in converted.steps:
            rate = step.rate
            way = "1/" if step.is_inverse else ""
            self.stdout.write(f"  {rate.base}/{rate.quote} {way}{rate.rate.normalize():f}, {rate.day}, {rate.source}")
