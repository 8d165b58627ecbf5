"""What a person is offered for a line: accounts, the likeliest first, each with what of it the line would pay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tallystick.accounts import queries as account_queries
from tallystick.accounts.queries import orders as order_queries
from tallystick.accounts.rules.orders import OrderInForce
from tallystick.kernel.actor import Scope
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.payments.models import StatementLine
from tallystick.payments.queries import lines as line_queries
from tallystick.payments.rules.proposals import OwedItem, proposal

#: As many as there are keys to take one.
MOST = 9
#: Of names that only resemble the payer's, more would be noise.
_RESEMBLING = 3
_WORDS, _LETTERS = 4, 4


@dataclass(frozen=True, slots=True)
class Part:
    """What of an item the line would pay."""

    item: OwedItem
    amount: Money
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An account that a line may pay, and what would happen."""

    account_id: int
    reference: str
    party: str
    evidence: Sequence[str]
    open: Money
    items: Sequence[OwedItem]
    #: What would be paid.
    parts: Sequence[Part]
    #: What would be left over.
    rest: Money
    #: Whether what is left over stays on the line, for it names items of other accounts too; else it goes on account.
    rest_stays: bool = False
    #: The order that says what would be paid, where one is set and the payer chose nothing.
    order: OrderInForce | None = None

    @property
    def written(self) -> str:
        """Write down what would be paid, as a form posts it; nothing where the order says it when the money is booked."""
        if self.order is not None:
            return ""
        return ",".join(f"{part.item.item_id}:{part.amount.minor}" for part in self.parts)


def offers(line: StatementLine, *, at: datetime) -> list[Offer]:
    """Give the candidates of a line with what each would be paid; where nothing speaks for any, those whose name resembles."""
    found = line_queries.candidates([line])[line.pk]
    if not found and (payer := _payer(line)):
        return search_offers(line, payer, evidence=_("Name resembles the payer’s"), at=at)[:_RESEMBLING]
    items = _items_of(line, [each.account_id for each in found], at=at)
    ordered = _ordered(line, items, at=at)
    naming = {each.account_id for each in found if each.signs.named_open and each.signs.named_open.minor}
    return [
        _offer(
            line,
            rest_stays=len(naming) > 1 and each.account_id in naming,
            account_id=each.account_id,
            reference=each.reference,
            party=each.party,
            evidence=each.evidence,
            items=items.get(each.account_id, []),
            named=each.signs.named_items,
            exact=each.signs.exact_items,
            ordered=ordered.get(each.account_id),
        )
        for each in found
    ]


def _payer(line: StatementLine) -> str:
    """Give what may be the payer's name: the one the bank tells, else the words of the text, without figures and signs."""
    words = [word for word in re.split(r"[\s/]+", line.counterparty or line.narrative) if word.isalpha()]
    return " ".join(words[:_WORDS]) if sum(map(len, words)) >= _LETTERS else ""


def search_offers(line: StatementLine, text: str, *, evidence: str = "", at: datetime) -> list[Offer]:
    """Give the accounts of the line's client that a search finds, in the line's currency."""
    client = Scope(frozenset({line.bank_account.client_id}))
    found = account_queries.search(text, scope=client, limit=4 * MOST)
    rows = [row for row in found if row["currency"] == line.currency][:MOST]
    items = _items_of(line, [row["account_id"] for row in rows], at=at)
    ordered = _ordered(line, items, at=at)
    return [
        _offer(
            line,
            account_id=row["account_id"],
            reference=row["reference"],
            party=row["party"],
            evidence=[evidence or row["found_by"]],
            items=items.get(row["account_id"], []),
            named=[item.reference for item in items.get(row["account_id"], []) if item.reference == row["hit"]],
            ordered=ordered.get(row["account_id"]),
        )
        for row in rows
    ]


def offer_of(line: StatementLine, account_id: int, *, known: Sequence[Offer] = (), at: datetime) -> Offer:
    """Give one account as an offer, as it stands among those known or else by itself.

    :raises NotFound: there is no such account of the line's client
    """
    for each in known:
        if each.account_id == account_id:
            return each
    account = account_queries.get_account(account_id, scope=Scope(frozenset({line.bank_account.client_id})))
    items = _items_of(line, [account_id], at=at)
    return _offer(
        line,
        account_id=account.pk,
        reference=account.reference,
        party=account.party.name,
        evidence=(),
        items=items.get(account_id, []),
        ordered=_ordered(line, items, at=at).get(account_id),
    )


def _items_of(line: StatementLine, account_ids: Sequence[int], *, at: datetime) -> dict[int, list[OwedItem]]:
    today = local_day(at, line.bank_account.client.time_zone)
    found: dict[int, list[OwedItem]] = {}
    for item in account_queries.open_items(account_ids) if account_ids else ():
        held_minor = item.open_minor - item.chased_minor(today)
        owed = OwedItem(item.pk, item.reference, item.due_on, item.open_minor, held_minor)
        found.setdefault(item.account_id, []).append(owed)
    return found


_Ordered = tuple[OrderInForce, Mapping[int, int]]


def _ordered(line: StatementLine, account_ids: Iterable[int], *, at: datetime) -> dict[int, _Ordered]:
    """Give the orders set for accounts, and what of them a line would pay by each."""
    asked = [(account_id, line.bank_account.client_id, line.booked_on) for account_id in account_ids]
    orders = order_queries.orders_in_force(asked) if asked and line.open_minor > 0 else {}
    remainders = [
        order_queries.Remainder(account_id, line.open_minor, line.booked_on, held.order)
        for (account_id, _day), held in orders.items()
    ]
    found: dict[int, dict[int, int]] = {each.account_id: {} for each in remainders}
    for row in order_queries.share_out(remainders, at=at):
        found[remainders[row["place"]].account_id][row["item_id"]] = row["amount_minor"]
    return {account_id: (held, found[account_id]) for (account_id, _day), held in orders.items()}


def _offer(
    line: StatementLine,
    *,
    items: Sequence[OwedItem],
    named: Sequence[str] = (),
    exact: Sequence[str] = (),
    ordered: _Ordered | None = None,
    **said: Any,
) -> Offer:
    order, by_order = ordered or (None, None)
    if order is not None and not order.lets_choose:
        named, exact = (), ()
    paid = proposal(left_minor=max(line.open_minor, 0), items=items, named=named, exact=exact, by_order=by_order)
    parts = [
        Part(item, Money(paid[item.item_id], line.currency), paid[item.item_id] == item.open_minor)
        for item in items
        if item.item_id in paid
    ]
    return Offer(
        open=Money(sum(item.open_minor for item in items), line.currency),
        items=items,
        parts=parts,
        rest=Money(max(line.open_minor, 0) - sum(paid.values()), line.currency),
        order=order if paid is by_order else None,
        **said,
    )
