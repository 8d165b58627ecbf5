"""Reads of accounts: one of them, its items, its balance and ageing on any day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from tallystick.accounts import rules
from tallystick.accounts.models import Account, AccountLookup, Client, Item
from tallystick.accounts.queries import aged, allocations
from tallystick.accounts.queries.aged import accounts_in_bucket as accounts_in_bucket
from tallystick.accounts.queries.aged import ageing as ageing
from tallystick.accounts.queries.aged import items_as_of as items_as_of
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.kernel.refusals import NotFound

EVERYTHING = Scope()

#: SQL that draws the id of an account to be; a bulk action writes it down.
NEW_ACCOUNT_ID = "nextval('accounts_account_id_seq')"


def get_account(account_id: int, *, scope: Scope = EVERYTHING) -> Account:
    """Give an account with its client, portfolio and party.

    :raises NotFound: there is none, or it lies outside the scope
    """
    account = (
        Account.objects.select_related("client", "portfolio", "party").filter(pk=account_id).order_by("pk").first()
    )
    if account is None or not scope.allows(account.client_id):
        raise NotFound(what="account", reference=account_id)
    return account


def lock_account(account_id: int, *, scope: Scope = EVERYTHING) -> Account:
    """Lock an account for the transaction and give it, with its client.

    :raises NotFound: there is none, or it lies outside the scope
    """
    account = (
        Account.objects.select_related("client")
        .select_for_update(of=("self",))
        .filter(pk=account_id)
        .order_by("pk")
        .first()
    )
    if account is None or not scope.allows(account.client_id):
        raise NotFound(what="account", reference=account_id)
    return account


def find_account_id(*, client_id: int, reference: str) -> int | None:
    """Give the id of a client's account by the client's own reference, or None."""
    found = AccountLookup.objects.filter(client_id=client_id, reference=reference).values_list("account_id", flat=True)
    return found[0] if found else None


def get_client(code: str) -> Client:
    """Give a client by its code.

    :raises NotFound: there is none
    """
    client = Client.objects.filter(code=code).order_by("pk").first()
    if client is None:
        raise NotFound(what="client", reference=code)
    return client


def must_reach(client_id: int, *, scope: Scope) -> None:
    """Refuse a client that lies outside the scope.

    :raises NotFound: it does
    """
    if not scope.allows(client_id):
        raise NotFound(what="client", reference=client_id)


def lock_client(client_id: int, *, scope: Scope = EVERYTHING) -> Client:
    """Lock a client for the transaction and give it.

    :raises NotFound: there is none, or it lies outside the scope
    """
    client = Client.objects.select_for_update(no_key=True).filter(pk=client_id).order_by("pk").first()
    if client is None:
        raise NotFound(what="client", reference=client_id)
    must_reach(client_id, scope=scope)
    return client


def find_client(client_id: int, *, scope: Scope = EVERYTHING) -> Client:
    """Give a client by its id.

    :raises NotFound: there is none, or it lies outside the scope
    """
    client = clients(scope=scope).filter(pk=client_id).first()
    if client is None:
        raise NotFound(what="client", reference=client_id)
    return client


def get_item(item_id: int, *, account_id: int) -> Item:
    """Give an item of an account.

    :raises NotFound: the account has no such item
    """
    item = Item.objects.filter(pk=item_id, account_id=account_id).order_by("pk").first()
    if item is None:
        raise NotFound(what="item", reference=item_id)
    return item


def lock_item(item_id: int, *, account_id: int) -> Item:
    """Lock an item of an account and give it.

    :raises NotFound: the account has no such item
    """
    item = Item.objects.select_for_update().filter(pk=item_id, account_id=account_id).order_by("pk").first()
    if item is None:
        raise NotFound(what="item", reference=item_id)
    return item


def lock_items(item_ids: Collection[int], *, account_id: int) -> list[Item]:
    """Lock some items of an account and give them, in the order of their ids.

    :raises NotFound: the account has not all of them
    """
    found = list(Item.objects.select_for_update().filter(pk__in=item_ids, account_id=account_id).order_by("pk"))
    if missing := set(item_ids) - {item.pk for item in found}:
        raise NotFound(what="item", reference=min(missing))
    return found


def references_of(item_ids: Collection[int]) -> dict[int, str]:
    """Give the references of some items, by their ids."""
    return dict(Item.objects.filter(pk__in=item_ids).values_list("pk", "reference"))


def items(account_id: int) -> QuerySet[Item]:
    """Give all items of an account, oldest due first."""
    return Item.objects.filter(account_id=account_id).order_by("due_on", "pk")


def open_items(account_ids: Sequence[int]) -> QuerySet[Item]:
    """Give the items of some accounts on which something is open, oldest due first."""
    return Item.objects.filter(account_id__in=account_ids, open_minor__gt=0).order_by("account_id", "due_on", "pk")


def accounts_of_party(party_id: int, *, scope: Scope = EVERYTHING) -> QuerySet[Account]:
    """Give a party's accounts within a scope."""
    found = Account.objects.select_related("client", "portfolio").filter(party_id=party_id, is_house=False)
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    return found.order_by("pk")


