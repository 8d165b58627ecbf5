"""Runs are paused, fail in part, are run again and only report; what was done with them is kept."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_run_act FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_run_act EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_run_act FROM CURRENT_USER;
"""
REWRITABLE = """
DROP TRIGGER append_only ON strategy_run_act;
DROP TRIGGER append_only_truncate ON strategy_run_act;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0006_past_of_the_book")]
    operations = [
        migrations.AlterField("run", "day", models.DateField()),
        migrations.AddField("run", "only_reports", models.BooleanField(default=False)),
        migrations.AddField("run", "reason", models.TextField(blank=True, default="")),
        migrations.AddField("run", "paused_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "paused_by", models.TextField(blank=True, default="")),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(fields=["day"], condition=Q(only_reports=False), name="strategy_run_once_a_day"),
        ),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(only_reports=True, finished_at=None),
                name="strategy_run_one_report_at_a_time",
            ),
        ),
        migrations.AddField("runchunk", "worker", models.TextField(blank=True, default="")),
        migrations.CreateModel(
            name="RunFailure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chunk", models.SmallIntegerField()),
                ("failed_at", models.DateTimeField()),
                ("worker", models.TextField()),
                ("error", models.TextField()),
                ("sentence", models.TextField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="failures", to="strategy.run"
                    ),
                ),
            ],
            options={
                "db_table": "strategy_run_failure",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["run", "chunk"], condition=Q(closed_at=None), name="strategy_run_failure_one_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RunAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("started", "Started"),
                            ("paused", "Paused"),
                            ("resumed", "Resumed"),
                            ("retried", "What failed run again"),
                            ("finished", "Finished"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("comment", models.TextField(blank=True, default="")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="strategy.run"
                    ),
                ),
            ],
            options={"db_table": "strategy_run_act"},
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
