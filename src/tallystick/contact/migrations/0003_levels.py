"""Messages that say the level of each item, and that speak of all accounts of a debtor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contact", "0002_room_in_pages")]
    operations = [
        migrations.AddField("message", "levels", models.JSONField(default=list, db_default=[])),
        migrations.AddField("message", "of_debtor", models.BooleanField(default=False, db_default=False)),
    ]
