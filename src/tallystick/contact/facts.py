"""Words about what was said for conditions."""

from tallystick.contact.rules.words import RIGHT_PARTY, CallOutcome
from tallystick.kernel import sql
from tallystick.kernel.facts import Column, Fact, FactType, Source

_RIGHT_PARTY = "ARRAY[" + ", ".join(f"'{outcome.value}'" for outcome in sorted(RIGHT_PARTY)) + "]"

SOURCES = (
    Source(
        "messages",
        sql.load("tallystick.contact", "facts.sql", "messages"),
        (
            Column("contact_message_on", "date"),
            Column("contact_stale_on", "date"),
            Column("contact_messages_30d", "smallint", "0"),
            Column("contact_suspended", "boolean", "false"),
        ),
    ),
    Source(
        "calls",
        sql.fill(sql.load("tallystick.contact", "facts.sql", "calls"), right_party=_RIGHT_PARTY),
        (
            Column("contact_call_on", "date"),
            Column("contact_right_party_on", "date"),
            Column("contact_attempts", "smallint", "0"),
            Column("contact_call_outcome", "text"),
        ),
    ),
)

FACTS = (
    Fact(
        "contact.days_since_message",
        FactType.NUMBER,
        "days",
        "Days since a message last left for the debtor; unknown before the first.",
        "{day} - book.contact_message_on",
    ),
    Fact(
        "contact.messages_30d",
        FactType.NUMBER,
        "messages",
        "Messages that left for the debtor within the last 30 days.",
        "book.contact_messages_30d",
    ),
    Fact(
        "contact.days_since_call",
        FactType.NUMBER,
        "days",
        "Days since the last call, whoever called; unknown before the first.",
        "{day} - book.contact_call_on",
    ),
    Fact(
        "contact.days_since_right_party",
        FactType.NUMBER,
        "days",
        "Days since somebody last spoke to the right person; unknown before the first time.",
        "{day} - book.contact_right_party_on",
    ),
    Fact(
        "contact.call_attempts",
        FactType.NUMBER,
        "calls",
        "Calls of ours since the right person was last reached, and of all time where it never was.",
        "book.contact_attempts",
    ),
    Fact(
        "contact.last_call_outcome",
        FactType.TEXT,
        "",
        "What came of the last call; unknown before the first.",
        "book.contact_call_outcome",
        choices=tuple(outcome.value for outcome in CallOutcome),
    ),
    Fact(
        "contact.is_suspended",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the creditor's systems were last told to suspend the service, and not to resume it since.",
        "book.contact_suspended",
    ),
)
