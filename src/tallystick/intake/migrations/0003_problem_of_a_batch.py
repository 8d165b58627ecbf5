"""Keep with a batch why its check stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_readers"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="problem",
            field=models.TextField(blank=True, default=""),
        ),
    ]
