"""A debt that bears interest, what happens to it, and what was charged: for tests on the database."""

from datetime import UTC, date, datetime

from tests import builders
from tests.builders import TEST

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Item
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions
from tallystick.charges.models import Line
from tallystick.config import invariants
from tallystick.kernel.money import Money
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause, Head
from tallystick.timeline import queries as timeline

#: Of 1,000.00: 22 pence a day, 21.917… exactly.
EIGHT = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
LATE = {"rate": {"rule": "interest.late_payment"}, "charged": "daily"}
DUE = date(2026, 1, 1)
FIXED = {**LATE, "fixed_sum": {"rule": "late_payment.fixed_sum"}}


def at(day):
    return datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)


def agree(of, document=EIGHT, *, from_on=date(2020, 1, 1), **where):
    return actions.set_agreement(
        client_id=of.client_id, from_on=from_on, document=document, at=builders.AT, by=TEST, **where
    )


def debt(amount="1000.00", *, due_on=DUE, document=EIGHT):
    account = builders.account()
    if document:
        agree(account, document)
    return account, builders.invoice(account, amount, due_on=due_on)


def accrue(day, **how):
    return actions.accrue(day=day, at=at(day), by=TEST, **how)


_causes = iter(range(1, 10**9))


def pay(account, amount, *, on, known, items=None):
    cause = next(_causes)
    credit = account_actions.Credit(account.pk, cause, Money.of(amount, "GBP"), on, Head.BANK, items=items or {})
    account_actions.apply_credits([credit], cause_kind=Cause.PAYMENT, at=at(known), by=TEST)
    return cause


def charged(account):
    """Give the interest on the ledger, in pence."""
    entries = Entry.objects.filter(account_id=account.pk)
    charged = entries.filter(debit=Head.INTEREST, credit=Head.INTEREST_CHARGED)
    taken = entries.filter(debit=Head.INTEREST_CHARGED, credit=Head.INTEREST)
    return sum(entry.amount_minor for entry in charged) - sum(entry.amount_minor for entry in taken)


def lines(item):
    """Give the lines that stand of an item as its row has them: days, balance and amount."""
    found = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=True).order_by("first_day")
    return [(str(line.first_day), str(line.last_day), line.base_minor, line.amount_minor) for line in found]


def interest_item(account):
    return Item.objects.get(account_id=account.pk, kind=ItemKind.INTEREST)


def told(account, kind):
    return [event["data"] for event in timeline.of_account([account.pk]) if event["kind"] == f"charges.{kind}"]


def is_sound():
    """Give what breaks an invariant of the rooms that interest writes to."""
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "charges"}]
    return [name for finding in invariants.check(chosen, at=at(date(2027, 1, 1))) for name in finding.named]


def fixed_sum(account):
    return Item.objects.get(account_id=account.pk, kind=ItemKind.FEE)
