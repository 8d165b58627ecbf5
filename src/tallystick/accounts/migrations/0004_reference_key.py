"""Find accounts and items by reference however a payer writes it: see `rules.reference_key`."""

from django.db import migrations

_FUNCTION = """
CREATE FUNCTION accounts_reference_key(reference text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN upper(regexp_replace(reference, '[^A-Za-z0-9]', '', 'g') COLLATE "C")
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_money_on_account")]
    operations = [
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION accounts_reference_key(text)"),
        migrations.RunSQL(
            "CREATE INDEX accounts_item_reference_key ON accounts_item (accounts_reference_key(reference))",
            "DROP INDEX accounts_item_reference_key",
        ),
        migrations.RunSQL(
            "CREATE INDEX accounts_account_lookup_key"
            " ON accounts_account_lookup (client_id, accounts_reference_key(reference))",
            "DROP INDEX accounts_account_lookup_key",
        ),
    ]
