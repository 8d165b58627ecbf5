"""`tallystick reference`: the pages of reference that are made from the program."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tallystick.strategy.queries import catalogue


class Command(BaseCommand):
    """Print a page of reference, or write it where the documentation keeps it."""

    help = gettext_noop("Print the facts, or the language of strategy documents.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which page, and offer to write it."""
        parser.add_argument("page", choices=sorted(catalogue.PAGES), help=_("which page"))
        parser.add_argument("--write", type=Path, metavar="FILE", help=_("write docs/reference/PAGE.md afresh"))

    def handle(self, *, page: str, write: Path | None, **options: Any) -> None:
        """Print or write the page; the documentation is in English."""
        with translation.override("en-gb"):
            text = catalogue.PAGES[page]()
        if write is None:
            self.stdout.write(text, ending="")
        else:
            write.write_text(text, "utf-8")
