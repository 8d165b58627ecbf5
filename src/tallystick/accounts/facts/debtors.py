"""Words about the debtor: who it is, where it lives, how it can be reached, and what else it owes.

They are asked of the debtor's own rows, by the party that the book names. What a debtor owes on other accounts is therefore right
whenever an account is looked at, and no payment has to bring a hundred sibling accounts up to date. Only accounts of the same
client and currency count: what a debtor owes to one creditor is nothing for another to act on.
"""

from __future__ import annotations

from tallystick.accounts.facts.items import CHASED
from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, FactType, foremost
from tallystick.parties.rules import ContactKind, ContactState

_MONEY = "minor units of the account's currency"

_OF_DEBTOR = "account.party_id = book.party_id"
_OF_GROUP = """account.party_id IN (
     SELECT member.id FROM parties_party AS party JOIN parties_party AS member ON member.group_id = party.group_id
     WHERE party.id = book.party_id
 )"""
_KNOWN = "(SELECT party.group_id FROM parties_party AS party WHERE party.id = book.party_id) IS NOT NULL"

_BALANCE = """
(SELECT coalesce(sum(coalesce(owed.open_minor, 0) - account.on_account_minor), 0)::bigint
 FROM accounts_account AS account
 LEFT JOIN LATERAL (
     SELECT sum(item.open_minor) AS open_minor FROM accounts_item AS item
     WHERE item.account_id = account.id AND item.open_minor > 0
 ) AS owed ON true
 WHERE {whose}
 AND account.client_id = book.client_id AND account.currency = book.currency)
"""

_OVERDUE = """
(SELECT coalesce(sum({chased}), 0)::bigint
 FROM accounts_account AS account
 JOIN accounts_item AS item ON item.account_id = account.id AND item.open_minor > 0 AND item.due_on < {day}
 WHERE {whose}
 AND account.client_id = book.client_id AND account.currency = book.currency)
"""

_OLDEST = """
{day} - (SELECT min(item.due_on)
 FROM accounts_account AS account
 JOIN accounts_item AS item ON item.account_id = account.id AND {chased} > 0
 WHERE {whose} AND account.client_id = book.client_id)
"""

_ACCOUNTS = """
(SELECT count(*)::integer FROM accounts_account AS account
 WHERE {whose} AND account.client_id = book.client_id AND account.state = 'open')
"""

_ADDRESS = """
(SELECT {what} FROM parties_address AS address WHERE address.party_id = book.party_id AND address.until_on IS NULL)
"""

_BRITISH = "CASE WHEN address.country = 'GB' THEN substring(address.postcode_key FROM '{part}') END"

_PARTY = """
(SELECT {what} FROM parties_party AS party WHERE party.id = book.party_id)
"""

_HAS_POINT = """
EXISTS (SELECT FROM parties_contact_point AS point WHERE point.party_id = book.party_id AND {which})
"""

_PREFERRED = """
(SELECT {what} FROM parties_contact_point AS point WHERE point.party_id = book.party_id AND point.preferred)
"""


_CHASED = sql.fill(CHASED, on="{day}")


def _of(whose: str, text: str) -> str:
    return sql.fill(text, whose=whose).strip()


def _of_group(text: str) -> str:
    return f"CASE WHEN {_KNOWN} THEN {_of(_OF_GROUP, text)} END"


def _address(what: str) -> str:
    return sql.fill(_ADDRESS, what=what).strip()


def _party(what: str) -> str:
    return sql.fill(_PARTY, what=what).strip()


def _has_point(which: str) -> str:
    return sql.fill(_HAS_POINT, which=which).strip()


