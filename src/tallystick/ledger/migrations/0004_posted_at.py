"""Find the entries that became known after an instant. They lie in that order, so that the index is next to nothing."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_booked_on")]
    operations = [
        migrations.AddIndex(
            "entry", BrinIndex(fields=["posted_at"], name="ledger_entry_posted_at", autosummarize=True)
        ),
    ]
