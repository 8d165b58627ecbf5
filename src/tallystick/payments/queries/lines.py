"""Statement lines that wait for a person, and what they may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.parties.rules import name_key
from tallystick.payments.models import StatementLine
from tallystick.payments.rules import candidates as candidate_rules
from tallystick.payments.rules.states import LineState

EVERYTHING = Scope()


def _query(name: str) -> str:
    return sql.load("tallystick.payments", "waiting.sql", name)


def lock_line(line_id: int, *, scope: Scope = EVERYTHING) -> StatementLine:
    """Lock a statement line for the transaction and give it, with its bank account and client.

    :raises NotFound: there is none within the scope
    """
    return _one_line(StatementLine.objects.select_for_update(of=("self",)), line_id, scope)


def get_line(line_id: int, *, scope: Scope = EVERYTHING) -> StatementLine:
    """Give a statement line, with its bank account and client.

    :raises NotFound: there is none within the scope
    """
    return _one_line(StatementLine.objects.all(), line_id, scope)


def _one_line(lines: QuerySet[StatementLine], line_id: int, scope: Scope) -> StatementLine:
    line = lines.select_related("bank_account__client").filter(pk=line_id).order_by("pk").first()
    if line is None or not scope.allows(line.bank_account.client_id):
        raise NotFound(what="statement line", reference=line_id)
    return line


def waiting_lines(
    *,
    scope: Scope = EVERYTHING,
    state: LineState = LineState.WAITING,
    money_out: bool = False,
    bank_account_id: int | None = None,
) -> QuerySet[StatementLine]:
    """Give the lines that wait, or are parked, the oldest first."""
    found = StatementLine.objects.filter(state=state).select_related("bank_account__client")
    found = found.filter(amount_minor__lt=0) if money_out else found.filter(amount_minor__gt=0)
    if scope.client_ids is not None:
        found = found.filter(bank_account__client_id__in=scope.client_ids)
    if bank_account_id is not None:
        found = found.filter(bank_account_id=bank_account_id)
    return found.order_by("booked_on", "pk")


class Shown(Choice):
    """Which lines a person looks at."""

    WAITING = "waiting", _("Money in")
    OUT = "out", _("Money out")
    PARKED = "parked", _("Parked")
    IGNORED = "ignored", _("Not ours")


def lines_to_decide(
    shown: Shown,
    *,
    scope: Scope = EVERYTHING,
    bank_account_id: int | None = None,
    text: str = "",
    amounts: Sequence[Money] = (),
    largest_first: bool = False,
    limit: int = 100,
) -> list[StatementLine]:
    """Give a page of lines: the oldest first, or the largest; what was set aside, the latest decided first.

    `text` is part of what the bank wrote; `amounts` are what it may mean as an amount, whole or left, in or out.
    """
    found = StatementLine.objects.select_related("bank_account__client").defer("raw", "tokens")
    match shown:
        case Shown.WAITING:
            found = found.filter(state=LineState.WAITING, amount_minor__gt=0)
        case Shown.OUT:
            found = found.filter(state=LineState.WAITING, amount_minor__lt=0)
        case Shown.PARKED:
            found = found.filter(state=LineState.PARKED)
        case Shown.IGNORED:
            found = found.filter(state=LineState.IGNORED)
    if scope.client_ids is not None:
        found = found.filter(bank_account__client_id__in=scope.client_ids)
    if bank_account_id is not None:
        found = found.filter(bank_account_id=bank_account_id)
    if text:
        means = Q(counterparty__icontains=text) | Q(narrative__icontains=text) | Q(reference__icontains=text)
        for amount in amounts:
            minors = (amount.minor, -amount.minor)
            means |= Q(currency=amount.currency) & (Q(amount_minor__in=minors) | Q(open_minor__in=minors))
        found = found.filter(means)
    if largest_first:
        first = F("open_minor").asc() if shown is Shown.OUT else F("open_minor").desc()
    else:
        first = F("decided_at").desc() if shown is Shown.IGNORED else F("booked_on").asc()
    return list(found.order_by(first, "pk")[:limit])


def waiting_totals(*, scope: Scope = EVERYTHING, bank_account_id: int | None = None) -> list[dict[str, Any]]:
    """Give how many lines wait and are parked, and what they add up to, by currency: rows of shown, currency, lines, minor."""
    return sql.rows(_query("waiting_totals"), {"clients": scope.as_list(), "bank_account": bank_account_id})


def candidates(lines: Sequence[StatementLine]) -> dict[int, list[candidate_rules.Candidate]]:
    """Give for each line the accounts it may pay, the likeliest first, with what speaks for each in words."""
    if not lines:
        return {}
    asked = {"line_id": [line.pk for line in lines], "name_key": [name_key(line.counterparty) for line in lines]}
    found: dict[int, list[candidate_rules.Candidate]] = {line.pk: [] for line in lines}
    for row in sql.rows(_query("candidates"), asked):
        signs = _signs(row)
        found[row["line_id"]].append(
            candidate_rules.Candidate(
                account_id=row["account_id"],
                reference=row["reference"],
                party=row["party"],
                signs=signs,
                score=candidate_rules.score(signs),
                evidence=candidate_rules.evidence(signs),
            )
        )
    return {line_id: candidate_rules.ranked(of_line) for line_id, of_line in found.items()}


def _signs(row: dict[str, Any]) -> candidate_rules.Signs:
    currency = row["currency"]
    return candidate_rules.Signs(
        named_items=row["named_items"],
        names_account=row["names_account"],
        payments=row["payments"],
        last_paid_on=row["last_paid_on"],
        name_is_same=row["name_is_same"],
        line=Money(row["line_minor"], currency),
        open=Money(row["open_minor"], currency),
        named_open=Money(row["named_minor"], currency) if row["named_items"] else None,
        exact_items=row["exact_items"],
    )


def returned_payments(lines: Sequence[StatementLine]) -> dict[int, list[dict[str, Any]]]:
    """Give for lines on which money went out the payments of that amount that may have bounced."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in sql.rows(_query("returned_payments"), {"line_id": [line.pk for line in lines]}):
        found[row["line_id"]].append(row)
    return dict(found)
