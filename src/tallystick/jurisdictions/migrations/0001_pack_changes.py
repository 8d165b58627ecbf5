"""Packs that were brought in."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PackChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack", models.TextField()),
                ("jurisdiction", models.TextField()),
                ("text", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[("proposed", "Proposed"), ("applied", "In force"), ("withdrawn", "Withdrawn")],
                        default="proposed",
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.TextField()),
                ("proposed_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(blank=True, default="")),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("number", models.IntegerField(null=True, unique=True)),
            ],
            options={
                "db_table": "jurisdictions_pack_change",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state="applied", number__isnull=False)
                        | ~Q(state="applied") & Q(number__isnull=True),
                        name="jurisdictions_pack_change_number",
                    )
                ],
            },
        ),
    ]
