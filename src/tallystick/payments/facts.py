"""Words about payments that strategies may use. A payment that was taken back counts only among the bounced ones."""

from __future__ import annotations

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, Column, Fact, FactType, History, Measure, Source
from tallystick.payments.rules.states import Method

_MONEY = "minor units of the account's currency"

#: One order for all that is asked of an account's payments: they are sorted once.
_IN_ORDER = "ORDER BY booked_on, id"

SOURCES = (
    Source(
        name="payments",
        sql=sql.fill(
            """
        SELECT account_id, max(booked_on) AS paid_last_on,
               (array_agg(amount_minor {in_order}))[count(*)] AS paid_last_minor,
               accounts_total_minor(amount_minor) AS paid_minor, max(amount_minor) AS paid_largest_minor,
               min(booked_on) AS paid_first_on, (array_agg(method {in_order}))[count(*)] AS paid_method,
               count(*)::integer AS paid_count,
               array_agg(booked_on {in_order}) FILTER (WHERE booked_on > %(day)s::date - {kept}) AS paid_days,
               array_agg(amount_minor {in_order}) FILTER (WHERE booked_on > %(day)s::date - {kept}) AS paid_days_minor
        FROM payments_payment
        WHERE state = 'received' AND {scope}
        GROUP BY account_id
        """,
            in_order=_IN_ORDER,
            kept=str(KEPT_DAYS),
        ),
        columns=(
            Column("paid_last_on", "date"),
            Column("paid_last_minor", "bigint"),
            Column("paid_minor", "bigint", "0"),
            Column("paid_largest_minor", "bigint"),
            Column("paid_first_on", "date"),
            Column("paid_method", "text"),
            Column("paid_count", "integer", "0"),
            Column("paid_days", "date[]"),
            Column("paid_days_minor", "bigint[]"),
        ),
        is_common=True,
    ),
    Source(
        name="bounced",
        sql=sql.fill(
            """
        SELECT account_id, count(*)::integer AS bounced_count, max(reversed_on) AS bounced_last_on,
               array_agg(reversed_on ORDER BY reversed_on, id)
                   FILTER (WHERE reversed_on > %(day)s::date - {kept}) AS bounced_days,
               array_agg(amount_minor ORDER BY reversed_on, id)
                   FILTER (WHERE reversed_on > %(day)s::date - {kept}) AS bounced_days_minor
        FROM payments_payment
        WHERE reversal_reason = 'bounced' AND {scope}
        GROUP BY account_id
        """,
            kept=str(KEPT_DAYS),
        ),
        columns=(
            Column("bounced_count", "integer", "0"),
            Column("bounced_last_on", "date"),
            Column("bounced_days", "date[]"),
            Column("bounced_days_minor", "bigint[]"),
        ),
    ),
)

RECEIVED = History(
    "payments.received",
    "payments received",
    "Payments by the day they were booked, with their amounts; not those taken back since.",
    ("paid_days",),
    ("paid_days_minor",),
)

HISTORIES = (
    RECEIVED,
    History(
        "payments.returned",
        "payments returned",
        "Payments that the bank took back, by the day it did, with their amounts.",
        ("bounced_days",),
        ("bounced_days_minor",),
    ),
)

FACTS = (
    Fact(
        "payments.last_on",
        FactType.DATE,
        "day",
        "Day the latest payment was booked; unknown when there was none.",
        "book.paid_last_on",
    ),
    Fact(
        "payments.days_since_last",
        FactType.NUMBER,
        "days",
        "Days since the latest payment was booked; unknown when there was none.",
        "{day} - book.paid_last_on",
    ),
    Fact(
        "payments.last_amount",
        FactType.MONEY,
        _MONEY,
        "Amount of the latest payment; unknown when there was none.",
        "book.paid_last_minor",
    ),
    Fact("payments.total", FactType.MONEY, _MONEY, "Everything that was ever paid.", "book.paid_minor"),
    Fact("payments.count", FactType.NUMBER, "payments", "How many payments there were.", "book.paid_count"),
    Fact(
        "payments.count_90d",
        FactType.NUMBER,
        "payments",
        "How many payments were booked in the last 90 days, today included.",
        RECEIVED.look(Measure.COUNT, 90),
    ),
    Fact(
        "payments.total_90d",
        FactType.MONEY,
        _MONEY,
        "What was paid in the last 90 days, today included.",
        RECEIVED.look(Measure.SUM, 90),
    ),
    Fact(
        "payments.bounced",
        FactType.NUMBER,
        "payments",
        "How many payments the bank took back.",
        "book.bounced_count",
    ),
    Fact(
        "payments.days_since_bounce",
        FactType.NUMBER,
        "days",
        "Days since the bank last took a payment back; unknown when it never did.",
        "{day} - book.bounced_last_on",
    ),
    Fact(
        "payments.first_on",
        FactType.DATE,
        "day",
        "Day the first payment was booked; unknown when there was none.",
        "book.paid_first_on",
    ),
    Fact(
        "payments.largest_payment",
        FactType.MONEY,
        _MONEY,
        "Amount of the largest payment; unknown when there was none.",
        "book.paid_largest_minor",
    ),
    Fact(
        "payments.average_payment",
        FactType.MONEY,
        _MONEY,
        "Average amount of the payments, to the minor unit below; unknown when there was none.",
        "book.paid_minor / nullif(book.paid_count, 0)",
    ),
    Fact(
        "payments.last_method",
        FactType.TEXT,
        "word",
        "How the latest payment was made; unknown when there was none.",
        "book.paid_method",
        choices=tuple(method.value for method in Method),
    ),
    Fact(
        "payments.days_between",
        FactType.NUMBER,
        "days",
        "Average days from one payment to the next, rounded down; unknown before the second.",
        "(book.paid_last_on - book.paid_first_on) / nullif(book.paid_count - 1, 0)",
    ),
    Fact(
        "payments.paid_share",
        FactType.NUMBER,
        "percent",
        "How much of the original amount was paid, in whole percent, rounded down; unknown before the first item.",
        "book.paid_minor * 100 / nullif(book.charged_minor, 0)",
    ),
    Fact(
        "payments.bounced_amount",
        FactType.MONEY,
        _MONEY,
        "What the payments came to that the bank took back.",
        """CASE WHEN book.bounced_count > 0 THEN (
     SELECT sum(payment.amount_minor)::bigint FROM payments_payment AS payment
     WHERE payment.account_id = book.account_id AND payment.reversal_reason = 'bounced'
 ) ELSE 0 END""",
    ),
)
