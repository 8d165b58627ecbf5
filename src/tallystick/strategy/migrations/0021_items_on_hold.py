"""What of an account's items is on hold, and the day on which that changes; null while nothing is."""

from django.db import migrations

WIDER = """
ALTER TABLE strategy_book
    ADD COLUMN held_minor bigint,
    ADD COLUMN held_items smallint,
    ADD COLUMN held_stale_on date;
"""

NARROWER = "ALTER TABLE strategy_book DROP COLUMN held_minor, DROP COLUMN held_items, DROP COLUMN held_stale_on;"


class Migration(migrations.Migration):
    dependencies = [("strategy", "0020_months")]
    operations = [migrations.RunSQL(WIDER, NARROWER)]
