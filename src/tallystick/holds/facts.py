"""Words about holds for conditions."""

from tallystick.holds import rules
from tallystick.kernel import sql
from tallystick.kernel.facts import Column, Fact, FactType, Source

#: The table of reasons as SQL rows: reason, weight, whether it stops contact, whether it stops enforcement.
_STOPS = ", ".join(
    f"('{reason.value}', {weight}, {rules.Activity.CONTACT in stopped}, {rules.Activity.ENFORCE in stopped})"
    for weight, (reason, stopped) in enumerate(rules.STOPS.items())
)

SOURCES = (
    Source(
        "holds",
        sql.fill(sql.load("tallystick.holds", "holds.sql", "facts"), stops=_STOPS),
        (
            Column("holds_until_on", "date"),
            Column("holds_reason", "text"),
            Column("holds_stops_contact", "boolean", "false"),
            Column("holds_stops_enforcement", "boolean", "false"),
            Column("holds_stale_on", "date"),
        ),
    ),
    Source(
        "pauses",
        sql.load("tallystick.holds", "holds.sql", "pauses"),
        (
            Column("holds_paused", "boolean", "false"),
            Column("holds_paused_days", "integer", "0"),
            Column("pauses_stale_on", "date"),
        ),
    ),
)

FACTS = (
    Fact(
        "holds.active",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a hold is in force on the account.",
        "coalesce(book.holds_until_on > {day}, false)",
    ),
    Fact(
        "holds.reason",
        FactType.TEXT,
        "word",
        "The weightiest reason for which the account is held; null while it is not.",
        "CASE WHEN book.holds_until_on > {day} THEN book.holds_reason END",
        choices=tuple(reason.value for reason in rules.STOPS),
    ),
    Fact(
        "holds.until_on",
        FactType.DATE,
        "day",
        "The first day without a hold; null while there is none, or one without an end.",
        "CASE WHEN book.holds_until_on > {day} AND book.holds_until_on < DATE '9999-12-31' THEN book.holds_until_on END",
    ),
    Fact(
        "holds.stops_contact",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a hold forbids messages and calls that ask for money.",
        "book.holds_stops_contact",
    ),
    Fact(
        "holds.stops_enforcement",
        FactType.BOOLEAN,
        "yes or no",
        "Whether a hold forbids legal steps, placing with agents and stopping a service.",
        "book.holds_stops_enforcement",
    ),
    Fact(
        "holds.paused",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the account is paused: its strategy makes no step, and its delays stand still.",
        "book.holds_paused",
    ),
    Fact(
        "holds.paused_days",
        FactType.NUMBER,
        "days",
        "Days before today on which the account was paused.",
        "book.holds_paused_days",
    ),
)
