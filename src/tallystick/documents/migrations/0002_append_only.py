"""Stored files are added, never changed or removed: privileges first, triggers second."""

from django.db import migrations

PROTECT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON documents_blob FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON documents_blob EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON documents_document FOR EACH ROW EXECUTE FUNCTION kernel_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON documents_document EXECUTE FUNCTION kernel_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON documents_blob, documents_document FROM CURRENT_USER;
"""
UNPROTECT = """
GRANT UPDATE, DELETE, TRUNCATE ON documents_blob, documents_document TO CURRENT_USER;
DROP TRIGGER append_only ON documents_blob;
DROP TRIGGER append_only_truncate ON documents_blob;
DROP TRIGGER append_only ON documents_document;
DROP TRIGGER append_only_truncate ON documents_document;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("timeline", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
