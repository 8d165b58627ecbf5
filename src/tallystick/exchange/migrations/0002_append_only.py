"""Rates are added, never changed or removed: privileges first, triggers second."""

from django.db import migrations

PROTECT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON exchange_rate FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON exchange_rate EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON exchange_rate FROM CURRENT_USER;
"""
UNPROTECT = """
GRANT UPDATE, DELETE, TRUNCATE ON exchange_rate TO CURRENT_USER;
DROP TRIGGER append_only ON exchange_rate;
DROP TRIGGER append_only_truncate ON exchange_rate;
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("timeline", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
