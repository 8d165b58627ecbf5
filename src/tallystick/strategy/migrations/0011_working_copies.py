"""Documents that somebody is changing part by part, and what was changed in them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0010_policies_approved")]
    operations = [
        migrations.CreateModel(
            name="WorkingCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_number", models.IntegerField(default=0)),
                ("user_id", models.BigIntegerField()),
                ("document", models.TextField()),
                ("revision", models.IntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="working_copies",
                        to="strategy.version",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_working_copy",
                "constraints": [
                    models.UniqueConstraint(fields=["user_id", "base"], name="strategy_working_copy_one_each")
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.IntegerField()),
                ("said", models.TextField()),
                ("before", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "copy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="strategy.workingcopy"
                    ),
                ),
            ],
            options={
                "db_table": "strategy_working_edit",
                "constraints": [
                    models.UniqueConstraint(fields=["copy", "revision"], name="strategy_working_edit_once")
                ],
            },
        ),
    ]
