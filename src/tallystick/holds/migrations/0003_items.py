"""Holds on one item, or on a part of what is open on it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_items_on_hold"), ("holds", "0002_pauses")]
    operations = [
        migrations.AddField("hold", "item_id", models.BigIntegerField(null=True)),
        migrations.AddField("hold", "amount_minor", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0, item_id__isnull=False),
                name="holds_hold_amount_is_of_an_item",
            ),
        ),
        migrations.AddConstraint(
            "hold",
            models.UniqueConstraint(
                condition=Q(ended_at__isnull=True, item_id__isnull=False),
                fields=["account", "item_id"],
                name="holds_hold_one_an_item",
            ),
        ),
    ]
