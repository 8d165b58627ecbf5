"""The digest of an event, which seals are made of, and the partitions of the months to come."""

from django.db import migrations

DIGEST = """
CREATE FUNCTION timeline_digest(event timeline_event) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(jsonb_build_array(
    event.id, event.account_id, event.user_id, (extract(epoch FROM event.recorded_at) * 1000000)::bigint,
    event.happened_on - DATE '2000-01-01', event.kind, event.actor, event.data
)::text, 'UTF8'))
"""
MONTHS = """
SELECT timeline_open_month(month::date)
FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + interval '2 months', '1 month') AS month
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [
        migrations.RunSQL(DIGEST, "DROP FUNCTION timeline_digest(timeline_event)"),
        migrations.RunSQL(MONTHS, migrations.RunSQL.noop),
    ]
