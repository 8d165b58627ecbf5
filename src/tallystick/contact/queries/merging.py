"""Gather what messages say: the facts of their accounts as they are now, in two statements for the whole set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Client
from tallystick.accounts.rules import ItemKind
from tallystick.charges.queries import shown as charges
from tallystick.contact.models import Message
from tallystick.contact.rules.creditor import Creditor, DetailsUnreadable, read_creditor
from tallystick.contact.rules.interest import InterestLine
from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.words import Purpose
from tallystick.contact.rules.writing import Facts, OpenItem, without_held
from tallystick.holds import rules as hold_rules
from tallystick.kernel import sql
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
    siblings = _siblings_of([message.account_id for message in messages if message.of_debtor], at=at)
    return [Merge(message, _weighed(message, gathered, siblings)) for message in messages]


def _siblings_of(account_ids: Sequence[int], *, at: datetime) -> dict[int, list[tuple[OpenItem, ...]]]:
    """Give the items of the other open accounts that the debtors of some accounts have with the same client, by account.

    Nothing is said of an account that is held.
    """
    if not account_ids:
        return {}
    pairs = sql.rows(
        """
        SELECT account.id AS account_id, other.id AS other_id
        FROM accounts_account AS account
        JOIN accounts_account AS other ON other.party_id = account.party_id AND other.client_id = account.client_id
        JOIN accounts_client AS client ON client.id = account.client_id
        CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today) AS local
        WHERE account.id = ANY(%(account_ids)s) AND other.id <> account.id AND other.state = 'open' AND NOT EXISTS (
            SELECT FROM holds_hold AS hold
            WHERE hold.account_id = other.id AND hold.ended_at IS NULL AND hold.item_id IS NULL
              AND hold.reason = ANY(%(stopping)s)
              AND hold.from_on <= local.today AND (hold.until_on IS NULL OR hold.until_on > local.today)
        )
        ORDER BY account.id, other.id
        """,
        {
            "account_ids": list(account_ids),
            "stopping": [reason.value for reason in hold_rules.stopping(hold_rules.Activity.CONTACT)],
            "at": at,
        },
    )
    items = _items_of({pair["other_id"] for pair in pairs}, at=at)
    found: dict[int, list[tuple[OpenItem, ...]]] = defaultdict(list)
    for pair in pairs:
        found[pair["account_id"]].append(tuple(items[pair["other_id"]]))
    return found


def _weighed(
    message: Message, gathered: dict[int, Gathered], siblings: dict[int, list[tuple[OpenItem, ...]]]
) -> Gathered:
    """Give what an account has to say in a message: with levels, and with the debtor's other accounts, where it wants them."""
    here = gathered[message.account_id]
    if here.facts is None:
        return here
    others = siblings.get(message.account_id, []) if message.of_debtor else []
    items = tuple(item for each in (here.facts.items, *others) for item in each)
    weighing = Weighing(tuple(message.levels), message.of_debtor)
    facts = replace(here.facts, items=items, weighing=weighing)
    return replace(here, facts=asked_for(facts, message.purpose))


def asked_for(facts: Facts, purpose: str) -> Facts:
    """Leave out of what an account has to say what is on hold, unless a message asks for nothing: a statement lists all."""
    return facts if purpose in {Purpose.INFORMATION, Purpose.INTERNAL} else without_held(facts)


def facts_of(account_ids: Sequence[int], *, at: datetime) -> dict[int, Gathered]:
    """Give what some accounts have to say, by account."""
    accounts = list(Account.objects.select_related("client", "party").filter(pk__in=set(account_ids)))
    items = _items_of({account.pk for account in accounts}, at=at)
    interest = _interest_of([account.pk for account in accounts])
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
                replace(
                    _facts(account, creditor, tuple(items[account.pk]), at=at), interest=tuple(interest[account.pk])
                ),
                address,
                time_zone,
            )
    return gathered


def _items_of(account_ids: Collection[int], *, at: datetime) -> dict[int, list[OpenItem]]:
    """Give the open items of some accounts, each with the reference of its account, and with what of it is on hold."""
    accounts = Account.objects.filter(pk__in=account_ids).values_list("pk", "reference", "client__time_zone")
    known = {account_id: (reference, local_day(at, time_zone)) for account_id, reference, time_zone in accounts}
    items: dict[int, list[OpenItem]] = defaultdict(list)
    for item in account_queries.open_items(list(account_ids)):
        reference, today = known[item.account_id]
        items[item.account_id].append(
            OpenItem(
                reference=item.reference,
                description=item.description,
                kind=str(ItemKind(item.kind).label),
                issued_on=item.issued_on,
                due_on=item.due_on,
                remaining=Money(item.open_minor, item.currency),
                original=Money(item.amount_minor, item.currency),
                account=reference,
                held_minor=item.open_minor - item.chased_minor(today),
            )
        )
    return items


def _interest_of(account_ids: Sequence[int]) -> dict[int, list[InterestLine]]:
    """Give how the open interest on some accounts was worked out. Days that bore none are left out."""
    found: dict[int, list[InterestLine]] = defaultdict(list)
    for row in charges.charged_lines(account_ids):
        if row["amount_minor"]:
            found[row["account_id"]].append(
                InterestLine(
                    reference=row["of_item"],
                    beside=row["beside"],
                    first_day=row["first_day"],
                    last_day=row["last_day"],
                    days=row["days"],
                    balance=Money(row["base_minor"], row["currency"]),
                    rate=row["percent"].normalize(),
                    amount=Money(row["amount_minor"], row["currency"]),
                    source=row["source"],
                    is_lift=row["is_lift"],
                )
            )
    return found


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
