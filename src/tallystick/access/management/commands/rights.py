"""`tallystick rights`: the table of rights and roles."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.access.rules import rights


class Command(BaseCommand):
    """Print the page of rights, or write it where the documentation keeps it."""

    help = gettext_noop("Print which role may do what.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to write the page."""
        parser.add_argument("--write", type=Path, metavar="FILE", help=_("write docs/reference/rights.md afresh"))

    def handle(self, *, write: Path | None, **options: Any) -> None:
        """Print or write the page; the documentation is in English."""
        with translation.override("en-gb"):
            page = rights.as_page()
        if write is None:
            self.stdout.write(page)
        else:
            write.write_text(page, "utf-8")
