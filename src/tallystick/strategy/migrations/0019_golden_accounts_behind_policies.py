"""What is expected of golden accounts once a version of a policy is published. Append-only."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_golden_accepted
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_golden_accepted EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_golden_accepted FROM CURRENT_USER;
"""
REWRITABLE = """
DROP TRIGGER append_only ON strategy_golden_accepted;
DROP TRIGGER append_only_truncate ON strategy_golden_accepted;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0018_policies_of_runs")]

    operations = [
        migrations.CreateModel(
            name="GoldenAccepted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("happens", models.JSONField()),
                ("orders", models.JSONField()),
                (
                    "golden",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accepted",
                        to="strategy.goldenaccount",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="golden_accepted",
                        to="strategy.version",
                    ),
                ),
            ],
            options={"db_table": "strategy_golden_accepted"},
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
