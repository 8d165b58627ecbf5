"""Find the entries that were booked after a day: what stands now, less these, is what stood then."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AddIndex(
            "entry", BrinIndex(fields=["booked_on"], name="ledger_entry_booked_on", autosummarize=True)
        ),
    ]
