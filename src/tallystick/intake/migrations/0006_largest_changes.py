"""Keep the largest changes that a check finds, for people to look at before they commit."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_listed_items"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("account", models.TextField()),
                ("reference", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("was_minor", models.BigIntegerField()),
                ("minor", models.BigIntegerField()),
                ("was_open_minor", models.BigIntegerField()),
                ("open_minor", models.BigIntegerField()),
                ("was_issued_on", models.DateField()),
                ("issued_on", models.DateField()),
                ("was_due_on", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="intake.batch",
                    ),
                ),
            ],
            options={
                "db_table": "intake_change",
                "indexes": [models.Index(fields=["batch"], name="intake_change_of_batch")],
            },
        ),
    ]
