"""Fees that accounts were charged for occasions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("charges", "0001_interest")]

    operations = [
        migrations.CreateModel(
            name="Fee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField(null=True)),
                ("fee_item_id", models.BigIntegerField(null=True)),
                ("agreement_id", models.BigIntegerField()),
                ("code", models.TextField()),
                ("key", models.TextField()),
                ("occasion", models.TextField()),
                ("occasion_on", models.DateField()),
                ("due_on", models.DateField()),
                ("owed_minor", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("is_free", models.BooleanField(default=False)),
                ("is_capped", models.BooleanField(default=False)),
                ("source", models.TextField()),
                ("charged_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("taken_back_by", models.TextField(blank=True, default="")),
                ("reason", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "charges_fee",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "key"), name="charges_fee_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), ("is_free", True))
                        | models.Q(("amount_minor__gt", 0), ("is_free", False)),
                        name="charges_fee_is_something_or_free",
                    ),
                ],
            },
        ),
    ]
