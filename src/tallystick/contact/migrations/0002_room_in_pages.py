"""A message is written once and changed twice on its way out: leave room for that in its page."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE contact_message SET (fillfactor = 80)", "ALTER TABLE contact_message RESET (fillfactor)"
        )
    ]
