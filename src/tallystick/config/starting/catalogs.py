"""Translations: the texts of a language are compiled when their source is newer. No program but ours is needed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogs(house: Path) -> int:
    """Compile every `locale/*/LC_MESSAGES/*.po` below a folder whose `.mo` is missing or older. Gives how many."""
    stale = list(_stale(house.glob("**/locale/*/LC_MESSAGES/*.po")))
    for source in stale:
        with source.open("rb") as opened:
            catalog = read_po(opened)
        draft = source.with_suffix(f".{os.getpid()}.draft")
        with draft.open("wb") as written:
            write_mo(written, catalog)
        draft.chmod(0o644)  # part of the program, for whoever runs it
        draft.replace(source.with_suffix(".mo"))
    return len(stale)


def _stale(sources: Iterable[Path]) -> Iterable[Path]:
    for source in sources:
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            yield source
