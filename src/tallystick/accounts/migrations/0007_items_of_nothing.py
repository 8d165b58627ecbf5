"""Let an item be corrected down to nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_promise_tolerance"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="item",
            name="accounts_item_is_positive",
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0)), name="accounts_item_is_not_negative"
            ),
        ),
    ]
