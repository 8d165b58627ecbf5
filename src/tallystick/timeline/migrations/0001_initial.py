"""The timeline: month partitions, a default partition for days outside them, seals, and no way to edit either."""

from django.db import migrations, models

TABLES = """
CREATE SEQUENCE timeline_event_id_seq AS bigint;
CREATE TABLE timeline_event (
    id bigint NOT NULL DEFAULT nextval('timeline_event_id_seq'),
    account_id bigint NOT NULL,
    user_id bigint,
    recorded_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    data jsonb NOT NULL
) PARTITION BY RANGE (recorded_at);
CREATE TABLE timeline_event_other PARTITION OF timeline_event DEFAULT;
CREATE INDEX timeline_event_account ON timeline_event (account_id, id);
CREATE INDEX timeline_event_id ON timeline_event USING brin (id) WITH (pages_per_range = 32);

CREATE TABLE timeline_seal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_ids int8multirange NOT NULL,
    events bigint NOT NULL,
    digest bytea NOT NULL,
    sealed_at timestamptz NOT NULL
);

CREATE FUNCTION timeline_open_month(first_day date) RETURNS boolean LANGUAGE plpgsql AS $$
-- Make the partition of one month; false when it stands already or when the default partition holds rows of it.
DECLARE
    leaf text := 'timeline_event_' || to_char(first_day, 'YYYYMM');
    low timestamptz := first_day::timestamp AT TIME ZONE 'UTC';
    high timestamptz := (first_day + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(leaf) IS NOT NULL
        OR EXISTS (SELECT FROM timeline_event_other WHERE recorded_at >= low AND recorded_at < high) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF timeline_event FOR VALUES FROM (%L) TO (%L)', leaf, low, high);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER', leaf);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION kernel_append_only()', leaf);
    RETURN true;
END $$;

CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: rows are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON timeline_event FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON timeline_event EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON timeline_event_other EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON timeline_seal FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON timeline_seal EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON timeline_event, timeline_event_other, timeline_seal FROM CURRENT_USER;
"""

REVERSE = """
DROP TABLE timeline_seal, timeline_event;
DROP SEQUENCE timeline_event_id_seq;
DROP FUNCTION timeline_open_month(date);
DROP FUNCTION kernel_append_only();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(TABLES, REVERSE),
        migrations.CreateModel(
            "Event",
            [
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("happened_on", models.DateField()),
                ("kind", models.TextField()),
                ("actor", models.TextField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("data", models.JSONField()),
            ],
            options={"db_table": "timeline_event", "managed": False},
        ),
        migrations.CreateModel(
            "Seal",
            [
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_ids", models.TextField()),
                ("events", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"db_table": "timeline_seal", "managed": False},
        ),
    ]
