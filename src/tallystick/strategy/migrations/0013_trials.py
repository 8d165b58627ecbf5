"""Trials of a split: what was said before, what was seen at each look, and that somebody ended one. All append-only."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_trial
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_trial EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_trial_look
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_trial_look EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_trial_end
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_trial_end EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_trial, strategy_trial_look, strategy_trial_end FROM CURRENT_USER;
"""
REWRITABLE = """
DROP TRIGGER append_only ON strategy_trial;
DROP TRIGGER append_only_truncate ON strategy_trial;
DROP TRIGGER append_only ON strategy_trial_look;
DROP TRIGGER append_only_truncate ON strategy_trial_look;
DROP TRIGGER append_only ON strategy_trial_end;
DROP TRIGGER append_only_truncate ON strategy_trial_end;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_items_of_nothing"),
        ("strategy", "0012_rehearsals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("split", models.TextField()),
                ("shares", models.JSONField()),
                ("by_debtor", models.BooleanField()),
                ("champion", models.TextField()),
                ("challenger", models.TextField()),
                ("state", models.TextField()),
                (
                    "measure",
                    models.TextField(
                        choices=[
                            ("paid_in_full", "Accounts paid in full"),
                            ("collected", "Collected of what was owed"),
                            ("promise_kept", "Accounts that kept a promise"),
                            ("contacts", "Messages and calls per account"),
                            ("disputed", "Accounts with a dispute"),
                        ]
                    ),
                ),
                ("currency", models.TextField(blank=True, default="")),
                ("window_days", models.SmallIntegerField()),
                ("effect", models.DecimalField(decimal_places=5, max_digits=9)),
                ("alpha", models.DecimalField(decimal_places=4, max_digits=5)),
                ("power", models.DecimalField(decimal_places=4, max_digits=5)),
                ("looks", models.SmallIntegerField()),
                ("baseline", models.FloatField()),
                ("variance", models.FloatField()),
                ("inflow", models.FloatField()),
                ("past_units", models.IntegerField()),
                ("champion_units", models.IntegerField()),
                ("challenger_units", models.IntegerField()),
                ("starts_on", models.DateField()),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.TextField()),
                ("registered_by_id", models.BigIntegerField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.client",
                    ),
                ),
                (
                    "strategy",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trials",
                        to="strategy.strategy",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_trial",
            },
        ),
        migrations.CreateModel(
            name="TrialEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("by_id", models.BigIntegerField(null=True)),
                (
                    "trial",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="strategy.trial",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_trial_end",
            },
        ),
        migrations.CreateModel(
            name="TrialLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("day", models.DateField()),
                ("fraction", models.FloatField()),
                ("bound", models.FloatField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("goes_on", "Goes on"),
                            ("better", "The challenger is better"),
                            ("worse", "The champion is better"),
                            ("harm", "The challenger does harm"),
                            ("nothing", "No difference found"),
                            ("mismatched", "Arms filled wrongly"),
                        ]
                    ),
                ),
                ("sums", models.JSONField()),
                ("taken_at", models.DateTimeField()),
                ("taken_by", models.TextField()),
                (
                    "trial",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept_looks",
                        to="strategy.trial",
                    ),
                ),
            ],
            options={
                "db_table": "strategy_trial_look",
                "constraints": [models.UniqueConstraint(fields=("trial", "number"), name="strategy_trial_look_once")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
