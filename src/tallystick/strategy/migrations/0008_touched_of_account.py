"""What waits to be answered of an account is found without looking at all that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0007_runs")]
    operations = [
        migrations.AddIndex("touched", models.Index(fields=["account_id", "id"], name="strategy_touched_of_account")),
    ]
