"""The furniture of printed reports: titles, headings of groups, totals. It is no data, and is never dropped unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Prefix of a column that a report states once, in a line above its group.
CARRIED = "↑ "


@dataclass(frozen=True, slots=True)
class Skip:
    """Lines that are furniture: those where a column is blank, or begins with a text."""

    column: str
    starts_with: str = ""
    #: Its amount is a total that the report states of itself.
    is_total: bool = False

    def as_document(self) -> dict[str, Any]:
        """Give the rule as JSON."""
        return {"column": self.column, "starts_with": self.starts_with, "is_total": self.is_total}

    def test(self, headings: Sequence[str]) -> Callable[[Sequence[str]], bool]:
        """Give the test of a line's cells.

        >>> Skip("No.").test(["Date", "No."])(["Total for Current", ""])
        True
        """
        at = headings.index(self.column)
        start = self.starts_with.casefold()
        if not start:
            return lambda cells: at >= len(cells) or not cells[at].strip()
        return lambda cells: at < len(cells) and cells[at].lstrip().casefold().startswith(start)


@dataclass(frozen=True, slots=True)
class Carry:
    """Lines that head a group, whose cells hold for every line below: "A/C: KBC001", "Name: Kingsway Builders".

    Without `starts_with`, a line with text in its first cell alone heads a group: the customer's name, in some systems.
    """

    columns: tuple[str, ...]
    starts_with: str = ""

    def as_document(self) -> dict[str, Any]:
        """Give the rule as JSON."""
        return {"columns": list(self.columns), "starts_with": self.starts_with}

    def headings(self) -> list[str]:
        """Give the headings under which the carried values can be mapped."""
        return [CARRIED + column for column in self.columns]


@dataclass(slots=True)
class Carrier:
    """Carries the values of group headings down to the lines below them."""

    carry: Carry
    values: list[str] = field(default_factory=list)

    def take(self, cells: Sequence[str]) -> bool:
        """Take a line's cells up if it heads a group, and say whether it does.

        >>> carrier = Carrier(Carry(("A/C", "Name"), starts_with="A/C:"))
        >>> carrier.take(["A/C: KBC001", "Name: Kingsway"]), carrier.values
        (True, ['KBC001', 'Kingsway'])
        """
        first = cells[0].strip() if cells else ""
        if not self.carry.starts_with:
            if not first or any(cell.strip() for cell in cells[1:]):
                return False
            self.values = [first]
            return True
        if not first.startswith(self.carry.starts_with):
            return False
        parts = {label.strip(): text.strip() for cell in cells for label, found, text in [cell.partition(":")] if found}
        self.values = [parts.get(column, "") for column in self.carry.columns]
        return True
