"""Words about accounts, their items and their debtors that strategies may use."""

from __future__ import annotations

from tallystick.accounts.facts import debtors, items
from tallystick.accounts.rules import AccountState
from tallystick.kernel.facts import Column, Fact, FactType, Key, Source

_MONEY = "minor units of the account's currency"

#: Every account has a row of it: the other sources are joined to this one.
ACCOUNT = Source(
    name="account",
    sql="""
    SELECT account_id, party_id, client_id::integer AS client_id, portfolio_id::integer AS portfolio_id,
           currency::text AS currency, opened_on, state = 'open' AS is_open, is_house, on_account_minor
    FROM (SELECT *, id AS account_id FROM accounts_account) AS account
    WHERE {scope}
    """,
    columns=(
        Column("client_id", "integer", "0"),
        Column("portfolio_id", "integer", "0"),
        Column("party_id", "bigint", "0"),
        Column("currency", "text", "''"),
        Column("opened_on", "date"),
        Column("is_open", "boolean", "false"),
        Column("is_house", "boolean", "false"),
        Column("on_account_minor", "bigint", "0"),
    ),
)

SOURCES = (
    ACCOUNT,
    items.SOURCE,
    Source(
        name="party",
        sql="""
        SELECT party_id, is_company, country, language, emails > 0 AS has_email, mobiles > 0 AS has_mobile,
               mobiles + phones > 0 AS has_phone, addresses > 0 AS has_address
        FROM parties_profile
        WHERE {scope}
        """,
        columns=(
            Column("is_company", "boolean", "false"),
            Column("country", "text", "''"),
            Column("language", "text", "''"),
            Column("has_email", "boolean", "false"),
            Column("has_mobile", "boolean", "false"),
            Column("has_phone", "boolean", "false"),
            Column("has_address", "boolean", "false"),
        ),
        key=Key.PARTY,
        is_common=True,
    ),
)

_STANDING = (
    Fact(
        "accounts.balance",
        FactType.MONEY,
        _MONEY,
        "What is owed on all open items, less money on account.",
        "book.open_minor - book.on_account_minor",
    ),
    Fact(
        "accounts.overdue",
        FactType.MONEY,
        _MONEY,
        "What is open on items whose due day has passed, less what is on hold.",
        "book.overdue_minor",
    ),
    Fact(
        "accounts.not_due",
        FactType.MONEY,
        _MONEY,
        "What is open on items that are not overdue yet, less what is on hold.",
        "book.open_minor - book.overdue_minor - coalesce(book.held_minor, 0)",
    ),
    Fact(
        "accounts.on_account",
        FactType.MONEY,
        _MONEY,
        "Money that came in and paid no item yet.",
        "book.on_account_minor",
    ),
    Fact(
        "accounts.largest_item",
        FactType.MONEY,
        _MONEY,
        "What is open on the largest open item, less what is on hold.",
        "book.largest_item_minor",
    ),
    Fact(
        "accounts.days_past_due",
        FactType.NUMBER,
        "days",
        "Days since the oldest open item fell due that is not on hold; negative before it does, unknown without one.",
        "{day} - book.oldest_due_on",
    ),
    Fact(
        "accounts.oldest_due_on",
        FactType.DATE,
        "day",
        "Due day of the oldest open item that is not on hold; unknown without one.",
        "book.oldest_due_on",
    ),
    Fact(
        "accounts.open_items",
        FactType.NUMBER,
        "items",
        "Items on which something is open that is not on hold.",
        "book.open_items",
    ),
    Fact(
        "accounts.overdue_items",
        FactType.NUMBER,
        "items",
        "Open items whose due day has passed, and that are not on hold.",
        "book.overdue_items",
    ),
    Fact(
        "accounts.age_days",
        FactType.NUMBER,
        "days",
        "Days since the account was opened.",
        "{day} - book.opened_on",
    ),
    Fact(
        "accounts.currency",
        FactType.TEXT,
        "ISO 4217 code",
        "Currency of the account.",
        "book.currency",
    ),
    Fact(
        "accounts.client",
        FactType.TEXT,
        "code",
        "Code of the client.",
        "(SELECT code FROM accounts_client WHERE id = book.client_id)",
    ),
    Fact(
        "accounts.portfolio",
        FactType.TEXT,
        "code",
        "Code of the portfolio.",
        "(SELECT code FROM accounts_portfolio WHERE id = book.portfolio_id)",
    ),
    Fact(
        "accounts.state",
        FactType.TEXT,
        "word",
        "Where the account is in its life.",
        "CASE WHEN book.is_open THEN 'open' ELSE 'closed' END",
        choices=tuple(state.value for state in AccountState),
    ),
    Fact(
        "parties.kind",
        FactType.TEXT,
        "word",
        "Whether the debtor is a person or a company.",
        "CASE WHEN book.is_company THEN 'company' ELSE 'person' END",
        choices=("person", "company"),
    ),
    Fact("parties.country", FactType.TEXT, "ISO 3166 code", "Country of the debtor.", "book.country"),
    Fact("parties.language", FactType.TEXT, "IETF tag", "Language of the debtor.", "book.language"),
    Fact(
        "parties.has_email",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the debtor has an e-mail address that works and that we may use.",
        "book.has_email",
    ),
    Fact(
        "parties.has_mobile",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the debtor has a mobile number that works and that we may use.",
        "book.has_mobile",
    ),
    Fact(
        "parties.has_phone",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the debtor has any telephone number that works and that we may use.",
        "book.has_phone",
    ),
    Fact(
        "parties.has_address",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the debtor has a postal address that works.",
        "book.has_address",
    ),
)

FACTS = (*_STANDING, *items.FACTS, *debtors.FACTS)
