"""The life of a version: who approved it, what is planned, what was done with it, and the accounts it is judged by."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_act FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_act EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_act FROM CURRENT_USER;
"""

# What is known of the versions there are: when each was kept, published and replaced.
LIVED = """
INSERT INTO strategy_act (version_id, kind, at, by, comment, details)
SELECT id, 'drafted', created_at, created_by, '', '{}'::jsonb FROM strategy_version
UNION ALL
SELECT id, 'published', published_at, published_by, '', '{}'::jsonb FROM strategy_version WHERE published_at IS NOT NULL
UNION ALL
SELECT id, 'replaced', retired_at, '', '', '{}'::jsonb FROM strategy_version WHERE retired_at IS NOT NULL
ORDER BY 3, 1;
UPDATE strategy_version SET is_by_system = true WHERE created_by LIKE 'system: %';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0004_steps_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("drafted", "Kept as a draft"),
                            ("rehearsed", "Tried out"),
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
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("comment", models.TextField(blank=True, default="")),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "strategy_act",
            },
        ),
        migrations.CreateModel(
            name="GoldenAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("title", models.TextField()),
                ("day", models.DateField()),
                ("state", models.TextField()),
                ("step", models.TextField(blank=True, default="")),
                ("entered_on", models.DateField()),
                ("stepped_on", models.DateField(null=True)),
                ("review_on", models.DateField(null=True)),
                ("event", models.TextField(blank=True, default="")),
                ("facts", models.JSONField()),
                ("happens", models.JSONField()),
                ("orders", models.JSONField()),
            ],
            options={
                "db_table": "strategy_golden",
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("publish", "Publish"), ("roll_back", "Roll back")])),
                ("due_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True, default="")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                ("made_by_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("kept", "Done"),
                            ("cancelled", "Cancelled"),
                            ("stopped", "Stopped"),
                        ],
                        default="waiting",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.TextField(blank=True, default="")),
                ("stopped_by", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "strategy_plan",
            },
        ),
        migrations.RemoveConstraint(
            model_name="version",
            name="strategy_version_published_has_an_instant",
        ),
        migrations.AddField(
            model_name="version",
            name="author_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="version",
            name="is_by_system",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="version",
            name="restores",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="strategy.version"
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="state",
            field=models.TextField(
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
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", True), ("state__in", ["draft", "approved", "sent_back"])),
                    models.Q(("published_at__isnull", False), ("state__in", ["published", "retired"])),
                    _connector="OR",
                ),
                name="strategy_version_published_has_an_instant",
            ),
        ),
        migrations.AddField(
            model_name="act",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="strategy.version"
            ),
        ),
        migrations.AddField(
            model_name="goldenaccount",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="golden_accounts", to="strategy.version"
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="strategy.version"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldenaccount",
            constraint=models.UniqueConstraint(fields=("version", "name"), name="strategy_golden_name"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("version", "kind"), name="strategy_plan_one_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="strategy_plan_ends_once",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(LIVED, migrations.RunSQL.noop),
    ]
