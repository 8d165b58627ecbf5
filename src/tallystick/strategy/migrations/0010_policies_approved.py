"""A second person approves a policy: who wrote each version, and what was done with it."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_policy_act FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_policy_act EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_policy_act FROM CURRENT_USER;
"""

# What is known of the versions there are: when each was kept, published and replaced.
LIVED = """
INSERT INTO strategy_policy_act (version_id, kind, at, by, comment, details)
SELECT id, 'drafted', created_at, created_by, '', '{}'::jsonb FROM strategy_policy_version
UNION ALL
SELECT id, 'published', published_at, published_by, '', '{}'::jsonb FROM strategy_policy_version WHERE published_at IS NOT NULL
UNION ALL
SELECT id, 'replaced', retired_at, '', '', '{}'::jsonb FROM strategy_policy_version WHERE retired_at IS NOT NULL
ORDER BY 3, 1;
UPDATE strategy_policy_version SET is_by_system = true WHERE created_by LIKE 'system: %';
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0009_policies")]
    operations = [
        migrations.AddField("policyversion", "author_id", models.BigIntegerField(null=True)),
        migrations.AddField("policyversion", "is_by_system", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="PolicyAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="strategy.policyversion"
                    ),
                ),
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
            options={"db_table": "strategy_policy_act"},
        ),
        migrations.RunSQL(LIVED, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RemoveConstraint("policyversion", "strategy_policy_version_published_has_an_instant"),
        migrations.AddConstraint(
            "policyversion",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", True), ("state__in", ["draft", "approved", "sent_back"])),
                    models.Q(("published_at__isnull", False), ("state__in", ["published", "retired"])),
                    _connector="OR",
                ),
                name="strategy_policy_version_published_has_an_instant",
            ),
        ),
    ]
