"""Words about payments that strategies may use. A payment that was taken back counts only among the bounced ones."""

from __future__ import annotations

from tallystick.kernel.facts import Column, Fact, FactType, Source

_MONEY = "minor units of the account's currency"

SOURCES = (
    Source(
        name="payments",
        sql="""
        SELECT account_id, max(booked_on) FILTER (WHERE state = 'received') AS paid_last_on,
               (array_agg(amount_minor ORDER BY booked_on DESC, id DESC) FILTER (WHERE state = 'received'))[1]
                   AS paid_last_minor,
               coalesce(sum(amount_minor) FILTER (WHERE state = 'received'), 0)::bigint AS paid_minor,
               (count(*) FILTER (WHERE state = 'received'))::integer AS paid_count,
               (count(*) FILTER (WHERE state = 'received' AND booked_on > %(day)s::date - 90))::integer
                   AS paid_count_90d,
               coalesce(
                   sum(amount_minor) FILTER (WHERE state = 'received' AND booked_on > %(day)s::date - 90), 0
               )::bigint AS paid_90d_minor,
               min(booked_on) FILTER (WHERE state = 'received' AND booked_on > %(day)s::date - 90) + 90 AS paid_stale_on,
               (count(*) FILTER (WHERE reversal_reason = 'bounced'))::integer AS bounced_count,
               max(reversed_on) FILTER (WHERE reversal_reason = 'bounced') AS bounced_last_on
        FROM payments_payment
        WHERE {scope}
        GROUP BY account_id
        """,
        columns=(
            Column("paid_last_on", "date"),
            Column("paid_last_minor", "bigint"),
            Column("paid_minor", "bigint", "0"),
            Column("paid_count", "integer", "0"),
            Column("paid_count_90d", "integer", "0"),
            Column("paid_90d_minor", "bigint", "0"),
            Column("paid_stale_on", "date"),
            Column("bounced_count", "integer", "0"),
            Column("bounced_last_on", "date"),
        ),
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
        "book.paid_count_90d",
    ),
    Fact(
        "payments.total_90d",
        FactType.MONEY,
        _MONEY,
        "What was paid in the last 90 days, today included.",
        "book.paid_90d_minor",
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
)
