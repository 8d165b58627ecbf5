"""Words about promises for conditions."""

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Measure, Source

_MONEY = "minor units of the account's currency"

SOURCES = (
    Source(
        "promises",
        sql.fill(sql.load("tallystick.promises", "judgement.sql", "facts"), kept=str(KEPT_DAYS)),
        (
            Column("promises_open_minor", "bigint", "0"),
            Column("promises_due_on", "date"),
            Column("promises_broken", "smallint", "0"),
            Column("promises_in_a_row", "smallint", "0"),
            Column("promises_kept", "smallint", "0"),
            Column("promises_last_broken_on", "date"),
            Column("promises_run_balance_minor", "bigint"),
            Column("promises_made_days", "date[]"),
            Column("promises_kept_days", "date[]"),
            Column("promises_broken_days", "date[]"),
        ),
    ),
)

BROKEN = History(
    "promises.broken",
    "promises broken",
    "Promises that were broken, by the day on which their grace ran out.",
    ("promises_broken_days",),
)

HISTORIES = (
    History(
        "promises.made",
        "promises made",
        "Promises to pay, by the day they were made; not those withdrawn.",
        ("promises_made_days",),
    ),
    History(
        "promises.kept",
        "promises kept",
        "Promises that were kept, wholly or in part, by the day the money was there or grace ran out.",
        ("promises_kept_days",),
    ),
    BROKEN,
)

FACTS = (
    Fact(
        "promises.is_open",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a promise to pay is open.",
        "book.promises_due_on IS NOT NULL",
    ),
    Fact(
        "promises.open_amount",
        FactType.MONEY,
        _MONEY,
        "What the open promise is for; nothing without one.",
        "coalesce(book.promises_open_minor, 0)",
    ),
    Fact(
        "promises.due_on",
        FactType.DATE,
        "day",
        "The day the open promise is for; unknown without one.",
        "book.promises_due_on",
    ),
    Fact(
        "promises.broken_count",
        FactType.NUMBER,
        "promises",
        "Promises that were broken, ever.",
        "book.promises_broken",
    ),
    Fact(
        "promises.broken_90d",
        FactType.NUMBER,
        "promises",
        "Promises that were broken within the last 90 days.",
        BROKEN.look(Measure.COUNT, 90),
    ),
    Fact(
        "promises.broken_in_a_row",
        FactType.NUMBER,
        "promises",
        "Promises that were broken since one was last kept.",
        "book.promises_in_a_row",
    ),
    Fact(
        "promises.kept_count",
        FactType.NUMBER,
        "promises",
        "Promises that were kept, wholly or in part.",
        "book.promises_kept",
    ),
    Fact(
        "promises.last_broken_on",
        FactType.DATE,
        "day",
        "The day the last broken promise was broken; unknown when none ever was.",
        "book.promises_last_broken_on",
    ),
    Fact(
        "promises.balance_when_made",
        FactType.MONEY,
        _MONEY,
        "What was owed when the first of the promises broken in a row was made; unknown without one.",
        "book.promises_run_balance_minor",
    ),
    Fact(
        "promises.balance_growth",
        FactType.MONEY,
        _MONEY,
        "How much more is owed now than when the first of the promises broken in a row was made; unknown without one.",
        "book.open_minor - book.on_account_minor - book.promises_run_balance_minor",
    ),
)
