"""Files that were brought in, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.actor import Scope
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import NotFound
from tallystick.payments.models import FileWarning, Statement, StatementFile, StatementLine
from tallystick.payments.rules.states import LineState
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

EVERYTHING = Scope()


def files(*, scope: Scope = EVERYTHING) -> QuerySet[StatementFile]:
    """Give the files that were brought in, the latest first, with counts of their lines."""
    found = StatementFile.objects.order_by("-imported_at", "-pk")
    if scope.client_ids is not None:
        mine = Statement.objects.filter(bank_account__client_id__in=scope.client_ids).values("file_id")
        found = found.filter(pk__in=mine)
    warnings = FileWarning.objects.filter(file=OuterRef("pk")).order_by().values("file").annotate(n=Count("pk"))
    return found.annotate(
        line_count=Sum("statements__lines"),
        known_count=Sum("statements__known_lines"),
        statement_count=Count("statements"),
        warning_count=Subquery(warnings.values("n")),
    )


class Became(Choice):
    """What became of a line of a file, as a receipt tells it."""

    APPLIED = "applied", _("Applied")
    WAITING = "waiting", _("Waiting for a person")
    RETURNED = "returned", _("Money out, tied to the payment that bounced")
    OUT = "out", _("Money out, waiting for a person")
    PARKED = "parked", _("Parked")
    IGNORED = "ignored", _("Not ours")
    ANNOUNCED = "announced", _("Announced: it comes again on a statement")

    @classmethod
    def of(cls, state: LineState, is_out: bool) -> Became:
        """Tell it from the line's state and direction."""
        if is_out and state in (LineState.WAITING, LineState.APPLIED):
            return cls.OUT if state is LineState.WAITING else cls.RETURNED
        return cls(state.value)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a file."""

    file: StatementFile
    statements: list[Statement]
    warnings: list[ReadingWarning]
    #: Its new lines by what became of them and by currency: rows of became, currency, count, minor.
    became: list[dict[str, Any]]

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return sum(statement.lines for statement in self.statements)

    @property
    def known_lines(self) -> int:
        """How many of them another file had brought before."""
        return sum(statement.known_lines for statement in self.statements)


def receipt(file_id: int, *, scope: Scope = EVERYTHING) -> Receipt:
    """Give what came of a file: statements with their balances, lines by what became of them, warnings by line.

    :raises NotFound: there is none, or it has a statement outside the scope
    """
    file = StatementFile.objects.filter(pk=file_id).order_by("pk").first()
    statements = list(Statement.objects.filter(file_id=file_id).select_related("bank_account__client").order_by("pk"))
    if file is None or not all(scope.allows(statement.bank_account.client_id) for statement in statements):
        raise NotFound(what="file", reference=file_id)
    is_out = Case(When(amount_minor__lt=0, then=Value(True)), default=Value(False))
    counted = (
        StatementLine.objects.filter(statement_id__in=[statement.pk for statement in statements])
        .annotate(is_out=is_out)
        .values("state", "is_out", "currency")
        .annotate(count=Count("pk"), minor=Sum("amount_minor"))
        .order_by("currency")
    )
    became = [{**row, "became": Became.of(LineState(row["state"]), row["is_out"])} for row in counted]
    order = list(Became)
    warnings = [
        ReadingWarning(WarningCode(row.code), row.line_number, row.text, row.fields)
        for row in file.warnings.order_by("line_number", "pk")
    ]
    return Receipt(file, statements, warnings, sorted(became, key=lambda row: order.index(row["became"])))
