"""The figures of closed months, which are added and never changed: privileges first, triggers second."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

PROTECT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON insight_closing FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON insight_closing EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON insight_closing FROM CURRENT_USER;
"""
UNPROTECT = """
GRANT UPDATE, DELETE, TRUNCATE ON insight_closing TO CURRENT_USER;
DROP TRIGGER append_only ON insight_closing;
DROP TRIGGER append_only_truncate ON insight_closing;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0012_owed_by_day"),
        ("timeline", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "insight_look",
            },
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_at", models.DateTimeField()),
                ("receivables_minor", models.BigIntegerField()),
                ("current_minor", models.BigIntegerField()),
                ("sales_minor", models.BigIntegerField()),
                ("period_sales_minor", models.BigIntegerField()),
                ("month_on", models.DateField()),
                ("number", models.IntegerField()),
                ("period_days", models.IntegerField()),
                ("later_entries", models.IntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("days_outstanding", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("days_best_possible", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("days_counted_back", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("days_delinquent", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("effectiveness", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "aged_minor",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
            ],
            options={
                "db_table": "insight_closing",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "currency", "month_on", "number"), name="insight_closing_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("number__gte", 0)), name="insight_closing_is_numbered"),
                ],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
