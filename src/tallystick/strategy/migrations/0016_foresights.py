"""Foresights of a version over days ahead: kept, and never changed once they are finished."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_foresight_chunk
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_foresight_count
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_foresight_chunk EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_foresight_count EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_house_number
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_house_number EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_foresight_chunk, strategy_foresight_count, strategy_house_number FROM CURRENT_USER;
REVOKE DELETE, TRUNCATE ON strategy_foresight FROM CURRENT_USER;

CREATE FUNCTION strategy_foresight_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
-- A foresight is changed once: by being finished.
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'a finished foresight is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes_once BEFORE UPDATE OR DELETE ON strategy_foresight
    FOR EACH ROW EXECUTE FUNCTION strategy_foresight_is_over();

CREATE FUNCTION strategy_foresight_takes_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
-- Nothing is added to a finished foresight.
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT foresight_id FROM added) AS named
        JOIN strategy_foresight AS foresight ON foresight.id = named.foresight_id WHERE foresight.finished_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'nothing is added to a finished foresight' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER takes_no_more AFTER INSERT ON strategy_foresight_chunk REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION strategy_foresight_takes_no_more();
CREATE TRIGGER takes_no_more AFTER INSERT ON strategy_foresight_count REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION strategy_foresight_takes_no_more();
"""
UNKEPT = """
DROP TRIGGER takes_no_more ON strategy_foresight_chunk;
DROP TRIGGER takes_no_more ON strategy_foresight_count;
DROP TRIGGER changes_once ON strategy_foresight;
DROP FUNCTION strategy_foresight_takes_no_more();
DROP FUNCTION strategy_foresight_is_over();
"""


_ACTS = [
    ("drafted", "Kept as a draft"),
    ("rehearsed", "Rehearsed"),
    ("foreseen", "Looked ahead"),
    ("golden", "Golden accounts changed"),
    ("approved", "Approved"),
    ("sent_back", "Sent back"),
    ("planned", "Planned"),
    ("cancelled", "Plan cancelled"),
    ("stopped", "Plan stopped"),
    ("published", "Published"),
    ("replaced", "Replaced"),
    ("rolled_back", "Rolled back"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0015_papers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.TextField(choices=_ACTS),
        ),
        migrations.CreateModel(
            name="Foresight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("first_day", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("assumptions", models.JSONField()),
                ("parts", models.IntegerField()),
                ("chunks", models.SmallIntegerField()),
                ("seed", models.IntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("started_by", models.TextField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("figures", models.TextField(blank=True, default="")),
                (
                    "against",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="strategy.version"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="foresights", to="strategy.version"
                    ),
                ),
            ],
            options={
                "db_table": "strategy_foresight",
            },
        ),
        migrations.CreateModel(
            name="HouseNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=12)),
                ("from_on", models.DateField()),
                ("said_at", models.DateTimeField()),
                ("said_by", models.TextField()),
                ("said_by_id", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "strategy_house_number"},
        ),
        migrations.CreateModel(
            name="ForesightChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "foresight_id", "chunk", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chunk", models.SmallIntegerField()),
                ("marked_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("accounts", models.IntegerField()),
                ("counted", models.IntegerField()),
                (
                    "foresight",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="strategy.foresight",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_foresight_chunk",
            },
        ),
        migrations.CreateModel(
            name="ForesightCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "foresight_id",
                        "chunk",
                        "side",
                        "day",
                        "what",
                        "team_id",
                        "care",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("chunk", models.SmallIntegerField()),
                ("side", models.TextField()),
                ("day", models.DateField()),
                ("what", models.TextField()),
                ("team_id", models.BigIntegerField(default=0)),
                ("care", models.SmallIntegerField(default=0)),
                ("currency", models.TextField(blank=True, default="")),
                ("number", models.BigIntegerField()),
                ("minor", models.BigIntegerField(default=0)),
                (
                    "foresight",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="strategy.foresight",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_foresight_count",
            },
        ),
        migrations.AddConstraint(
            model_name="foresight",
            constraint=models.CheckConstraint(
                condition=models.Q(("chunks__gte", 1), ("parts__gte", models.F("chunks"))),
                name="strategy_foresight_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="foresight",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 90)), name="strategy_foresight_days"
            ),
        ),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
