"""Gather what messages say: the facts of their accounts as they are now, in two statements for the whole set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Client
from tallystick.accounts.rules import ItemKind
from tallystick.contact.models import Message
from tallystick.contact.rules.creditor import Creditor, DetailsUnreadable, read_creditor
from tallystick.contact.rules.writing import Facts, OpenItem
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.parties.models import Address
from tallystick.parties.rules import PartyKind


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an account has to say at a moment."""

    #: None when a detail of its client cannot be read; `problem` says which.
    facts: Facts | None
    #: Lines of the current postal address, postcode last.
    address: tuple[str, ...]
    time_zone: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """One message with all that it needs to be written."""

    message: Message
    account: Gathered


def messages_to_write(message_ids: Sequence[int], *, at: datetime) -> list[Merge]:
    """Give messages with the facts of their accounts at this moment, in the order of the ids."""
    messages = list(Message.objects.select_related("template").filter(pk__in=message_ids).order_by("pk"))
    gathered = facts_of([message.account_id for message in messages], at=at)
    return [Merge(message, gathered[message.account_id]) for message in messages]


def facts_of(account_ids: Sequence[int], *, at: datetime) -> dict[int, Gathered]:
    """Give what some accounts have to say, by account."""
    accounts = list(Account.objects.select_related("client", "party").filter(pk__in=set(account_ids)))
    items: dict[int, list[OpenItem]] = defaultdict(list)
    for item in account_queries.open_items([account.pk for account in accounts]):
        items[item.account_id].append(
            OpenItem(
                reference=item.reference,
                description=item.description,
                kind=str(ItemKind(item.kind).label),
                issued_on=item.issued_on,
                due_on=item.due_on,
                remaining=Money(item.open_minor, item.currency),
                original=Money(item.amount_minor, item.currency),
            )
        )
    addresses = {
        address.party_id: _lines(address)
        for address in Address.objects.filter(
            party_id__in={account.party_id for account in accounts}, until_on__isnull=True
        )
    }
    creditors: dict[int, Creditor | str] = {}
    gathered = {}
    for account in accounts:
        creditor = creditors.setdefault(account.client_id, _creditor(account.client))
        address = addresses.get(account.party_id, ())
        time_zone = account.client.time_zone
        if isinstance(creditor, str):
            gathered[account.pk] = Gathered(None, address, time_zone, problem=creditor)
        else:
            gathered[account.pk] = Gathered(
                _facts(account, creditor, tuple(items[account.pk]), at=at), address, time_zone
            )
    return gathered


def _creditor(client: Client) -> Creditor | str:
    """Give how a client speaks, or what is wrong with its details: one client's mistake stops no other's messages."""
    try:
        return read_creditor(code=client.code, name=client.name, details=client.details)
    except DetailsUnreadable as wrong:
        return str(wrong)


def _facts(account: Account, creditor: Creditor, items: tuple[OpenItem, ...], *, at: datetime) -> Facts:
    return Facts(
        today=local_day(at, account.client.time_zone),
        creditor=creditor,
        party_name=account.party.name,
        party_is_company=account.party.kind == PartyKind.COMPANY,
        reference=account.reference,
        currency=account.currency,
        items=items,
        link=settings.CONTACT_ACCOUNT_URL.format(account_id=account.pk),
    )


def _lines(address: Address) -> tuple[str, ...]:
    abroad = () if address.country == "GB" else (address.country,)
    lines = (*address.lines, address.town, address.county, address.postcode, *abroad)
    return tuple(str(line) for line in lines if line)