def owing_nothing(account_ids: Sequence[int]) -> list[int]:
    """Give those of some accounts on which nothing is open."""
    owing = Item.objects.filter(account_id__in=account_ids, open_minor__gt=0).values_list("account_id", flat=True)
    return sorted(set(account_ids) - set(owing))


def local_days(account_ids: Sequence[int], *, at: datetime) -> dict[int, date]:
    """Give the day that an instant falls on where the creditor of each account is."""
    found = sql.rows(
        """
        SELECT account.id, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today
        FROM accounts_account AS account
        JOIN accounts_client AS client ON client.id = account.client_id
        WHERE account.id = ANY(%(accounts)s)
        """,
        {"accounts": list(account_ids), "at": at},
    )
    return {row["id"]: row["today"] for row in found}


def outcome_for_open(chosen: Chosen, *, done: int) -> Outcome:
    """Give the outcome of a bulk action that skips closed accounts and causes that acted already, by how many it did."""
    refused: Counter[str] = Counter()
    if done < len(chosen):
        open_ids = set(
            Account.objects.filter(pk__in=chosen.account_ids, state=rules.AccountState.OPEN).values_list(
                "pk", flat=True
            )
        )
        closed = sum(account_id not in open_ids for account_id in chosen.account_ids)
        if closed:
            refused[rules.AccountIsClosed.code] = closed
    return Outcome(done=done, already=len(chosen) - done - refused.total(), refused=refused)


def clients(*, scope: Scope = EVERYTHING) -> QuerySet[Client]:
    """Give the clients within a scope, by name."""
    found = Client.objects.order_by("name", "pk")
    return found if scope.client_ids is None else found.filter(pk__in=scope.client_ids)


def money_on_account_pays() -> bool:
    """Test if any client's terms let money on account pay new items by itself."""
    return Client.objects.filter(on_account_pays=True).exists()


def search(text: str, *, scope: Scope = EVERYTHING, limit: int = 50) -> list[dict[str, Any]]:
    """Find accounts by whatever somebody says: the best kind of match first, each account once.

    A text with an @ is an e-mail address, one of figures may be a telephone number, a reference or an item; a postcode is found
    by its beginning, a name by its beginning, then anywhere inside, then however it is misspelt. Each row says what it was
    `found_by`. Kinds are asked one after the other, each through an index, until `limit` accounts are found.
    """
    found: dict[int, dict[str, Any]] = {}
    for kind, value in rules.readings(text):
        rows = sql.rows(
            sql.fill(
                sql.load("tallystick.accounts", "search.sql", "found"),
                hits=sql.load("tallystick.accounts", "search.sql", kind),
            ),
            {"value": value, "prefix": _prefix(value), "clients": scope.as_list(), "limit": limit},
        )
        for row in rows:
            found.setdefault(row["account_id"], {**row, "found_by": _found_by(kind, row["hit"])})
        # What is looked for loosely would only bury what was found exactly.
        if len(found) >= limit or (found and kind in rules.EXACT):
            break
    return list(found.values())[:limit]


def _prefix(value: str) -> str:
    """Escape a text for LIKE and let anything follow it."""
    escaped = value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"{escaped}%"


def _found_by(kind: str, hit: str) -> str:
    return f"{rules.FOUND_BY[kind]} {hit}"


