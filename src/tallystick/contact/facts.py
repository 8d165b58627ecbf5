"""Words about what was said for conditions."""

from tallystick.contact.rules.words import RIGHT_PARTY, TO_DEBTOR, CallOutcome, Channel
from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Measure, Source, foremost

_RIGHT_PARTY = "ARRAY[" + ", ".join(f"'{outcome.value}'" for outcome in sorted(RIGHT_PARTY)) + "]"

#: What few strategies want is asked of the messages and calls themselves, by their indexes. Days are the creditor's.
_ZONE = "AT TIME ZONE (SELECT client.time_zone FROM accounts_client AS client WHERE client.id = book.client_id)"
_TO_DEBTOR = ", ".join(f"'{channel.value}'" for channel in TO_DEBTOR)
_MESSAGES = """
(SELECT {what} FROM contact_message AS message WHERE message.account_id = book.account_id AND {which})
"""
_NAME_OF_TEMPLATE = "(SELECT template.name FROM contact_template AS template WHERE template.id = {template})"
_CALLS = """
(SELECT {what} FROM contact_call AS call WHERE call.account_id = book.account_id AND {which})
"""
_COMMAND = "message.command <> '' AND message.state IN ('queued', 'sending', 'sent')"
_SENT = "message.state = 'sent' AND message.channel IN ({channels})"


def _days_since_sent(channel: Channel) -> str:
    return _messages(f"{{day}} - (max(message.sent_at) {_ZONE})::date", sql.fill(_SENT, channels=f"'{channel.value}'"))


def _count_sent(channel: Channel) -> str:
    return _messages("count(*)::integer", sql.fill(_SENT, channels=f"'{channel.value}'"))


def _messages(what: str, which: str) -> str:
    return sql.fill(_MESSAGES, what=what, which=which).strip()


def _calls(what: str, which: str) -> str:
    return sql.fill(_CALLS, what=what, which=which).strip()


def _last_sent(what: str) -> str:
    latest = foremost(what, by="message.sent_at DESC, message.id DESC")
    return _messages(latest, sql.fill(_SENT, channels=_TO_DEBTOR))


def _last_command(what: str) -> str:
    return _messages(foremost(what, by="message.queued_at DESC, message.id DESC"), _COMMAND)


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
        is_common=True,
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
        "word",
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
    Fact(
        "contact.days_since_contact",
        FactType.NUMBER,
        "days",
        "Days since a message last left for the debtor or somebody last called; unknown before the first time.",
        "{day} - greatest(book.contact_message_on, book.contact_call_on)",
    ),
    Fact(
        "contact.last_channel",
        FactType.TEXT,
        "word",
        "Channel of the message that last left for the debtor; unknown before the first.",
        _last_sent("message.channel"),
        choices=tuple(channel.value for channel in TO_DEBTOR),
    ),
    Fact(
        "contact.last_template",
        FactType.TEXT,
        "name",
        "Template of the message that last left for the debtor; unknown before the first.",
        sql.fill(_NAME_OF_TEMPLATE, template=_last_sent("message.template_id")),
    ),
    Fact(
        "contact.days_since_email",
        FactType.NUMBER,
        "days",
        "Days since an e-mail last left for the debtor; unknown before the first.",
        _days_since_sent(Channel.EMAIL),
    ),
    Fact(
        "contact.days_since_letter",
        FactType.NUMBER,
        "days",
        "Days since a letter last left for the debtor; unknown before the first.",
        _days_since_sent(Channel.LETTER),
    ),
    Fact(
        "contact.days_since_sms",
        FactType.NUMBER,
        "days",
        "Days since a text message last left for the debtor; unknown before the first.",
        _days_since_sent(Channel.SMS),
    ),
    Fact(
        "contact.emails_sent",
        FactType.NUMBER,
        "e-mails",
        "E-mails that left for the debtor.",
        _count_sent(Channel.EMAIL),
    ),
    Fact(
        "contact.letters_sent",
        FactType.NUMBER,
        "letters",
        "Letters that left for the debtor.",
        _count_sent(Channel.LETTER),
    ),
    Fact(
        "contact.texts_sent",
        FactType.NUMBER,
        "messages",
        "Text messages that left for the debtor.",
        _count_sent(Channel.SMS),
    ),
    Fact(
        "contact.waiting_messages",
        FactType.NUMBER,
        "messages",
        "Messages to the debtor that wait to leave.",
        _messages("count(*)::integer", f"message.state IN ('queued', 'sending') AND message.channel IN ({_TO_DEBTOR})"),
    ),
    Fact(
        "contact.failed_messages",
        FactType.NUMBER,
        "messages",
        "Messages to the debtor that could not be sent and were not sent again.",
        _messages("count(*)::integer", f"message.state = 'failed' AND message.channel IN ({_TO_DEBTOR})"),
    ),
    Fact(
        "contact.refused_messages",
        FactType.NUMBER,
        "messages",
        "Messages to the debtor that were not sent because we may not.",
        _messages("count(*)::integer", f"message.state = 'refused' AND message.channel IN ({_TO_DEBTOR})"),
    ),
    Fact(
        "contact.calls_made",
        FactType.NUMBER,
        "calls",
        "Calls of ours, whoever answered.",
        _calls("count(*)::integer", "call.direction = 'out'"),
    ),
    Fact(
        "contact.calls_received",
        FactType.NUMBER,
        "calls",
        "Calls that came from the debtor, or from somebody about the account.",
        _calls("count(*)::integer", "call.direction = 'in'"),
    ),
    Fact(
        "contact.days_since_their_call",
        FactType.NUMBER,
        "days",
        "Days since a call last came in; unknown before the first.",
        _calls(f"{{day}} - (max(call.called_at) {_ZONE})::date", "call.direction = 'in'"),
    ),
    Fact(
        "contact.times_reached",
        FactType.NUMBER,
        "calls",
        "Calls in which the right person was spoken to.",
        _calls("count(*)::integer", f"call.outcome = ANY({_RIGHT_PARTY})"),
    ),
    Fact(
        "contact.callback_on",
        FactType.DATE,
        "day",
        "The day on which the last call asked us to call back; unknown where it did not.",
        _calls(foremost(f"(call.callback_at {_ZONE})::date", by="call.called_at DESC, call.id DESC"), "true"),
    ),
    Fact(
        "contact.suspended_on",
        FactType.DATE,
        "day",
        "The day the creditor's systems were told to suspend the service; unknown while it is not suspended.",
        _last_command(f"CASE WHEN message.command = 'suspend' THEN (message.queued_at {_ZONE})::date END"),
    ),
    Fact(
        "contact.days_suspended",
        FactType.NUMBER,
        "days",
        "Days since the creditor's systems were told to suspend the service; unknown while it is not suspended.",
        _last_command(f"CASE WHEN message.command = 'suspend' THEN {{day}} - (message.queued_at {_ZONE})::date END"),
    ),
    Fact(
        "contact.is_command_confirmed",
        FactType.BOOLEAN,
        "yes or no",
        "Whether the creditor's systems said that the last command to suspend or resume was carried out.",
        f"coalesce({_last_command('message.acknowledged_at IS NOT NULL')}, false)",
    ),
)
