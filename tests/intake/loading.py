"""What the book holds of a file that was loaded."""

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.ledger import queries as ledger_queries
from tallystick.timeline import queries as timeline_queries


def account_of(of, reference):
    found = account_queries.find_account_id(client_id=of.client_id, reference=reference)
    assert found is not None
    return Account.objects.get(pk=found)


def kinds_of(account):
    return [event["kind"] for event in reversed(timeline_queries.of_account([account.pk]))]


def owed_on(account):
    return ledger_queries.balance(account.pk, currency=account.currency)
