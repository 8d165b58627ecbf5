"""What a finance ledger says, how it may differ from the book, and what became of a difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class Level(Choice):
    """How finely a statement of the finance ledger tells what is owed."""

    ITEMS = "items", _("Open items")
    ACCOUNTS = "accounts", _("Balances of accounts")
    CONTROL = "control", _("Control total")


class Kind(Choice):
    """What a difference is: its name."""

    MISSING_HERE = "missing_here", _("Missing here")
    MISSING_THERE = "missing_there", _("Missing there")
    AMOUNT = "amount", _("Amount differs")
    SIGN = "sign", _("Sign turned round")
    CURRENCY = "currency", _("Currency differs")
    OTHER_ACCOUNT = "other_account", _("On another account")
    DUPLICATE = "duplicate", _("Listed twice there")
    ALLOCATED = "allocated", _("Allocated otherwise")
    TIMING = "timing", _("Booked later here")
    CHARGED_HERE = "charged_here", _("Charged here")


MEANINGS = {
    Kind.MISSING_HERE: _("The finance ledger has it; the book does not."),
    Kind.MISSING_THERE: _("The book has it; the finance ledger does not."),
    Kind.AMOUNT: _("Both have it, with another amount."),
    Kind.SIGN: _("The same amount, owed on one side and a credit on the other."),
    Kind.CURRENCY: _("The same document in another currency; each currency has its own line."),
    Kind.OTHER_ACCOUNT: _("The same document stands on another account here; both accounts have a line."),
    Kind.DUPLICATE: _("The finance ledger lists the same line more than once."),
    Kind.ALLOCATED: _("The account owes the same, but a payment or credit pays other documents."),
    Kind.TIMING: _("The book has it too: booked after the day, or known after the moment that is compared."),
    Kind.CHARGED_HERE: _("Interest, fees and costs that were charged here and are not booked in the finance ledger."),
}


class State(Choice):
    """What became of a difference."""

    OPEN = "open", _("Open")
    EXPLAINED = "explained", _("Explained")
    SOLVED = "solved", _("Solved")


class StatementUnreadable(Refusal):
    """Lines of the statement cannot be read, so nothing was compared."""

    code = "reconciliations.statement_unreadable"
    sentence = _("{count} lines of “{name}” cannot be read, so nothing was compared. {first}")
    status = 422


class ColumnsMissing(Refusal):
    """The statement lacks a column without which it cannot be compared."""

    code = "reconciliations.columns_missing"
    sentence = _("“{name}” has no column for: {columns}. Give it that heading and load it again.")
    status = 422


class StatementEmpty(Refusal):
    """There is nothing to compare."""

    code = "reconciliations.statement_empty"
    sentence = _("“{name}” has headings, but no line. A ledger in which nothing is open is a control total of 0.00.")
    status = 422


class FormsOpen(Refusal):
    """Days or amounts of the statement can be read in two ways."""

    code = "reconciliations.forms_open"
    sentence = _("“{name}” can be read in two ways. Say how it writes {questions}.")
    status = 422


class PortfolioMissing(Refusal):
    """Totals of portfolios and a total of all cannot be added up."""

    code = "reconciliations.portfolio_missing"
    sentence = _("Some lines of “{name}” name a portfolio and others none. Name one in each, or none at all.")
    status = 422


class DayAhead(Refusal):
    """A day that is not over has no balance yet."""

    code = "reconciliations.day_ahead"
    sentence = _("{day} lies ahead: what is owed at its end is not known yet.")
    status = 422


class NoteMissing(Refusal):
    """An explanation says something."""

    code = "reconciliations.note_missing"
    sentence = _("Say why the difference is right as it is.")
    status = 422


class AlreadySolved(Refusal):
    """A difference that the next run no longer found needs no explanation."""

    code = "reconciliations.already_solved"
    sentence = _("These differences are solved: a later run no longer found them.")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement: what stands in the finance ledger. `minor` is signed: what is a credit there is negative."""

    number: int
    account_ref: str
    item_ref: str
    portfolio: str
    minor: int
    currency: str
    issued_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be read: the code of an intake fault, and what stands there."""

    number: int
    column: str
    value: str
    code: str


def refuse_day_ahead(on: date, today: date) -> None:
    """Refuse a day that lies ahead.

    :raises DayAhead: it does
    """
    if on > today:
        raise DayAhead(day=on.isoformat())


def unexplained(minors: Iterable[int], *, there_minor: int, here_minor: int) -> int:
    """Give what no named difference accounts for, in minor units: nothing, always.

    >>> unexplained([500, -200], there_minor=1300, here_minor=1000)
    0
    """
    return there_minor - here_minor - sum(minors)
