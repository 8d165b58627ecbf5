"""A working copy takes another version over, and is set aside when nobody touches it."""

import django.db.models.deletion
from django.db import migrations, models


def _taken() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="strategy.version"
    )


class Migration(migrations.Migration):
    dependencies = [("strategy", "0023_rebuilds")]

    operations = [
        migrations.AddField("workingcopy", "taken", _taken()),
        migrations.AddField("workingedit", "taken", _taken()),
        migrations.AddField("workingcopy", "set_aside_at", models.DateTimeField(null=True)),
    ]
