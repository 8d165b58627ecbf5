"""Words about an account's place in its strategy. They come from the book itself and need no source."""

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
)
