"""Policies and their versions, and the scores that were kept, in 16 hash leaves."""

import django.db.models.deletion
from django.db import migrations, models

# The columns of the key first: the latest score of an account by a policy is one step into the index.
SCORES = """
CREATE TABLE strategy_score (
    account_id bigint NOT NULL,
    policy_id bigint NOT NULL,
    version_id bigint NOT NULL,
    scored_at timestamptz NOT NULL,
    scored_on date NOT NULL,
    score numeric NOT NULL,
    currency text NOT NULL,
    contributions jsonb NOT NULL,
    inputs jsonb NOT NULL,
    PRIMARY KEY (account_id, policy_id, scored_on, version_id)
) PARTITION BY HASH (account_id);

DO $$
BEGIN
    FOR leaf IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE strategy_score_%s PARTITION OF strategy_score FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            to_char(leaf, 'FM00'), leaf
        );
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON strategy_score_%s FROM CURRENT_USER', to_char(leaf, 'FM00'));
        EXECUTE format(
            'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_score_%s EXECUTE FUNCTION kernel_append_only()',
            to_char(leaf, 'FM00')
        );
    END LOOP;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_score FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_score EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_score FROM CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0008_touched_of_account")]
    operations = [
        migrations.RunSQL(SCORES, "DROP TABLE strategy_score"),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "policy_id",
                        "scored_on",
                        "version_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("policy_id", models.BigIntegerField()),
                ("version_id", models.BigIntegerField()),
                ("scored_on", models.DateField()),
                ("scored_at", models.DateTimeField()),
                ("score", models.DecimalField(decimal_places=3, max_digits=20)),
                ("currency", models.TextField()),
                ("contributions", models.JSONField()),
                ("inputs", models.JSONField()),
            ],
            options={"db_table": "strategy_score", "managed": False},
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[("segments", "Segments"), ("scorecard", "Scorecard"), ("table", "Decision table")]
                    ),
                ),
                ("title", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
            ],
            options={"db_table": "strategy_policy"},
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="strategy.policy"
                    ),
                ),
                ("number", models.IntegerField()),
                ("document", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("sent_back", "Sent back"),
                            ("published", "Published"),
                            ("retired", "Replaced"),
                        ],
                        default="draft",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.TextField(blank=True, default="")),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "strategy_policy_version",
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "number"), name="strategy_policy_version_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("policy",),
                        name="strategy_policy_version_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="strategy_policy_version_published_has_an_instant",
                    ),
                ],
            },
        ),
    ]
