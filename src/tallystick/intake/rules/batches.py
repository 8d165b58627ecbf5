"""The life of a batch, what becomes of its lines, and the proof that none is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class BatchState(Choice):
    """Where a batch is in its life. Nothing in the book changes before COMMITTING."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    COMMITTING = "committing", _("Being loaded")
    COMMITTED = "committed", _("Loaded")
    ABANDONED = "abandoned", _("Abandoned")
    #: Its lines leave the book again, chunk by chunk.
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class Verdict(Choice):
    """What becomes of a line. Every line has exactly one, so that the lines of a file are the sum of all but the last."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REPEATED = "repeated", _("Repeated in the file")
    REFUSED = "refused", _("Refused")
    #: No line at all: what earlier files listed and this one, which lists everything open, does not.
    SETTLED = "settled", _("No longer listed: settled")


#: Verdicts on lines that are in the book once the file is loaded.
TAKEN = (Verdict.NEW, Verdict.CHANGED, Verdict.UNCHANGED)


class Phase(Choice):
    """When totals were taken: a forecast when the file was checked, or a receipt once it was loaded."""

    CHECKED = "checked", _("When checked")
    COMMITTED = "committed", _("When loaded")
    UNDONE = "undone", _("When taken back")


class BatchStateUnfit(Refusal):
    """The batch is past this step, or has not come to it."""

    code = "intake.batch_state_unfit"
    sentence = _("That cannot be done now: the import is {state}.")


class BatchBusy(Refusal):
    """Somebody works on the batch at this moment."""

    code = "intake.batch_busy"
    sentence = _("The import is being worked on. Wait until that is done.")


class LinesReadOtherwise(Refusal):
    """What a file brought is found by reading it as it was read when it was loaded."""

    code = "intake.lines_read_otherwise"
    sentence = _(
        "This version reads the file otherwise than the one that loaded it: it cannot say which lines brought what."
    )


class WhyMissing(Refusal):
    """What was loaded is taken back for a reason, which stands on every account."""

    code = "intake.why_missing"
    sentence = _("Say why the import is taken back.")
    status = 422


class OwnUndo(Refusal):
    """Where the house asks for two, one asks for it and another does it."""

    code = "intake.own_undo"
    sentence = _("You asked for this import to be taken back. Somebody else has to do it.")
    status = 403


class MappingChosenLater(Refusal):
    """A batch is checked by a mapping."""

    code = "intake.mapping_chosen_later"
    sentence = _("Choose how the columns are read first.")


class SourceExists(Refusal):
    """A client's sources have names of their own."""

    code = "intake.source_exists"
    sentence = _("{client} already has a source “{name}”.")


class HeadingMissing(Refusal):
    """A file needs a line of headings."""

    code = "intake.heading_missing"
    sentence = _("No line of “{name}” looks like headings. Say which line holds them.")
    status = 422


#: States in which a batch can still be mapped, checked and let go of.
OPEN = frozenset({BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED})


def check_open(state: str) -> None:
    """Refuse what can only be done before a batch is loaded.

    :raises BatchStateUnfit: it is being loaded, or past it

    >>> check_open("checked")
    """
    if state not in OPEN:
        raise BatchStateUnfit(state=BatchState(state).label)


@dataclass(frozen=True, slots=True)
class Total:
    """Count and value of the lines that met one verdict, in one currency."""

    verdict: Verdict
    currency: str
    lines: int
    minor: int

    @property
    def value(self) -> Money | None:
        """The value; None for lines whose currency cannot be read."""
        return Money(self.minor, self.currency) if self.currency else None


class NotProven(Exception):
    """A receipt does not add up: a defect, and the batch is not called loaded."""


def check_proof(*, lines_in_file: int, totals: Iterable[Total], in_book: Iterable[Total]) -> None:
    """Check a receipt: every line of the file has a verdict, and the book holds what the receipt says it took.

    `in_book` is what the book holds for the lines that were taken, asked of the book itself.

    :raises NotProven: it does not add up
    """
    totals = [total for total in totals if total.verdict != Verdict.SETTLED]
    counted = sum(total.lines for total in totals)
    if counted != lines_in_file:
        raise NotProven(f"the file has {lines_in_file} lines, the receipt {counted}")
    taken: dict[str, tuple[int, int]] = {}
    for total in totals:
        if total.verdict in TAKEN:
            lines, minor = taken.get(total.currency, (0, 0))
            taken[total.currency] = (lines + total.lines, minor + total.minor)
    held = {total.currency: (total.lines, total.minor) for total in in_book}
    if taken != held:
        raise NotProven(f"the receipt says {taken}, the book holds {held}")
