"""What a payment pays first, set for clients and accounts; and who decided what a credit pays. Rows are only added."""

import django.db.models.deletion
from django.db import migrations, models

_TABLES = ("accounts_client_order", "accounts_account_order", "accounts_allocation")
_PROTECT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER;
"""
_UNPROTECT = """
GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER;
DROP TRIGGER append_only ON {table};
DROP TRIGGER append_only_truncate ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_total"),
        ("timeline", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="on_account_pays",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="AccountOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                (
                    "basis",
                    models.TextField(
                        choices=[
                            ("own", "An order of its own"),
                            ("law", "As the law says"),
                            ("none", "None of its own"),
                        ]
                    ),
                ),
                ("title", models.TextField(blank=True, default="")),
                ("law", models.TextField(blank=True, default="")),
                ("ordering", models.JSONField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_account_order",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "own"), ("law", ""), ("ordering__isnull", False)),
                            models.Q(
                                ("basis", "law"), ("ordering__isnull", True), models.Q(("law", ""), _negated=True)
                            ),
                            models.Q(("basis", "none"), ("law", ""), ("ordering__isnull", True)),
                            _connector="OR",
                        ),
                        name="accounts_account_order_says_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause_id", models.BigIntegerField()),
                ("decided_at", models.DateTimeField()),
                ("booked_on", models.DateField()),
                ("number", models.IntegerField()),
                ("cause_kind", models.SmallIntegerField()),
                ("decided_by", models.TextField()),
                (
                    "by",
                    models.TextField(
                        choices=[
                            ("named", "As the payer named them"),
                            ("oldest", "The oldest due first, for no order is set"),
                            ("client", "By the order of the client"),
                            ("account", "By the order of the account"),
                            ("person", "Chosen by a person"),
                        ]
                    ),
                ),
                ("order_id", models.BigIntegerField(null=True)),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_allocation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "cause_kind", "cause_id", "number"), name="accounts_allocation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 0)), name="accounts_allocation_is_numbered"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                (
                    "basis",
                    models.TextField(
                        choices=[
                            ("own", "An order of its own"),
                            ("law", "As the law says"),
                            ("none", "None of its own"),
                        ]
                    ),
                ),
                ("title", models.TextField(blank=True, default="")),
                ("law", models.TextField(blank=True, default="")),
                ("ordering", models.JSONField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="accounts.client",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_client_order",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "own"), ("law", ""), ("ordering__isnull", False)),
                            models.Q(
                                ("basis", "law"), ("ordering__isnull", True), models.Q(("law", ""), _negated=True)
                            ),
                            models.Q(("basis", "none"), ("law", ""), ("ordering__isnull", True)),
                            _connector="OR",
                        ),
                        name="accounts_client_order_says_one",
                    )
                ],
            },
        ),
        *(migrations.RunSQL(_PROTECT.format(table=table), _UNPROTECT.format(table=table)) for table in _TABLES),
    ]
