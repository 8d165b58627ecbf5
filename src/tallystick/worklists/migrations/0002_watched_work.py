"""Work that a strategy watches over: its step, the day it was asked for, its time limit, and if an account waits for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worklists", "0001_initial")]
    operations = [
        migrations.AddField("workitem", "mark", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("workitem", "asked_on", models.DateField(null=True)),
        migrations.AddField("workitem", "limit_on", models.DateField(null=True)),
        migrations.AddField("workitem", "overran_at", models.DateTimeField(null=True)),
        migrations.AddField("workitem", "is_awaited", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "workitem",
            models.Index(
                condition=models.Q(("is_awaited", True)),
                fields=["account", "id"],
                name="worklists_work_item_awaited",
            ),
        ),
    ]
