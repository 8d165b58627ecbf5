"""How long people waited: by page and by part of the night, and the table of it."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

#: What nobody should wait longer for than one time in twenty, in milliseconds.
AIM_MS = 200.0
EVERY_PAGE = "all pages"


class Part(StrEnum):
    """A part of the measurement."""

    BEFORE = "before the night"
    DURING = "during the night"
    AFTER = "after the night"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long people waited for a page in a part of the measurement, in milliseconds."""

    page: str
    part: Part
    times: int
    median: float
    p95: float
    p99: float
    longest: float
    errors: int


@dataclass(slots=True)
class Waits:
    """Collects how long each page took. One that was answered wrongly counts as an error, and its time does not count."""

    _took: dict[tuple[str, Part], list[float]] = field(default_factory=lambda: defaultdict(list))
    _errors: dict[tuple[str, Part], int] = field(default_factory=lambda: defaultdict(int))
    #: The first things that went wrong, in words.
    mistakes: list[str] = field(default_factory=list)

    def took(self, page: str, part: Part, seconds: float) -> None:
        """Note how long a page took."""
        self._took[page, part].append(seconds * 1000)

    def failed(self, page: str, part: Part, mistake: str) -> None:
        """Note that a page was not what was asked for."""
        self._errors[page, part] += 1
        if len(self.mistakes) < 10:
            self.mistakes.append(f"{page}, {part.value}: {mistake}")

    @property
    def errors(self) -> int:
        """How much went wrong in all."""
        return sum(self._errors.values())

    def of_page(self, page: str, part: Part) -> Wait | None:
        """Sum up one page in one part; None where nobody asked for it."""
        return self._summed(page, part, [page])

    def of_pages(self, part: Part, *, without: Iterable[str] = ()) -> Wait | None:
        """Sum up all pages in one part, but for some."""
        left_out = set(without)
        return self._summed(EVERY_PAGE, part, [page for page in self.pages() if page not in left_out])

    def pages(self) -> list[str]:
        """Give the pages that were asked for, in the order of the alphabet."""
        return sorted({page for page, _part in (*self._took, *self._errors)})

    def _summed(self, name: str, part: Part, pages: Sequence[str]) -> Wait | None:
        took = sorted(each for page in pages for each in self._took.get((page, part), ()))
        errors = sum(self._errors.get((page, part), 0) for page in pages)
        if not took:
            return Wait(name, part, 0, 0.0, 0.0, 0.0, 0.0, errors) if errors else None
        median, p95, p99 = (percentile(took, share) for share in (0.5, 0.95, 0.99))
        return Wait(name, part, len(took), median, p95, p99, took[-1], errors)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Give the value that a share of the values do not exceed, one of the values themselves.

    >>> percentile([1, 2, 3, 4], 0.5), percentile(range(1, 101), 0.95), percentile([7], 0.99)
    (2, 95, 7)
    """
    return ordered[max(ceil(len(ordered) * share), 1) - 1]


def table(waits: Waits, *, yardstick: str) -> str:
    """Write the table in Markdown: each page, then all but the yardstick, then the yardstick."""
    text = io.StringIO()
    text.write("| page | part | median ms | p95 ms | p99 ms | longest ms | times | errors | p95 by the yardstick |\n")
    text.write("|---|---|---:|---:|---:|---:|---:|---:|---:|\n")
    measured = {part: waits.of_page(yardstick, part) for part in Part}
    rows = [waits.of_page(page, part) for page in waits.pages() if page != yardstick for part in Part]
    rows += [waits.of_pages(part, without=[yardstick]) for part in Part]
    rows += measured.values()
    for wait in rows:
        if wait is None:
            continue
        by = measured[wait.part]
        ratio = f"{wait.p95 / by.p95:.1f}" if by is not None and by.p95 and wait.page != yardstick else ""
        text.write(
            f"| {wait.page} | {wait.part.value} | {wait.median:.1f} | {wait.p95:.1f} | {wait.p99:.1f} | {wait.longest:.1f}"
            f" | {wait.times:,} | {wait.errors:,} | {ratio} |\n"
        )
    return text.getvalue()


def over_aim(waits: Waits) -> list[Wait]:
    """Give the pages whose p95 is over the aim, the slowest first."""
    found = [wait for page in waits.pages() for part in Part if (wait := waits.of_page(page, part)) is not None]
    return sorted((wait for wait in found if wait.p95 > AIM_MS), key=lambda wait: -wait.p95)
