"""Folders for what is kept: their owner's only."""

from __future__ import annotations

from pathlib import Path


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it, where they are missing, as folders usually are."""
    for missing in reversed([above for above in folder.parents if not above.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)
    folder.mkdir(mode=0o700, exist_ok=True)
