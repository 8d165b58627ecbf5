"""Words about disputes for conditions."""

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Source

_MONEY = "minor units of the account's currency"

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
        "What is overdue beyond what is disputed: what may go on being collected.",
        "greatest(book.overdue_minor - book.disputes_minor, 0)",
    ),
)
