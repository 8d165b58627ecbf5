"""Words about what was charged, how old it is, and how it is paid.

What is open is kept in the book, and what was ever charged with it: both are read off the same rows. How much is of what age
changes on many days of an item's life; it is asked of the items when a condition wants it, and only where the oldest is that old.

What is on hold is owed, and not chased: it counts in what is open, and in nothing that says how late or how much to chase. What
is disputed of an item is on hold until the dispute is decided.
"""

from __future__ import annotations

from tallystick.accounts.rules import NEVER, SourceCreditKind
from tallystick.kernel import sql
from tallystick.kernel.facts import Column, Fact, FactType, Plain, Source

_MONEY = "minor units of the account's currency"

#: What of an item is chased on a day.
CHASED = """accounts_chased_minor(
 item.open_minor, item.held_minor, item.held_from_on, item.held_until_on, item.disputed_minor, {on})"""

_TOTALS = """
SELECT account_id, accounts_total_minor(open_minor) AS open_minor,
       coalesce(accounts_total_minor({chased}) FILTER (WHERE due_on < %(day)s), 0) AS overdue_minor,
       max({chased}) AS largest_item_minor, min({chased}) FILTER (WHERE {chased} > 0) AS smallest_item_minor,
       min(due_on) FILTER (WHERE {chased} > 0) AS oldest_due_on,
       (count(*) FILTER (WHERE {chased} > 0))::integer AS open_items,
       (count(*) FILTER (WHERE {chased} > 0 AND due_on < %(day)s))::integer AS overdue_items,
       min(due_on) FILTER (WHERE {chased} > 0 AND due_on >= %(day)s) + 1 AS items_stale_on,
       {held},
       count(*)::integer AS items_ever, (count(settled_on))::integer AS items_settled,
       accounts_total_minor(amount_minor) AS charged_minor, max(issued_on) AS last_issued_on,
       max(settled_on - due_on) AS worst_late_days,
       (round(avg(settled_on - due_on) FILTER (WHERE amount_minor > 0)))::integer AS late_days,
       (round(avg(settled_on - issued_on) FILTER (WHERE amount_minor > 0)))::integer AS pay_days
FROM accounts_item AS item
WHERE {scope}
GROUP BY account_id
"""
_HELD = """
accounts_total_minor(open_minor - {chased}) FILTER (WHERE {chased} < open_minor) AS held_minor,
nullif(count(*) FILTER (WHERE {chased} < open_minor), 0)::smallint AS held_items,
min(CASE WHEN held_from_on > %(day)s THEN held_from_on ELSE held_until_on END)
    FILTER (WHERE held_until_on > %(day)s AND open_minor > 0) AS held_stale_on"""
_NOTHING_HELD = "NULL::bigint AS held_minor, NULL::smallint AS held_items, NULL::date AS held_stale_on"
_CHASED_TODAY = sql.fill(CHASED, on="%(day)s::date")

SOURCE = Source(
    name="items",
    sql=sql.fill(_TOTALS, chased=_CHASED_TODAY, held=sql.fill(_HELD, chased=_CHASED_TODAY)),
    # Where nothing is on hold or disputed, all that is open is chased.
    plain=Plain(
        sql=sql.fill(_TOTALS, chased="open_minor", held=_NOTHING_HELD),
        but="""
        SELECT account_id FROM accounts_item WHERE (held_from_on IS NOT NULL OR disputed_minor IS NOT NULL) AND {scope}
        """,
        right=(
            "open_minor",
            "items_ever",
            "items_settled",
            "charged_minor",
            "last_issued_on",
            "worst_late_days",
            "late_days",
            "pay_days",
        ),
    ),
    columns=(
        Column("open_minor", "bigint", "0"),
        Column("overdue_minor", "bigint", "0"),
        Column("largest_item_minor", "bigint", "0"),
        Column("smallest_item_minor", "bigint"),
        Column("oldest_due_on", "date"),
        Column("open_items", "integer", "0"),
        Column("overdue_items", "integer", "0"),
        Column("items_stale_on", "date"),
        Column("held_minor", "bigint"),
        Column("held_items", "smallint"),
        Column("held_stale_on", "date"),
        Column("items_ever", "integer", "0"),
        Column("items_settled", "integer", "0"),
        Column("charged_minor", "bigint", "0"),
        Column("last_issued_on", "date"),
        Column("worst_late_days", "integer"),
        Column("late_days", "integer"),
        Column("pay_days", "integer"),
    ),
    is_common=True,
)

