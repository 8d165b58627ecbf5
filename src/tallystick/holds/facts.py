"""Words about holds for conditions."""

import itertools

from tallystick.holds import rules
from tallystick.kernel import sql
from tallystick.kernel.facts import Column, Fact, FactType, Source

#: The table of reasons as SQL rows: reason, weight, whether it stops contact, whether it stops enforcement.
_STOPS = ", ".join(
    f"('{reason.value}', {weight}, {rules.Activity.CONTACT in stopped}, {rules.Activity.ENFORCE in stopped})"
    for weight, (reason, stopped) in enumerate(rules.STOPS.items())
)

#: The weightiest reason alone is in the book. Only where it hides others is the table asked, for that account: the offset keeps
#: the planner from reading all holds instead.
_HIDDEN = """ OR book.holds_standing > 1 AND book.holds_reason IN ({weightier}) AND EXISTS (
    SELECT FROM holds_hold AS hold WHERE hold.account_id = book.account_id AND hold.ended_at IS NULL
    AND hold.item_id IS NULL AND hold.reason = '{reason}'
    AND hold.from_on <= {day} AND (hold.until_on IS NULL OR hold.until_on > {day}) OFFSET 0
)"""


def _held_for(reason: rules.Reason) -> str:
    """Write whether one of the holds in force has a reason."""
    weightier = ", ".join(
        f"'{each.value}'" for each in itertools.takewhile(lambda each: each is not reason, rules.STOPS)
    )
    hidden = sql.fill(_HIDDEN, weightier=weightier, reason=reason.value) if weightier else ""
    return f"coalesce(book.holds_until_on > {{day}}, false) AND (book.holds_reason = '{reason.value}'{hidden})"


SOURCES = (
    Source(
        "holds",
        sql.fill(sql.load("tallystick.holds", "holds.sql", "facts"), stops=_STOPS),
        (
            Column("holds_until_on", "date"),
            Column("holds_reason", "text"),
            Column("holds_since_on", "date"),
            Column("holds_standing", "smallint", "0"),
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
    Fact(
        "holds.since_on",
        FactType.DATE,
        "day",
        "The day the longest of the holds in force began; unknown while there is none.",
        "CASE WHEN book.holds_until_on > {day} THEN book.holds_since_on END",
    ),
    Fact(
        "holds.days_held",
        FactType.NUMBER,
        "days",
        "Days since the longest of the holds in force began; unknown while there is none.",
        "CASE WHEN book.holds_until_on > {day} THEN {day} - book.holds_since_on END",
    ),
    Fact(
        "holds.days_left",
        FactType.NUMBER,
        "days",
        "Days until the account is free of holds; unknown while there is none, or one without an end.",
        """CASE WHEN book.holds_until_on > {day} AND book.holds_until_on < DATE '9999-12-31'
 THEN book.holds_until_on - {day} END""",
    ),
    Fact(
        "holds.standing",
        FactType.NUMBER,
        "holds",
        "Holds that are in force on the account.",
        "book.holds_standing",
    ),
    Fact(
        "holds.is_vulnerable",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the account is held because the customer is vulnerable, alone or beside other reasons.",
        _held_for(rules.Reason.VULNERABILITY),
    ),
    Fact(
        "holds.is_in_breathing_space",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the account is held by a breathing space, alone or beside other reasons.",
        _held_for(rules.Reason.BREATHING_SPACE),
    ),
    Fact(
        "holds.is_insolvent",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the account is held because the debtor is insolvent, alone or beside other reasons.",
        _held_for(rules.Reason.INSOLVENCY),
    ),
)
