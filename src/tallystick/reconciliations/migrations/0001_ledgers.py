"""What was compared with the finance ledger of a client, and what differed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0012_owed_by_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.TextField(
                        choices=[
                            ("items", "Open items"),
                            ("accounts", "Balances of accounts"),
                            ("control", "Control total"),
                        ]
                    ),
                ),
                ("on", models.DateField(db_column="as_of_on")),
                ("known_at", models.DateTimeField()),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("prefix", models.TextField(blank=True, default="")),
                ("name", models.TextField()),
                ("document_id", models.BigIntegerField(null=True)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.client"
                    ),
                ),
            ],
            options={
                "db_table": "reconciliations_reconciliation",
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField(null=True)),
                ("item_id", models.BigIntegerField(null=True)),
                ("entry_id", models.BigIntegerField(null=True)),
                ("there_minor", models.BigIntegerField()),
                ("here_minor", models.BigIntegerField()),
                ("minor", models.BigIntegerField()),
                ("line", models.IntegerField(null=True)),
                ("since_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("missing_here", "Missing here"),
                            ("missing_there", "Missing there"),
                            ("amount", "Amount differs"),
                            ("sign", "Sign turned round"),
                            ("currency", "Currency differs"),
                            ("other_account", "On another account"),
                            ("duplicate", "Listed twice there"),
                            ("allocated", "Allocated otherwise"),
                            ("timing", "Booked later here"),
                            ("charged_here", "Charged here"),
                        ]
                    ),
                ),
                ("portfolio", models.TextField(blank=True, default="")),
                ("account_ref", models.TextField(blank=True, default="")),
                ("item_ref", models.TextField(blank=True, default="")),
                ("other", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "Open"), ("explained", "Explained"), ("solved", "Solved")], default="open"
                    ),
                ),
                ("owner_id", models.BigIntegerField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                ("changed_at", models.DateTimeField(null=True)),
                ("changed_by", models.TextField(blank=True, default="")),
                (
                    "reconciliation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="reconciliations.reconciliation",
                    ),
                ),
                (
                    "solved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reconciliations.reconciliation",
                    ),
                ),
            ],
            options={
                "db_table": "reconciliations_difference",
            },
        ),
        migrations.CreateModel(
            name="Total",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("there_minor", models.BigIntegerField()),
                ("here_minor", models.BigIntegerField()),
                ("there_lines", models.IntegerField()),
                ("here_lines", models.IntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "reconciliation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="totals",
                        to="reconciliations.reconciliation",
                    ),
                ),
            ],
            options={
                "db_table": "reconciliations_total",
            },
        ),
        migrations.CreateModel(
            name="Arrangement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.TextField(
                        choices=[
                            ("items", "Open items"),
                            ("accounts", "Balances of accounts"),
                            ("control", "Control total"),
                        ]
                    ),
                ),
                ("owner_id", models.BigIntegerField(null=True)),
                ("from_on", models.DateField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.client",
                    ),
                ),
            ],
            options={
                "db_table": "reconciliations_arrangement",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "level"), name="reconciliations_arrangement_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(
                models.F("client_id"),
                models.F("level"),
                models.OrderBy(models.F("on"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="reconciliations_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(fields=["reconciliation", "kind"], name="reconciliations_named"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor", 0), _negated=True), name="reconciliations_difference_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("solved_by__isnull", False), ("state", "solved")),
                    models.Q(models.Q(("state", "solved"), _negated=True), ("solved_by__isnull", True)),
                    _connector="OR",
                ),
                name="reconciliations_difference_is_solved_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "explained"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="reconciliations_difference_explained_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="total",
            constraint=models.UniqueConstraint(
                fields=("reconciliation", "currency"), name="reconciliations_total_once"
            ),
        ),
    ]
