"""Let a client count a promise as kept in part when little is missing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_items_once_and_source_credits"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="promise_tolerance",
            field=models.DecimalField(decimal_places=3, default=0, max_digits=4),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("promise_tolerance__gte", 0), ("promise_tolerance__lt", 1)),
                name="accounts_client_tolerance_is_a_part",
            ),
        ),
    ]