_OWED = (
    Fact(
        "parties.debtor_accounts",
        FactType.NUMBER,
        "accounts",
        "Open accounts that the debtor has with this client, this one included.",
        _of(_OF_DEBTOR, _ACCOUNTS),
    ),
    Fact(
        "parties.debtor_balance",
        FactType.MONEY,
        _MONEY,
        "What the debtor owes this client on all accounts of this currency, less money on account.",
        _of(_OF_DEBTOR, _BALANCE),
    ),
    Fact(
        "parties.debtor_overdue",
        FactType.MONEY,
        _MONEY,
        "What is overdue and not on hold on all accounts of this currency that the debtor has with this client.",
        _of(_OF_DEBTOR, sql.fill(_OVERDUE, chased=_CHASED)),
    ),
    Fact(
        "parties.debtor_days_past_due",
        FactType.NUMBER,
        "days",
        "Days since the oldest open item of the debtor with this client fell due that is not on hold, on any account; "
        "unknown without one.",
        _of(_OF_DEBTOR, sql.fill(_OLDEST, chased=_CHASED)),
    ),
    Fact(
        "parties.group",
        FactType.TEXT,
        "name",
        "Name of the commercial group that the debtor belongs to; unknown without one.",
        """(SELECT family.name FROM parties_party AS party JOIN parties_group AS family ON family.id = party.group_id
 WHERE party.id = book.party_id)""",
    ),
    Fact(
        "parties.group_accounts",
        FactType.NUMBER,
        "accounts",
        "Open accounts that the debtor's group has with this client; unknown without a group.",
        _of_group(_ACCOUNTS),
    ),
    Fact(
        "parties.group_balance",
        FactType.MONEY,
        _MONEY,
        "What the debtor's group owes this client on all accounts of this currency; unknown without a group.",
        _of_group(_BALANCE),
    ),
    Fact(
        "parties.group_overdue",
        FactType.MONEY,
        _MONEY,
        "What is overdue and not on hold on all accounts of this currency that the debtor's group has with this client; "
        "unknown without a group.",
        _of_group(sql.fill(_OVERDUE, chased=_CHASED)),
    ),
)

_WHO = (
    Fact(
        "parties.has_company_number",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a company number of the debtor is known.",
        _party("party.company_number <> ''"),
    ),
    Fact(
        "parties.age_years",
        FactType.NUMBER,
        "years",
        "Age of the debtor in whole years; unknown without a day of birth.",
        _party("extract(year FROM age({day}, party.born_on))::integer"),
    ),
    Fact(
        "parties.postcode_area",
        FactType.TEXT,
        "letters",
        "Letters that a British postcode of the current address begins with, such as LS; unknown without one.",
        _address(sql.fill(_BRITISH, part="^[A-Z]{1,2}(?=[0-9])")),
    ),
    Fact(
        "parties.postcode_district",
        FactType.TEXT,
        "postcode",
        "First half of a British postcode of the current address, such as LS6; unknown without one.",
        _address(sql.fill(_BRITISH, part="^([A-Z]{1,2}[0-9][0-9A-Z]?)[0-9][A-Z]{2}$")),
    ),
    Fact(
        "parties.town",
        FactType.TEXT,
        "name",
        "Town of the current address, as it is written there; unknown without one.",
        _address("nullif(address.town, '')"),
    ),
    Fact(
        "parties.address_state",
        FactType.TEXT,
        "word",
        "What is known of the current address; unknown without one.",
        _address("address.state"),
        choices=tuple(state.value for state in ContactState),
    ),
    Fact(
        "parties.days_at_address",
        FactType.NUMBER,
        "days",
        "Days since the current address holds; unknown without one.",
        _address("{day} - address.from_on"),
    ),
    Fact(
        "parties.has_bad_email",
        FactType.BOOLEAN,
        "yes or no",
        "Whether an e-mail address of the debtor is known not to work.",
        _has_point("point.kind = 'email' AND point.state = 'bad'"),
    ),
    Fact(
        "parties.has_bad_number",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a telephone number of the debtor is known not to work.",
        _has_point("point.kind IN ('mobile', 'phone') AND point.state = 'bad'"),
    ),
    Fact(
        "parties.has_refused",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the debtor refused to be reached at one of the addresses or numbers that are known.",
        _has_point("NOT point.consent"),
    ),
    Fact(
        "parties.preferred_way",
        FactType.TEXT,
        "word",
        "Kind of the address or number that the debtor prefers, the newest where there are several; unknown without one.",
        sql.fill(_PREFERRED, what=foremost("point.kind", by="point.id DESC")).strip(),
        choices=tuple(kind.value for kind in ContactKind),
    ),
)

FACTS = (*_OWED, *_WHO)
