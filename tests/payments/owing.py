"""Somebody who owes, a line that waits for a person, and what ledger and timeline say."""

from django.db.models import Sum
from tests import builders
from tests.builders import AT, TEST
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.accounts.models import Account, Item
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Head
from tallystick.payments import actions
from tallystick.payments.models import Payment, Statement, StatementFile, StatementLine
from tallystick.timeline import queries as timeline_queries


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def owes(amount: str = "100.00", *, reference: str = "INV-1001"):
    """A debtor of a new client who owes one invoice, and the bank account that the client is paid into."""
    account = builders.account()
    item = builders.invoice(account, amount, reference=reference)
    return account, item, bank_account(account.client)


def heads(account_id: int) -> dict[Head, int]:
    return {
        Head(row["head"]): row["balance_minor"]
        for row in ledger_queries.balances_by_head([account_id])
        if row["balance_minor"]
    }


def house_of(account: Account) -> int:
    return Account.objects.get(client=account.client, is_house=True).pk


def told(account_id: int, kind: str) -> list[dict]:
    return [event["data"] for event in timeline_queries.of_account([account_id]) if event["kind"] == f"payments.{kind}"]


def counts() -> dict[str, int]:
    """What there is of everything that this room may write."""
    tables = (StatementFile, Statement, StatementLine, Payment, Entry)
    return {table.__name__: table.objects.count() for table in tables} | {
        "open": Item.objects.aggregate(total=Sum("open_minor"))["total"] or 0
    }


def waiting_line(amount: str = "60.00", owed: str = "100.00"):
    account, item, bank = owes(owed)
    import_file(csv_of([("13/02/2026", "AMELIA HUGHES", amount)]), bank)
    return account, item, StatementLine.objects.get()


def allocate(line, account, **terms):
    return actions.allocate_line(line_id=line.pk, account_id=account.pk, **{"at": AT, "by": TEST, **terms})
