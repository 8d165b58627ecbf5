"""Versions of packs that ship, changed as somebody would who read a new law."""

import re
from importlib import resources


def shipped(jurisdiction: str, file: str, *, reviewed: str) -> str:
    """Give a pack that ships as somebody who looked at it on a later day hands it in."""
    text = resources.files("tallystick.jurisdictions").joinpath("data", jurisdiction, file).read_text("utf-8")
    return re.sub(r"last_review: \d{4}-\d\d-\d\d", f"last_review: {reviewed}", text, count=1)


def after(text: str, line: str, *added: str) -> str:
    """Give a pack with lines added after the only line that begins so."""
    lines = text.splitlines()
    [place] = [number for number, each in enumerate(lines) if each.startswith(line)]
    return "\n".join((*lines[: place + 1], *added, *lines[place + 1 :], ""))


def bank_rate(percent: str = "3.50", *, day: str = "2026-12-17", reviewed: str = "2026-12-20") -> str:
    """Give the pack of late payment with one decision of the Bank of England more."""
    text = shipped("gb", "late-payment.yaml", reviewed=reviewed)
    row = f'      - {{from: {day}, value: "{percent}", source: boe, confidence: verified}}'
    return after(text, "      - {from: 2025-12-18", row)
