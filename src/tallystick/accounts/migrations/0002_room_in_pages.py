"""Leave room in the pages of items, so that a payment updates the row in place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_item SET (fillfactor = 90)", "ALTER TABLE accounts_item RESET (fillfactor)"
        )
    ]