_OVERDUE_OVER = """
CASE WHEN book.oldest_due_on < {day} - {days} THEN (
    SELECT coalesce(sum({chased}), 0)::bigint FROM accounts_item AS item
    WHERE item.account_id = book.account_id AND item.open_minor > 0 AND item.due_on < {day} - {days}
) ELSE 0 END
"""

_OPEN_ON = """
(SELECT sum({chased})::bigint FROM accounts_item AS item
 WHERE item.account_id = book.account_id AND item.open_minor > 0 AND item.due_on = {on})
"""

_HELD_UNTIL = """
CASE WHEN book.held_items > 0 THEN (
    SELECT min(item.held_until_on) FROM accounts_item AS item
    WHERE item.account_id = book.account_id AND item.open_minor > 0
    AND item.held_from_on <= {day} AND item.held_until_on > {day} AND item.held_until_on < DATE '{never}'
    AND {again} > {chased}
) END
"""

_AT_SOURCE = """
(SELECT coalesce(sum(credit.amount_minor), 0)::bigint FROM accounts_source_credit AS credit
 WHERE credit.account_id = book.account_id AND credit.kind = '{kind}'
 AND credit.taken_back_on IS NULL AND credit.item_id IS NULL)
"""


_CHASED = sql.fill(CHASED, on="{day}")


def _open_on(day: str) -> str:
    return sql.fill(_OPEN_ON, chased=_CHASED, on=day).strip()


def _overdue_over(days: int) -> Fact:
    return Fact(
        f"accounts.overdue_over_{days}",
        FactType.MONEY,
        _MONEY,
        f"What is open on items that are more than {days} days past due, less what is on hold.",
        sql.fill(_OVERDUE_OVER, days=str(days), chased=_CHASED).strip(),
    )


