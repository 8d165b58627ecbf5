"""Words about an account's place in its strategy. They come from the book itself and need no source.

Decisions are asked by the key that begins with the account, in each month's part: a reader for conditions that few need.
"""

from __future__ import annotations

from tallystick.kernel.facts import Fact, FactType, History, Source

SOURCES: tuple[Source, ...] = ()
HISTORIES: tuple[History, ...] = ()

FACTS = (
    Fact(
        "strategy.days_in_state",
        FactType.NUMBER,
        "days",
        "Days since the account entered its state; unknown outside a strategy.",
        "{day} - book.state_entered_on",
    ),
    Fact(
        "strategy.days_since_step",
        FactType.NUMBER,
        "days",
        "Days since the last step; unknown before the first.",
        "{day} - book.stepped_on",
    ),
    Fact(
        "strategy.next_review_on",
        FactType.DATE,
        "day",
        "The first day on which the next step can fire; unknown when none is waited for.",
        "book.next_review_on",
    ),
    Fact(
        "strategy.strategy_name",
        FactType.TEXT,
        "name",
        "Name of the strategy that treats the account; unknown outside one.",
        """(SELECT strategy.name FROM strategy_version AS version
 JOIN strategy_paper AS strategy ON strategy.id = version.paper_id WHERE version.id = book.version_id)""",
    ),
    Fact(
        "strategy.version_number",
        FactType.NUMBER,
        "",
        "Number of the version of the strategy that the account is in; unknown outside one.",
        "(SELECT version.number FROM strategy_version AS version WHERE version.id = book.version_id)",
    ),
    Fact(
        "strategy.entered_on",
        FactType.DATE,
        "day",
        "The day the account entered its state; unknown outside a strategy.",
        "book.state_entered_on",
    ),
    Fact(
        "strategy.stepped_on",
        FactType.DATE,
        "day",
        "The day of the last step; unknown before the first.",
        "book.stepped_on",
    ),
    Fact(
        "strategy.decisions",
        FactType.NUMBER,
        "decisions",
        "Decisions of strategies about the account so far: steps, answers and moves from state to state.",
        "(SELECT count(*)::integer FROM strategy_decision AS decision WHERE decision.account_id = book.account_id)",
    ),
    Fact(
        "strategy.days_since_decision",
        FactType.NUMBER,
        "days",
        "Days since a strategy last decided something about the account; unknown before the first time.",
        "{day} - (SELECT max(decision.due_on) FROM strategy_decision AS decision WHERE decision.account_id = book.account_id)",
    ),
)
