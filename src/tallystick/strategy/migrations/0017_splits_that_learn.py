"""Splits that learn: the shares that were set, and that somebody froze or thawed one. All append-only."""

from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_learned_shares
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_learned_shares EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON strategy_split_act
    FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON strategy_split_act EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON strategy_learned_shares, strategy_split_act FROM CURRENT_USER;
"""
REWRITABLE = """
DROP TRIGGER append_only ON strategy_learned_shares;
DROP TRIGGER append_only_truncate ON strategy_learned_shares;
DROP TRIGGER append_only ON strategy_split_act;
DROP TRIGGER append_only_truncate ON strategy_split_act;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0016_foresights")]

    operations = [
        migrations.CreateModel(
            name="LearnedShares",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("strategy", models.TextField()),
                ("split", models.TextField()),
                ("terms", models.TextField()),
                ("week", models.DateField()),
                ("since", models.DateField()),
                ("shares", models.JSONField()),
                ("found", models.JSONField()),
                ("held_back", models.JSONField(default=list)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
            ],
            options={
                "db_table": "strategy_learned_shares",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("strategy", "split", "terms", "week"), name="strategy_learned_shares_once_a_week"
                    ),
                    models.UniqueConstraint(
                        fields=("strategy", "split", "terms", "since"), name="strategy_learned_shares_since"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SplitAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("strategy", models.TextField()),
                ("split", models.TextField()),
                ("kind", models.TextField(choices=[("frozen", "Frozen"), ("thawed", "Learns again")])),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("by_id", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "strategy_split_act"},
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
