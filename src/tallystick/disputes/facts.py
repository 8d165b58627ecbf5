"""Words about disputes for conditions."""

from tallystick.disputes.rules import OUTCOMES, Reason
from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Source, foremost

_MONEY = "minor units of the account's currency"

#: What few strategies want is asked of the disputes themselves.
_DISPUTES = """
(SELECT {what} FROM disputes_dispute AS dispute WHERE dispute.account_id = book.account_id AND {which})
"""


def _disputes(what: str, which: str = "true") -> str:
    return sql.fill(_DISPUTES, what=what, which=which).strip()


#: What is disputed of the account as a whole. What is disputed of an item is not chased, and in no overdue amount.
_OF_ACCOUNT = _disputes(
    "coalesce(sum(dispute.amount_minor), 0)::bigint", "dispute.state = 'open' AND dispute.item_id IS NULL"
)

#: What is disputed and still open, each pound once: of an item, what was paid meanwhile is disputed no longer.
_STILL_OWED = sql.fill(
    """
((SELECT coalesce(sum(least(item.disputed_minor, item.open_minor)), 0)::bigint FROM accounts_item AS item
 WHERE item.account_id = book.account_id AND item.disputed_minor IS NOT NULL) + {of_account})
""",
    of_account=_OF_ACCOUNT,
).strip()

#: Asked of the accounts that dispute anything, which are few.
_WHERE_DISPUTED = "CASE WHEN book.disputes_open > 0 THEN {these} ELSE {all} END"


def _beyond_disputed(of: str, disputed: str) -> str:
    return sql.fill(_WHERE_DISPUTED, these=f"greatest({of} - {disputed}, 0)", all=f"greatest({of}, 0)")


SOURCES = (
    Source(
        "disputes",
        sql.fill(
            """
        SELECT account_id, (count(*) FILTER (WHERE state = 'open'))::smallint AS disputes_open,
               (sum(amount_minor) FILTER (WHERE state = 'open'))::bigint AS disputes_minor,
               min(raised_on) FILTER (WHERE state = 'open') AS disputes_oldest_on,
               array_agg(raised_on ORDER BY raised_on, id) FILTER (WHERE raised_on > %(day)s::date - {kept})
                   AS disputes_raised_days,
               array_agg(amount_minor ORDER BY raised_on, id) FILTER (WHERE raised_on > %(day)s::date - {kept})
                   AS disputes_raised_minor
        FROM disputes_dispute
        WHERE (state = 'open' OR raised_on > %(day)s::date - {kept}) AND {scope}
        GROUP BY account_id
        """,
            kept=str(KEPT_DAYS),
        ),
        (
            Column("disputes_open", "smallint", "0"),
            Column("disputes_minor", "bigint", "0"),
            Column("disputes_oldest_on", "date"),
            Column("disputes_raised_days", "date[]"),
            Column("disputes_raised_minor", "bigint[]"),
        ),
    ),
)

HISTORIES = (
    History(
        "disputes.raised",
        "disputes raised",
        "Disputes by the day they were raised, with what was disputed; decided ones too.",
        ("disputes_raised_days",),
        ("disputes_raised_minor",),
    ),
)

FACTS = (
    Fact(
        "disputes.open_count", FactType.NUMBER, "disputes", "Disputes that are not decided yet.", "book.disputes_open"
    ),
    Fact(
        "disputes.open_amount",
        FactType.MONEY,
        _MONEY,
        "What is disputed and not decided yet.",
        "book.disputes_minor",
    ),
    Fact(
        "disputes.days_open",
        FactType.NUMBER,
        "days",
        "Days since the oldest open dispute was raised; unknown without one.",
        "{day} - book.disputes_oldest_on",
    ),
    Fact(
        "disputes.undisputed_overdue",
        FactType.MONEY,
        _MONEY,
        "What is overdue beyond what is disputed or on hold: what may go on being collected.",
        _beyond_disputed("book.overdue_minor", _OF_ACCOUNT),
    ),
    Fact(
        "disputes.undisputed_balance",
        FactType.MONEY,
        _MONEY,
        "What is owed beyond what is disputed, less money on account; never less than nothing.",
        _beyond_disputed("book.open_minor - book.on_account_minor", _STILL_OWED),
    ),
    Fact(
        "disputes.disputed_share",
        FactType.NUMBER,
        "percent",
        "How much of what is open is disputed, in whole percent, rounded down; unknown when nothing is open.",
        sql.fill(
            _WHERE_DISPUTED,
            these=f"least({_STILL_OWED}, book.open_minor) * 100 / nullif(book.open_minor, 0)",
            all="0 / nullif(book.open_minor, 0)",
        ),
    ),
    Fact(
        "disputes.oldest_reason",
        FactType.TEXT,
        "word",
        "Why the oldest open dispute was raised; unknown without one.",
        _disputes(foremost("dispute.reason", by="dispute.raised_on, dispute.id"), "dispute.state = 'open'"),
        choices=tuple(reason.value for reason in Reason),
    ),
    Fact(
        "disputes.raised_on",
        FactType.DATE,
        "day",
        "The day the oldest open dispute was raised; unknown without one.",
        "book.disputes_oldest_on",
    ),
    Fact(
        "disputes.raised_count",
        FactType.NUMBER,
        "disputes",
        "Disputes that were ever raised, the open ones included.",
        _disputes("count(*)::integer"),
    ),
    Fact(
        "disputes.upheld_count",
        FactType.NUMBER,
        "disputes",
        "Disputes that were decided for the debtor.",
        _disputes("count(*)::integer", "dispute.state = 'upheld'"),
    ),
    Fact(
        "disputes.rejected_count",
        FactType.NUMBER,
        "disputes",
        "Disputes that were decided against the debtor.",
        _disputes("count(*)::integer", "dispute.state = 'rejected'"),
    ),
    Fact(
        "disputes.last_decision",
        FactType.TEXT,
        "word",
        "How the dispute that ended last ended; unknown before the first.",
        _disputes(foremost("dispute.state", by="dispute.resolved_at DESC, dispute.id DESC"), "dispute.state <> 'open'"),
        choices=tuple(state.value for state in OUTCOMES),
    ),
    Fact(
        "disputes.days_since_resolved",
        FactType.NUMBER,
        "days",
        "Days since a dispute last ended; unknown before the first.",
        _disputes("{day} - max(dispute.resolved_on)"),
    ),
    Fact(
        "disputes.credited_amount",
        FactType.MONEY,
        _MONEY,
        "What disputes that were upheld credited.",
        _disputes("coalesce(sum(dispute.credited_minor), 0)::bigint"),
    ),
)
