"""What is agreed about interest, the items that bear it, and the lines of its proof."""

import django.db.models.deletion
from django.db import migrations, models

#: Twins of `rules.accruing.Last.grown` and of `rules.day_counts.counted_days`. Exact, and rounded once, half up.
_FUNCTIONS = """
CREATE FUNCTION charges_grown(base_minor bigint, percent numeric, year_days smallint, days integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN base_minor = 0 THEN 0
            ELSE div(2 * base_minor * percent * days + 100 * year_days, 200 * year_days::numeric)::bigint END;
CREATE FUNCTION charges_days(after_day date, last_day date, is_thirty boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN is_thirty
            THEN 360 * (extract(year FROM last_day) - extract(year FROM after_day))::integer
                 + 30 * (extract(month FROM last_day) - extract(month FROM after_day))::integer
                 + least(extract(day FROM last_day), 30)::integer - least(extract(day FROM after_day), 30)::integer
            ELSE last_day - after_day END;
"""
_NO_FUNCTIONS = """
DROP FUNCTION charges_days(date, date, boolean);
DROP FUNCTION charges_grown(bigint, numeric, smallint, integer);
"""
#: A night writes every row that bears interest in place.
_ROOM = "ALTER TABLE charges_bearing SET (fillfactor = 75)"
_NO_ROOM = "ALTER TABLE charges_bearing RESET (fillfactor)"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0010_total"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("interest_item_id", models.BigIntegerField(null=True)),
                ("agreement_id", models.BigIntegerField()),
                ("law", models.BigIntegerField(null=True)),
                ("entries_seen", models.IntegerField(default=0)),
                ("first_day", models.DateField()),
                ("through_on", models.DateField(null=True)),
                ("steady_until_on", models.DateField(null=True)),
                ("is_settled", models.BooleanField(default=False)),
                ("charged_minor", models.BigIntegerField(default=0)),
                ("lifted_minor", models.BigIntegerField(default=0)),
                ("most_minor", models.BigIntegerField(null=True)),
                ("charges", models.IntegerField(default=0)),
                ("fixed_minor", models.BigIntegerField(default=0)),
                ("fixed_item_id", models.BigIntegerField(null=True)),
                ("fixed_charges", models.IntegerField(default=0)),
                ("base_minor", models.BigIntegerField(default=0)),
                ("percent", models.DecimalField(decimal_places=6, default=0, max_digits=12)),
                ("year_days", models.SmallIntegerField(default=365)),
                ("is_thirty", models.BooleanField(default=False)),
                ("stretch_days", models.IntegerField(default=0)),
                ("stretch_minor", models.BigIntegerField(default=0)),
                ("since_days", models.IntegerField(default=0)),
                ("since_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "charges_bearing",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "item_id"), name="charges_bearing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("charged_minor__gte", 0)),
                        name="charges_bearing_charges_no_less_than_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("days", models.IntegerField()),
                ("base_minor", models.BigIntegerField()),
                ("percent", models.DecimalField(decimal_places=6, max_digits=12)),
                ("rule", models.TextField()),
                ("row_from", models.DateField()),
                ("read_on", models.DateField(null=True)),
                ("index_percent", models.DecimalField(decimal_places=6, max_digits=12, null=True)),
                ("source", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("stopped_by", models.TextField(blank=True, default="")),
                ("is_capped", models.BooleanField(default=False)),
                ("kept_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "charges_line",
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_back_at__isnull", False)),
                        fields=["account_id", "item_id"],
                        name="charges_line_taken_back",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="charges_line_lasts_a_day"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=("account_id", "item_id", "first_day"),
                        name="charges_line_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("from_on", models.DateField()),
                ("document", models.JSONField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                ("set_by_id", models.BigIntegerField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.client"
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.portfolio",
                    ),
                ),
            ],
            options={
                "db_table": "charges_agreement",
                "constraints": [models.UniqueConstraint(fields=("client", "number"), name="charges_agreement_number")],
            },
        ),
        migrations.RunSQL(_FUNCTIONS, _NO_FUNCTIONS),
        migrations.RunSQL(_ROOM, _NO_ROOM),
    ]
