"""Entries are added, never changed or removed: privileges first, triggers second."""

from django.db import migrations

PROTECT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry FROM CURRENT_USER;
"""
UNPROTECT = """
GRANT UPDATE, DELETE, TRUNCATE ON ledger_entry TO CURRENT_USER;
DROP TRIGGER append_only ON ledger_entry;
DROP TRIGGER append_only_truncate ON ledger_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("timeline", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
