"""What of a line's balance is interest that was added, and what was taken off it and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("charges", "0002_fees")]

    operations = [
        migrations.AddField("line", "added_minor", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField("line", "held_minor", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField("line", "held_by", models.TextField(blank=True, default="", db_default="")),
    ]
