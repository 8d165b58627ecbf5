"""Say that an item is in an account once, and write down credits that the client's own books hold."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_reference_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceCredit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_id", models.BigIntegerField(null=True)),
                ("amount_minor", models.BigIntegerField()),
                ("booked_on", models.DateField()),
                ("taken_back_on", models.DateField(null=True)),
                ("currency", models.CharField(max_length=3)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("credit_note", "Credit note"),
                            ("payment", "Payment to the creditor"),
                            ("settlement", "Settled with the creditor"),
                        ]
                    ),
                ),
                ("reference", models.TextField()),
            ],
            options={
                "db_table": "accounts_source_credit",
            },
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="accounts_item_account",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="accounts_item_reference",
        ),
        migrations.AlterField(
            model_name="item",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="accounts.account",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.TextField(
                choices=[
                    ("invoice", "Invoice"),
                    ("instalment", "Instalment"),
                    ("penalty", "Penalty"),
                    ("interest", "Interest"),
                    ("fee", "Fee"),
                    ("cost", "Cost"),
                    ("balance", "Balance placed"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("account", "reference", "kind"), name="accounts_item_once"),
        ),
        migrations.AddField(
            model_name="sourcecredit",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcecredit",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="accounts_source_credit_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcecredit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("item_id__isnull", True), ("taken_back_on__isnull", True)),
                fields=("account", "kind", "reference"),
                name="accounts_source_credit_once",
            ),
        ),
    ]
