"""Words about what was said for conditions."""

from tallystick.contact.rules.words import RIGHT_PARTY, CallOutcome
from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Measure, Source

_RIGHT_PARTY = "ARRAY[" + ", ".join(f"'{outcome.value}'" for outcome in sorted(RIGHT_PARTY)) + "]"

SOURCES = (
    Source(
        "messages",
        sql.fill(sql.load("tallystick.contact", "facts.sql", "messages"), kept=str(KEPT_DAYS)),
        (
            Column("contact_message_on", "date"),
            Column("contact_suspended", "boolean", "false"),
            Column("contact_email_days", "date[]"),
            Column("contact_letter_days", "date[]"),
            Column("contact_sms_days", "date[]"),
        ),
    ),
    Source(
        "calls",
        sql.fill(sql.load("tallystick.contact", "facts.sql", "calls"), right_party=_RIGHT_PARTY, kept=str(KEPT_DAYS)),
        (
            Column("contact_call_on", "date"),
            Column("contact_right_party_on", "date"),
            Column("contact_attempts", "smallint", "0"),
            Column("contact_call_outcome", "text"),
            Column("contact_calls_out_days", "date[]"),
            Column("contact_calls_in_days", "date[]"),
            Column("contact_right_party_days", "date[]"),
        ),
    ),
)

MESSAGES = History(
    "contact.messages",
    "messages sent",
    "Messages that left for the debtor on any channel, by the day they left.",
    ("contact_email_days", "contact_letter_days", "contact_sms_days"),
)

HISTORIES = (
    MESSAGES,
    History("contact.emails", "e-mails sent", "E-mails to the debtor, by the day they left.", ("contact_email_days",)),
    History(
        "contact.letters", "letters sent", "Letters to the debtor, by the day they left.", ("contact_letter_days",)
    ),
    History(
        "contact.texts",
        "text messages sent",
        "Text messages to the debtor, by the day they left.",
        ("contact_sms_days",),
    ),
    History(
        "contact.calls",
        "calls",
        "Calls, whoever called, by their day.",
        ("contact_calls_out_days", "contact_calls_in_days"),
    ),
    History("contact.our_calls", "calls of ours", "Calls that we made, by their day.", ("contact_calls_out_days",)),
    History("contact.their_calls", "calls to us", "Calls that we received, by their day.", ("contact_calls_in_days",)),
    History(
        "contact.conversations",
        "conversations with the right person",
        "Calls in which somebody spoke to the right person, by their day.",
        ("contact_right_party_days",),
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
        MESSAGES.look(Measure.COUNT, 30),
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
