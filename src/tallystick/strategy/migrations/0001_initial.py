"""Tables of strategy: documents, the book in 64 hash leaves, decisions in month partitions, runs, and what waits for an answer."""

import django.db.models.deletion
from django.db import migrations, models

# Wide columns first, so that no byte is lost to alignment. No index but the key: an index on a column that decisions change would
# keep PostgreSQL from updating rows in place, which is most of what a run costs. Pages are left a seventh empty for that.
BOOK = """
CREATE TABLE strategy_book (
    account_id bigint NOT NULL,
    on_account_minor bigint NOT NULL DEFAULT 0,
    open_minor bigint NOT NULL DEFAULT 0,
    overdue_minor bigint NOT NULL DEFAULT 0,
    largest_item_minor bigint NOT NULL DEFAULT 0,
    paid_last_minor bigint,
    paid_minor bigint NOT NULL DEFAULT 0,
    paid_90d_minor bigint NOT NULL DEFAULT 0,
    promises_open_minor bigint NOT NULL DEFAULT 0,
    promises_run_balance_minor bigint,
    disputes_minor bigint NOT NULL DEFAULT 0,
    version_id integer,
    state_entered_on date,
    next_review_on date,
    stepped_on date,
    prior_entered_on date,
    prior_stepped_on date,
    client_id integer NOT NULL DEFAULT 0,
    portfolio_id integer NOT NULL DEFAULT 0,
    opened_on date,
    oldest_due_on date,
    open_items integer NOT NULL DEFAULT 0,
    overdue_items integer NOT NULL DEFAULT 0,
    items_stale_on date,
    holds_until_on date,
    holds_stale_on date,
    paid_last_on date,
    paid_count integer NOT NULL DEFAULT 0,
    paid_count_90d integer NOT NULL DEFAULT 0,
    paid_stale_on date,
    bounced_count integer NOT NULL DEFAULT 0,
    bounced_last_on date,
    contact_message_on date,
    contact_stale_on date,
    contact_call_on date,
    contact_right_party_on date,
    promises_due_on date,
    promises_last_broken_on date,
    promises_stale_on date,
    disputes_oldest_on date,
    open_tasks integer NOT NULL DEFAULT 0,
    next_task_on date,
    place smallint,
    prior_place smallint,
    effect smallint,
    contact_messages_30d smallint NOT NULL DEFAULT 0,
    contact_attempts smallint NOT NULL DEFAULT 0,
    promises_broken smallint NOT NULL DEFAULT 0,
    promises_broken_90d smallint NOT NULL DEFAULT 0,
    promises_in_a_row smallint NOT NULL DEFAULT 0,
    promises_kept smallint NOT NULL DEFAULT 0,
    disputes_open smallint NOT NULL DEFAULT 0,
    is_open boolean NOT NULL DEFAULT false,
    is_house boolean NOT NULL DEFAULT false,
    is_company boolean NOT NULL DEFAULT false,
    has_email boolean NOT NULL DEFAULT false,
    has_mobile boolean NOT NULL DEFAULT false,
    has_phone boolean NOT NULL DEFAULT false,
    has_address boolean NOT NULL DEFAULT false,
    holds_stops_contact boolean NOT NULL DEFAULT false,
    holds_stops_enforcement boolean NOT NULL DEFAULT false,
    contact_suspended boolean NOT NULL DEFAULT false,
    currency text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    holds_reason text,
    contact_call_outcome text,
    PRIMARY KEY (account_id)
) PARTITION BY HASH (account_id);

DO $$
BEGIN
    FOR leaf IN 0..63 LOOP
        EXECUTE format(
            'CREATE TABLE strategy_book_%s PARTITION OF strategy_book FOR VALUES WITH (MODULUS 64, REMAINDER %s) '
            'WITH (fillfactor = 85)', to_char(leaf, 'FM00'), leaf
        );
    END LOOP;
END $$;
"""