def statement(account_id: int, *, on: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """Give the movements of an account booked by a day, as known at an instant or now, with the balance after each.

    Rows have `booked_on`, `posted_at`, `reference` of the item, `cause_kind` of `ledger.rules.Cause`, and `charged_minor`,
    `paid_minor`, `balance_minor` in minor units. Allocations move nothing between the debtor and us, so they are no line of
    their own.
    """
    asked = {"account": account_id, "on": on, "known_at": known_at}
    return sql.rows(sql.load("tallystick.accounts", "statement.sql", "lines"), asked)


def later_known(account_id: int, *, on: date, known_at: datetime | None) -> list[dict[str, Any]]:
    """Give the movements of an account that were booked by a day and became known after an instant; none without one."""
    if known_at is None:
        return []
    return [row for row in statement(account_id, on=on) if row["posted_at"] > known_at]


INVARIANTS = (
    *aged.INVARIANTS,
    *allocations.INVARIANTS,
    Invariant(
        name="items are what the ledger says",
        sentence="What is open on an item is the sum of the entries that name it.",
        checked="SELECT count(*) FROM accounts_item",
        breaches="""
        SELECT item.account_id, 'item ' || item.reference || ' shows ' || item.open_minor || ', the ledger says '
               || coalesce(entries.minor, 0) AS what
        FROM accounts_item AS item
        LEFT JOIN (
            SELECT account_id, item_id,
                   sum(CASE WHEN debit IN (1, 2, 3, 4) THEN amount_minor ELSE -amount_minor END) AS minor
            FROM ledger_entry
            WHERE item_id IS NOT NULL
            GROUP BY account_id, item_id
        ) AS entries ON entries.item_id = item.id AND entries.account_id = item.account_id
        WHERE item.open_minor <> coalesce(entries.minor, 0)
        """,
    ),
    Invariant(
        name="money on account is what the ledger says",
        sentence="Money on account is the balance of its head, and never less than nothing.",
        checked="SELECT count(*) FROM accounts_account",
        breaches="""
        SELECT account.id AS account_id, 'shows ' || account.on_account_minor || ' on account, the ledger says '
               || coalesce(entries.minor, 0) AS what
        FROM accounts_account AS account
        LEFT JOIN (
            SELECT account_id, sum(CASE WHEN credit = 9 THEN amount_minor ELSE -amount_minor END) AS minor
            FROM ledger_entry
            WHERE debit = 9 OR credit = 9
            GROUP BY account_id
        ) AS entries ON entries.account_id = account.id
        WHERE account.on_account_minor <> coalesce(entries.minor, 0) OR account.on_account_minor < 0
        """,
    ),
    Invariant(
        name="entries belong to an account",
        sentence="Every entry is in the currency of an account that exists, and names only items of that account.",
        checked="SELECT count(*) FROM ledger_entry",
        breaches="""
        SELECT entry.account_id, 'entry ' || entry.id || ' belongs to no account, item or currency of the book' AS what
        FROM ledger_entry AS entry
        LEFT JOIN accounts_account AS account ON account.id = entry.account_id
        LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
        WHERE account.id IS NULL OR account.currency <> entry.currency OR (entry.item_id IS NOT NULL AND item.id IS NULL)
        """,
    ),
    Invariant(
        name="nothing belongs to nobody",
        sentence="Every account has a debtor, every item an account of its client, every event an account.",
        checked="""
        SELECT (SELECT count(*) FROM accounts_account) + (SELECT count(*) FROM accounts_item)
               + (SELECT count(*) FROM timeline_event)
        """,
        breaches="""
        SELECT account.id AS account_id, 'has no debtor' AS what
        FROM accounts_account AS account
        WHERE NOT EXISTS (SELECT FROM parties_party AS party WHERE party.id = account.party_id)
        UNION ALL
        SELECT item.account_id, 'item ' || item.id || ' belongs to no account of its client'
        FROM accounts_item AS item
        WHERE NOT EXISTS (
            SELECT FROM accounts_account AS account
            WHERE account.id = item.account_id AND account.client_id = item.client_id AND account.currency = item.currency
        )
        UNION ALL
        SELECT event.account_id, 'event ' || event.id || ' (' || event.kind || ') belongs to no account'
        FROM timeline_event AS event
        WHERE NOT EXISTS (SELECT FROM accounts_account AS account WHERE account.id = event.account_id)
        """,
    ),
    Invariant(
        name="accounts are found by their reference",
        sentence="Every account stands in the lookup under its client's own reference.",
        checked="SELECT count(*) FROM accounts_account",
        breaches="""
        SELECT account.id AS account_id, 'is not found by its reference ' || account.reference AS what
        FROM accounts_account AS account
        LEFT JOIN accounts_account_lookup AS lookup
            ON lookup.client_id = account.client_id AND lookup.reference = account.reference
        WHERE lookup.account_id IS DISTINCT FROM account.id
        """,
    ),
)


def judge_items(rows: sql.Rows) -> sql.Rows:
    """Judge a set of items against the book: which are new, changed or unchanged, and what forbids any of it.

    The rows have the columns key (the caller's own number of a line), account_id (null for an account to be), client_id, kind,
    reference, issued_on, due_on, amount_minor, stated_open_minor (what the source says is open, or null), settled_on (or
    null), currency and description (or null). The answer adds verdict ("new", "changed", "unchanged"), refusal (a code, or
    null) and is_ahead_of_source (more is settled here than the source knows of), and keeps what else the rows have.
    """
    params = {"kinds": [str(kind) for kind in rules.HEAD_OF], "heads": [int(head) for head in rules.HEAD_OF.values()]}
    return sql.Rows(*rows.into(sql.load("tallystick.accounts", "bulk.sql", "judge_items"), params))


def judge_source_credits(rows: sql.Rows) -> sql.Rows:
    """Judge credits of the client's books against those that stand, as `judge_items` does for items.

    The rows have the columns key, account_id (null for an account to be), kind (`rules.SourceCreditKind`), reference,
    booked_on, amount_minor (nothing: it is used up) and currency.
    """
    return sql.Rows(*rows.into(sql.load("tallystick.accounts", "source_credits.sql", "judge"), {}))
