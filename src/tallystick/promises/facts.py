"""Words about promises for conditions."""

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Measure, Source, foremost
from tallystick.promises.rules import State

_MONEY = "minor units of the account's currency"

#: Asked of the promises themselves: what few strategies want, and what came for the open one, of which no event tells.
_PROMISES = """
(SELECT {what} FROM promises_promise AS promise WHERE promise.account_id = book.account_id AND {which})
"""


def _promises(what: str, which: str = "true") -> str:
    return sql.fill(_PROMISES, what=what, which=which).strip()


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
    Fact(
        "promises.days_to_due",
        FactType.NUMBER,
        "days",
        "Days until the open promise is due; 0 on its day and negative after it, unknown without one.",
        "book.promises_due_on - {day}",
    ),
    Fact(
        "promises.paid_so_far",
        FactType.MONEY,
        _MONEY,
        "What came for the open promise so far; unknown without one.",
        _promises("promise.paid_minor", "promise.state = 'open'"),
    ),
    Fact(
        "promises.missing",
        FactType.MONEY,
        _MONEY,
        "What is still missing of the open promise; unknown without one.",
        _promises("greatest(promise.amount_minor - promise.paid_minor, 0)", "promise.state = 'open'"),
    ),
    Fact(
        "promises.open_share",
        FactType.NUMBER,
        "percent",
        "How much of the balance is promised, in whole percent, rounded down; unknown without an open promise or a balance.",
        """CASE WHEN book.promises_due_on IS NOT NULL AND book.open_minor > book.on_account_minor
 THEN book.promises_open_minor * 100 / (book.open_minor - book.on_account_minor) END""",
    ),
    Fact(
        "promises.made_count",
        FactType.NUMBER,
        "promises",
        "Promises that were ever made, the open, replaced and withdrawn ones included.",
        _promises("count(*)::integer"),
    ),
    Fact(
        "promises.last_made_on",
        FactType.DATE,
        "day",
        "The day the last promise was made; unknown before the first.",
        _promises("max(promise.made_on)"),
    ),
    Fact(
        "promises.days_since_made",
        FactType.NUMBER,
        "days",
        "Days since the last promise was made; unknown before the first.",
        _promises("{day} - max(promise.made_on)"),
    ),
    Fact(
        "promises.replaced_count",
        FactType.NUMBER,
        "promises",
        "Promises that a newer one took the place of before they were kept or broken.",
        _promises("count(*)::integer", "promise.state = 'replaced'"),
    ),
    Fact(
        "promises.last_kept_on",
        FactType.DATE,
        "day",
        "The day the last promise that was kept was kept; unknown when none ever was.",
        _promises("max(promise.ended_on)", "promise.state IN ('kept', 'partly_kept')"),
    ),
    Fact(
        "promises.last_result",
        FactType.TEXT,
        "word",
        "What became of the last promise that was kept or broken; unknown before the first.",
        _promises(
            foremost("promise.state", by="promise.id DESC"), "promise.state IN ('kept', 'partly_kept', 'broken')"
        ),
        choices=(State.KEPT.value, State.PARTLY_KEPT.value, State.BROKEN.value),
    ),
    Fact(
        "promises.kept_share",
        FactType.NUMBER,
        "percent",
        "How many of the promises that were kept or broken were kept, in whole percent, rounded down; unknown before the first.",
        "book.promises_kept * 100 / nullif(book.promises_kept + book.promises_broken, 0)",
    ),
)
