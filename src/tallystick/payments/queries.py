"""Reads of payments: bank accounts and how fresh they are, files, lines that wait and their candidates, payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.parties.rules import name_key
from tallystick.payments.models import BankAccount, Payment, Statement, StatementFile, StatementLine
from tallystick.payments.rules import candidates as candidate_rules
from tallystick.payments.rules.states import LineState
from tallystick.payments.rules.warnings import ReadingWarning, WarningCode

EVERYTHING = Scope()


def _query(name: str) -> str:
    return sql.load("tallystick.payments", "waiting.sql", name)


def bank_accounts(*, scope: Scope = EVERYTHING) -> QuerySet[BankAccount]:
    """Give the bank accounts of the clients within a scope."""
    found = BankAccount.objects.select_related("client").order_by("client__name", "name", "pk")
    return found if scope.client_ids is None else found.filter(client_id__in=scope.client_ids)


def get_bank_account(reference: str, *, scope: Scope = EVERYTHING) -> BankAccount:
    """Give a bank account by its name, IBAN, account number or id.

    :raises NotFound: there is none within the scope, or several
    """
    by_id = Q(pk=int(reference)) if reference.isascii() and reference.isdigit() and len(reference) < 18 else Q(pk=None)
    for condition in (Q(name=reference), Q(iban=reference), Q(number=reference), by_id):
        found = list(bank_accounts(scope=scope).filter(condition)[:2])
        if len(found) == 1:
            return found[0]
    raise NotFound(what="bank account", reference=reference)


def lock_bank_account(bank_account_id: int, *, scope: Scope = EVERYTHING) -> BankAccount:
    """Lock a bank account for the transaction and give it, with its client.

    :raises NotFound: there is none within the scope
    """
    found = bank_accounts(scope=scope).select_for_update(of=("self",)).filter(pk=bank_account_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="bank account", reference=bank_account_id)
    return found


def freshness(*, scope: Scope = EVERYTHING) -> list[dict[str, Any]]:
    """Give for each bank account the last day its statements reach, what they closed at, and what waits on it."""
    return sql.rows(_query("freshness"), {"clients": scope.as_list()})


def files(*, scope: Scope = EVERYTHING) -> QuerySet[StatementFile]:
    """Give the files that were brought in, the latest first, with counts of their lines."""
    found = StatementFile.objects.order_by("-imported_at", "-pk")
    if scope.client_ids is not None:
        mine = Statement.objects.filter(bank_account__client_id__in=scope.client_ids).values("file_id")
        found = found.filter(pk__in=mine)
    return found.annotate(
        line_count=Sum("statements__lines"),
        known_count=Sum("statements__known_lines"),
        statement_count=Count("statements"),
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a file."""

    file: StatementFile
    statements: list[Statement]
    warnings: list[ReadingWarning]
    #: Its new lines by state: count, and sum in minor units by currency.
    states: dict[LineState, list[dict[str, Any]]]

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
    counted = (
        StatementLine.objects.filter(statement_id__in=[statement.pk for statement in statements])
        .values("state", "currency")
        .annotate(count=Count("pk"), minor=Sum("amount_minor"))
        .order_by("state", "currency")
    )
    states: dict[LineState, list[dict[str, Any]]] = defaultdict(list)
    for row in counted:
        states[LineState(row["state"])].append(dict(row))
    warnings = [
        ReadingWarning(WarningCode(row.code), row.line_number, row.text, row.fields)
        for row in file.warnings.order_by("line_number", "pk")
    ]
    return Receipt(file, statements, warnings, dict(states))


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


def payments_of_line(line_id: int) -> QuerySet[Payment]:
    """Give the payments that were made of a line."""
    return Payment.objects.filter(line_id=line_id).order_by("pk")


def payments_of_account(account_id: int) -> QuerySet[Payment]:
    """Give the payments on an account, the latest first."""
    return Payment.objects.filter(account_id=account_id).order_by("-booked_on", "-pk")


def payments(
    *, scope: Scope = EVERYTHING, client_id: int | None = None, since: date | None = None, until: date | None = None
) -> QuerySet[Payment]:
    """Give payments booked from `since` to before `until`, the latest first."""
    found = Payment.objects.order_by("-booked_on", "-pk")
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    if since is not None:
        found = found.filter(booked_on__gte=since)
    return found if until is None else found.filter(booked_on__lt=until)


def get_payment(payment_id: int, *, scope: Scope = EVERYTHING) -> Payment:
    """Give a payment.

    :raises NotFound: there is none within the scope
    """
    payment = Payment.objects.filter(pk=payment_id).order_by("pk").first()
    if payment is None or not scope.allows(payment.client_id):
        raise NotFound(what="payment", reference=payment_id)
    return payment


INVARIANTS = (
    Invariant(
        name="suspense is what waits",
        sentence="Suspense of a house account is what is left of its lines, and what bounced before its line came.",
        checked="SELECT count(*) FROM payments_statement_line WHERE state <> 'announced'",
        breaches=sql.load("tallystick.payments", "invariants.sql", "suspense"),
    ),
    Invariant(
        name="lines are what was made of them",
        sentence="What is left of a line is its amount, less the payments made of it that were not given back to it.",
        checked="SELECT count(*) FROM payments_statement_line WHERE amount_minor > 0",
        breaches=sql.load("tallystick.payments", "invariants.sql", "lines"),
    ),
    Invariant(
        name="payments are booked",
        sentence="Every payment has the entries of its amount on its account, and none once it was taken back.",
        checked="SELECT count(*) FROM payments_payment",
        breaches=sql.load("tallystick.payments", "invariants.sql", "payments"),
    ),
    Invariant(
        name="transfers meet",
        sentence="What leaves a client's house accounts for debtors' accounts arrives there.",
        checked="SELECT count(*) FROM ledger_entry WHERE debit = 33 OR credit = 33",
        breaches=sql.load("tallystick.payments", "invariants.sql", "transfers"),
    ),
)