DECISIONS = """
CREATE SEQUENCE strategy_decision_id_seq AS bigint;
CREATE TABLE strategy_decision (
    id bigint NOT NULL DEFAULT nextval('strategy_decision_id_seq'),
    account_id bigint NOT NULL,
    cause_id bigint NOT NULL DEFAULT 0,
    run_id bigint,
    decided_at timestamptz NOT NULL,
    version_id integer NOT NULL,
    due_on date NOT NULL,
    effect smallint NOT NULL,
    from_place smallint NOT NULL,
    to_place smallint NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT strategy_decision_once UNIQUE (account_id, version_id, effect, due_on, cause_id)
) PARTITION BY RANGE (due_on);
CREATE TABLE strategy_decision_other PARTITION OF strategy_decision DEFAULT;

CREATE FUNCTION strategy_open_month(day date) RETURNS boolean LANGUAGE plpgsql AS $$
-- Make the partition of the month of a day; false when it stands already or when the default partition holds rows of it.
DECLARE
    low date := date_trunc('month', day)::date;
    high date := (date_trunc('month', day) + interval '1 month')::date;
    leaf text := 'strategy_decision_' || to_char(low, 'YYYYMM');
BEGIN
    IF to_regclass(leaf) IS NOT NULL
        OR EXISTS (SELECT FROM strategy_decision_other WHERE due_on >= low AND due_on < high) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF strategy_decision FOR VALUES FROM (%L) TO (%L)', leaf, low, high);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER', leaf);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION kernel_append_only()', leaf);
    RETURN true;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_decision FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_decision EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_decision_other EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_decision, strategy_decision_other FROM CURRENT_USER;
"""

UNMADE = """
DROP FUNCTION strategy_open_month(date);
DROP TABLE strategy_decision, strategy_book;
DROP SEQUENCE strategy_decision_id_seq;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0001_initial"), ("timeline", "0001_initial")]
    operations = [
        migrations.RunSQL(BOOK + DECISIONS, UNMADE),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("version_id", models.IntegerField(null=True)),
                ("place", models.SmallIntegerField(null=True)),
                ("state_entered_on", models.DateField(null=True)),
                ("next_review_on", models.DateField(null=True)),
                ("stepped_on", models.DateField(null=True)),
                ("effect", models.SmallIntegerField(null=True)),
                ("prior_place", models.SmallIntegerField(null=True)),
                ("prior_entered_on", models.DateField(null=True)),
                ("prior_stepped_on", models.DateField(null=True)),
            ],
            options={"db_table": "strategy_book", "managed": False},
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("cause_id", models.BigIntegerField()),
                ("run_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField()),
                ("version_id", models.IntegerField()),
                ("due_on", models.DateField()),
                ("effect", models.SmallIntegerField()),
                ("from_place", models.SmallIntegerField()),
                ("to_place", models.SmallIntegerField()),
                ("facts", models.JSONField()),
            ],
            options={"db_table": "strategy_decision", "managed": False},
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("started_at", models.DateTimeField()),
                ("started_by", models.TextField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("chunks", models.SmallIntegerField()),
            ],
            options={"db_table": "strategy_run"},
        ),
        migrations.CreateModel(
            name="RunChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "chunk", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="strategy.run",
                    ),
                ),
                ("chunk", models.SmallIntegerField()),
                ("marked_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("accounts", models.IntegerField()),
                ("refreshed", models.IntegerField()),
                ("decided", models.IntegerField()),
                ("decisions", models.JSONField()),
                ("orders", models.JSONField()),
            ],
            options={"db_table": "strategy_run_chunk"},
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("event_id", models.BigIntegerField()),
                ("kind", models.TextField()),
            ],
            options={"db_table": "strategy_touched"},
        ),
        migrations.CreateModel(
            name="Strategy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
            ],
            options={"db_table": "strategy_strategy"},
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "strategy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="strategy.strategy"
                    ),
                ),
                ("number", models.IntegerField()),
                ("document", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Replaced")],
                        default="draft",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.TextField(blank=True, default="")),
                ("retired_at", models.DateTimeField(null=True)),
                ("emptied_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "strategy_version",
                "constraints": [
                    models.UniqueConstraint(fields=("strategy", "number"), name="strategy_version_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("strategy",),
                        name="strategy_version_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="strategy_version_published_has_an_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "strategy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="strategy.strategy"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.client"),
                ),
                (
                    "portfolio",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.portfolio"),
                ),
                ("assigned_at", models.DateTimeField()),
                ("assigned_by", models.TextField()),
            ],
            options={
                "db_table": "strategy_assignment",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "portfolio"), name="strategy_assignment_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("portfolio__isnull", True), ("client__isnull", False), _connector="OR"),
                        name="strategy_assignment_of_client",
                    ),
                ],
            },
        ),
    ]
