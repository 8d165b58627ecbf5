"""Rehearsals of a version on the whole book: kept, and never changed once they are finished."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_rehearsal_chunk
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_rehearsal_count
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_rehearsal_account
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_rehearsal_chunk EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_rehearsal_count EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_rehearsal_account EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_rehearsal_chunk, strategy_rehearsal_count, strategy_rehearsal_account
    FROM CURRENT_USER;
REVOKE DELETE, TRUNCATE ON strategy_rehearsal FROM CURRENT_USER;

CREATE FUNCTION strategy_rehearsal_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
-- A rehearsal is changed once: by being finished.
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'a finished rehearsal is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes_once BEFORE UPDATE OR DELETE ON strategy_rehearsal
    FOR EACH ROW EXECUTE FUNCTION strategy_rehearsal_is_over();

CREATE FUNCTION strategy_rehearsal_takes_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
-- Nothing is added to a finished rehearsal.
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT rehearsal_id FROM added) AS named
        JOIN strategy_rehearsal AS rehearsal ON rehearsal.id = named.rehearsal_id WHERE rehearsal.finished_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'nothing is added to a finished rehearsal' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER takes_no_more AFTER INSERT ON strategy_rehearsal_chunk REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION strategy_rehearsal_takes_no_more();
CREATE TRIGGER takes_no_more AFTER INSERT ON strategy_rehearsal_count REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION strategy_rehearsal_takes_no_more();
CREATE TRIGGER takes_no_more AFTER INSERT ON strategy_rehearsal_account REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION strategy_rehearsal_takes_no_more();
"""
UNKEPT = """
DROP TRIGGER takes_no_more ON strategy_rehearsal_chunk;
DROP TRIGGER takes_no_more ON strategy_rehearsal_count;
DROP TRIGGER takes_no_more ON strategy_rehearsal_account;
DROP TRIGGER changes_once ON strategy_rehearsal;
DROP FUNCTION strategy_rehearsal_takes_no_more();
DROP FUNCTION strategy_rehearsal_is_over();
"""


def _of_rehearsal(related_name: str) -> models.ForeignKey[models.Model, models.Model]:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="strategy.rehearsal",
    )


_ACTS = [
    ("drafted", "Kept as a draft"),
    ("rehearsed", "Rehearsed"),
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
    dependencies = [("strategy", "0011_working_copies")]
    operations = [
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("day", models.DateField()),
                ("started_at", models.DateTimeField()),
                ("started_by", models.TextField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("chunks", models.SmallIntegerField()),
                ("figures", models.TextField(blank=True, default="")),
                (
                    "against",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="strategy.version",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rehearsals", to="strategy.version"
                    ),
                ),
            ],
            options={"db_table": "strategy_rehearsal"},
        ),
        migrations.CreateModel(
            name="RehearsalChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rehearsal_id", "chunk", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chunk", models.SmallIntegerField()),
                ("marked_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("accounts", models.IntegerField()),
                ("rehearsal", _of_rehearsal("marks")),
            ],
            options={"db_table": "strategy_rehearsal_chunk"},
        ),
        migrations.CreateModel(
            name="RehearsalCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rehearsal_id",
                        "chunk",
                        "segment",
                        "value",
                        "currency",
                        "before",
                        "after",
                        "differs",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("chunk", models.SmallIntegerField()),
                ("segment", models.TextField()),
                ("value", models.TextField(blank=True)),
                ("currency", models.TextField()),
                ("before", models.TextField(blank=True)),
                ("after", models.TextField(blank=True)),
                ("differs", models.BooleanField()),
                ("accounts", models.IntegerField()),
                ("open_minor", models.DecimalField(decimal_places=0, max_digits=30)),
                ("rehearsal", _of_rehearsal("counts")),
            ],
            options={"db_table": "strategy_rehearsal_count"},
        ),
        migrations.CreateModel(
            name="RehearsalAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rehearsal_id", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("client_id", models.BigIntegerField()),
                ("before", models.TextField(blank=True)),
                ("after", models.TextField(blank=True)),
                ("harms", models.SmallIntegerField()),
                ("currency", models.TextField()),
                ("open_minor", models.BigIntegerField()),
                ("rehearsal", _of_rehearsal("accounts")),
            ],
            options={"db_table": "strategy_rehearsal_account"},
        ),
        migrations.AlterField("act", "kind", models.TextField(choices=_ACTS)),
        migrations.AlterField("policyact", "kind", models.TextField(choices=_ACTS)),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
