"""Scorecards may give the work of an account points, by which it comes forward in worklists."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("worklists", "0002_watched_work")]
    operations = [
        migrations.AddField("workitem", "points", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddConstraint(
            "workitem",
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="worklists_work_item_points"),
        ),
    ]
