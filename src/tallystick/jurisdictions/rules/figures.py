"""The plainest things that a row of the law holds: one figure, or words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tallystick.jurisdictions.rules.reading import Node


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; its rule says of what."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the law: what follows, who is meant, which courts there are."""

    words: tuple[str, ...]


def read_figure(node: Node) -> Figure:
    """Read a figure."""
    return Figure(node.number())


def read_words(node: Node) -> Words:
    """Read words: one, or a list."""
    return Words(tuple(each.text() for each in node.each()) if isinstance(node.content, list) else (node.text(),))