FACTS = (
    _overdue_over(30),
    _overdue_over(60),
    _overdue_over(90),
    _overdue_over(180),
    Fact(
        "accounts.overdue_share",
        FactType.NUMBER,
        "percent",
        "How much of what is open and not on hold is overdue, in whole percent, rounded down; unknown when there is nothing.",
        "book.overdue_minor * 100 / nullif(book.open_minor - coalesce(book.held_minor, 0), 0)",
    ),
    Fact(
        "accounts.held",
        FactType.MONEY,
        _MONEY,
        "What is open and on hold, item by item, disputed items with it: it counts in the balance, and is not chased.",
        "coalesce(book.held_minor, 0)",
    ),
    Fact(
        "accounts.held_items",
        FactType.NUMBER,
        "items",
        "Open items that are on hold or disputed, whole or in part.",
        "coalesce(book.held_items, 0)",
    ),
    Fact(
        "accounts.held_until_on",
        FactType.DATE,
        "day",
        "The day on which the first of the items on hold is chased again; unknown while none is known to be.",
        sql.fill(
            _HELD_UNTIL, never=NEVER.isoformat(), chased=_CHASED, again=sql.fill(CHASED, on="item.held_until_on")
        ).strip(),
    ),
    Fact(
        "accounts.oldest_item",
        FactType.MONEY,
        _MONEY,
        "What is open on the oldest item, or on all of that due day, less what is on hold; unknown when there is nothing.",
        _open_on("book.oldest_due_on"),
    ),
    Fact(
        "accounts.smallest_item",
        FactType.MONEY,
        _MONEY,
        "What is open on the smallest open item, less what is on hold; unknown when there is nothing.",
        "book.smallest_item_minor",
    ),
    Fact(
        "accounts.next_due_on",
        FactType.DATE,
        "day",
        "The day, today or later, on which the next item falls due that is not on hold; unknown when none does.",
        "book.items_stale_on - 1",
    ),
    Fact(
        "accounts.days_to_next_due",
        FactType.NUMBER,
        "days",
        "Days until the next item falls due; 0 on its day, unknown when none does.",
        "book.items_stale_on - 1 - {day}",
    ),
    Fact(
        "accounts.next_due_amount",
        FactType.MONEY,
        _MONEY,
        "What falls due on that next day, less what is on hold; unknown when nothing does.",
        _open_on("book.items_stale_on - 1"),
    ),
    Fact(
        "accounts.worst_days_past_due",
        FactType.NUMBER,
        "days",
        "The most days that any item was ever past due: until it was settled, or until today, unless it is on hold. Unknown "
        "before the first item.",
        "CASE WHEN book.items_ever > 0 THEN greatest(book.worst_late_days, {day} - book.oldest_due_on, 0) END",
    ),
    Fact(
        "accounts.days_late",
        FactType.NUMBER,
        "days",
        "How late items are settled on average, in whole days from the due day; negative when early, unknown before the first.",
        "book.late_days",
    ),
    Fact(
        "accounts.days_to_pay",
        FactType.NUMBER,
        "days",
        "How long items take to be settled on average, in whole days from their issue; unknown before the first.",
        "book.pay_days",
    ),
    Fact(
        "accounts.items_ever",
        FactType.NUMBER,
        "items",
        "Items that were ever charged, the settled ones included.",
        "book.items_ever",
    ),
    Fact(
        "accounts.settled_items",
        FactType.NUMBER,
        "items",
        "Items that are settled, by payments, credits or corrections.",
        "book.items_settled",
    ),
    Fact(
        "accounts.last_item_on",
        FactType.DATE,
        "day",
        "Day of issue of the newest item; unknown before the first.",
        "book.last_issued_on",
    ),
    Fact(
        "accounts.days_since_last_item",
        FactType.NUMBER,
        "days",
        "Days since the newest item was issued; unknown before the first.",
        "{day} - book.last_issued_on",
    ),
    Fact(
        "accounts.original_amount",
        FactType.MONEY,
        _MONEY,
        "What all items came to, as corrected, before anything was paid or credited.",
        "book.charged_minor",
    ),
    Fact(
        "accounts.settled_share",
        FactType.NUMBER,
        "percent",
        "How much of the original amount is settled, in whole percent, rounded down; unknown before the first item.",
        "(book.charged_minor - book.open_minor) * 100 / nullif(book.charged_minor, 0)",
    ),
    Fact(
        "accounts.credit_notes",
        FactType.MONEY,
        _MONEY,
        "Credit notes of the client's books that stand.",
        sql.fill(_AT_SOURCE, kind=SourceCreditKind.CREDIT_NOTE).strip(),
    ),
    Fact(
        "accounts.paid_to_client",
        FactType.MONEY,
        _MONEY,
        "Payments that the client's books hold: made to the client, and not to us.",
        sql.fill(_AT_SOURCE, kind=SourceCreditKind.PAYMENT).strip(),
    ),
    Fact(
        "accounts.opened_on",
        FactType.DATE,
        "day",
        "Day the account was opened.",
        "book.opened_on",
    ),
    Fact(
        "accounts.business_unit",
        FactType.TEXT,
        "code",
        "Code of the business unit that looks after the client; unknown when there is none.",
        """(SELECT unit.code FROM accounts_client AS client
 JOIN access_businessunit AS unit ON unit.id = client.business_unit_id WHERE client.id = book.client_id)""",
    ),
)
