"""Days on which things happened, for looks back over a window; what was counted for one window each goes."""

from django.db import migrations

COLUMNS = {
    "contact_email_days": "date[]",
    "contact_letter_days": "date[]",
    "contact_sms_days": "date[]",
    "contact_calls_out_days": "date[]",
    "contact_calls_in_days": "date[]",
    "contact_right_party_days": "date[]",
    "promises_made_days": "date[]",
    "promises_kept_days": "date[]",
    "promises_broken_days": "date[]",
    "paid_days": "date[]",
    "paid_days_minor": "bigint[]",
    "bounced_days": "date[]",
    "bounced_days_minor": "bigint[]",
    "disputes_raised_days": "date[]",
    "disputes_raised_minor": "bigint[]",
    "tasks_done_days": "date[]",
}
COUNTED = {
    "paid_90d_minor": "bigint NOT NULL DEFAULT 0",
    "paid_count_90d": "integer NOT NULL DEFAULT 0",
    "paid_stale_on": "date",
    "promises_broken_90d": "smallint NOT NULL DEFAULT 0",
    "promises_stale_on": "date",
    "contact_messages_30d": "smallint NOT NULL DEFAULT 0",
    "contact_stale_on": "date",
}

# A book that stands already is filled from the record, as the sources of the rooms would: the last 400 days.
FILL = """
UPDATE strategy_book AS book
SET contact_email_days = fresh.email, contact_letter_days = fresh.letter, contact_sms_days = fresh.sms
FROM (
    SELECT account_id, array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'email') AS email,
           array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'letter') AS letter,
           array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'sms') AS sms
    FROM (
        SELECT message.account_id, message.channel, (message.sent_at AT TIME ZONE client.time_zone)::date AS sent_on
        FROM contact_message AS message
        JOIN accounts_client AS client ON client.id = message.client_id
        WHERE message.state IN ('queued', 'sending', 'sent') AND message.channel IN ('email', 'letter', 'sms')
    ) AS message
    WHERE sent_on > current_date - 400
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;

UPDATE strategy_book AS book
SET contact_calls_out_days = fresh.out, contact_calls_in_days = fresh.into, contact_right_party_days = fresh.right_party
FROM (
    SELECT account_id, array_agg(called_on ORDER BY called_on) FILTER (WHERE direction = 'out') AS out,
           array_agg(called_on ORDER BY called_on) FILTER (WHERE direction = 'in') AS into,
           array_agg(called_on ORDER BY called_on) FILTER (
               WHERE outcome IN ('promise', 'paid', 'dispute', 'refuses', 'hardship', 'callback', 'informed')
           ) AS right_party
    FROM (
        SELECT call.account_id, call.direction, call.outcome, (call.called_at AT TIME ZONE client.time_zone)::date AS called_on
        FROM contact_call AS call
        JOIN accounts_account AS account ON account.id = call.account_id
        JOIN accounts_client AS client ON client.id = account.client_id
    ) AS call
    WHERE called_on > current_date - 400
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;

UPDATE strategy_book AS book
SET promises_made_days = fresh.made, promises_kept_days = fresh.kept, promises_broken_days = fresh.broken
FROM (
    SELECT account_id,
           array_agg(made_on ORDER BY made_on) FILTER (WHERE state <> 'withdrawn' AND made_on > current_date - 400) AS made,
           array_agg(ended_on ORDER BY ended_on) FILTER (
               WHERE state IN ('kept', 'partly_kept') AND ended_on > current_date - 400
           ) AS kept,
           array_agg(ended_on ORDER BY ended_on) FILTER (WHERE state = 'broken' AND ended_on > current_date - 400) AS broken
    FROM promises_promise
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;

UPDATE strategy_book AS book
SET paid_days = fresh.paid, paid_days_minor = fresh.paid_minor, bounced_days = fresh.bounced, bounced_days_minor = fresh.bounced_minor
FROM (
    SELECT account_id,
           array_agg(booked_on ORDER BY booked_on, id) FILTER (
               WHERE state = 'received' AND booked_on > current_date - 400
           ) AS paid,
           array_agg(amount_minor ORDER BY booked_on, id) FILTER (
               WHERE state = 'received' AND booked_on > current_date - 400
           ) AS paid_minor,
           array_agg(reversed_on ORDER BY reversed_on, id) FILTER (
               WHERE reversal_reason = 'bounced' AND reversed_on > current_date - 400
           ) AS bounced,
           array_agg(amount_minor ORDER BY reversed_on, id) FILTER (
               WHERE reversal_reason = 'bounced' AND reversed_on > current_date - 400
           ) AS bounced_minor
    FROM payments_payment
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;

UPDATE strategy_book AS book
SET disputes_raised_days = fresh.raised, disputes_raised_minor = fresh.raised_minor
FROM (
    SELECT account_id, array_agg(raised_on ORDER BY raised_on, id) AS raised,
           array_agg(amount_minor ORDER BY raised_on, id) AS raised_minor
    FROM disputes_dispute
    WHERE raised_on > current_date - 400
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;

UPDATE strategy_book AS book
SET tasks_done_days = fresh.done
FROM (
    SELECT account_id, array_agg(done_on ORDER BY done_on) AS done
    FROM (
        SELECT item.account_id, (item.done_at AT TIME ZONE client.time_zone)::date AS done_on
        FROM worklists_work_item AS item
        JOIN accounts_client AS client ON client.id = item.client_id
        WHERE item.state = 'done'
    ) AS item
    WHERE done_on > current_date - 400
    GROUP BY account_id
) AS fresh
WHERE book.account_id = fresh.account_id;
"""

_ADDED = ", ".join(f"ADD COLUMN {name} {type_}" for name, type_ in COLUMNS.items())
_DROPPED = ", ".join(f"DROP COLUMN {name}" for name in COUNTED)
_UNADDED = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)
_UNDROPPED = ", ".join(f"ADD COLUMN {name} {type_}" for name, type_ in COUNTED.items())


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0001_initial"),
        ("contact", "0001_initial"),
        ("promises", "0001_initial"),
        ("payments", "0003_saved_columns"),
        ("disputes", "0001_initial"),
        ("worklists", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE strategy_book {_DROPPED}, {_ADDED}",
            # What was counted is counted anew by `tallystick run --rebuild`.
            f"ALTER TABLE strategy_book {_UNADDED}, {_UNDROPPED}",
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
