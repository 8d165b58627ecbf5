"""Indexes that searches by name and postcode use: prefix by byte order, and trigrams for anything inside."""

from django.db import migrations

INDEXES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX parties_party_name_prefix ON parties_party (name_key COLLATE "C");
CREATE INDEX parties_party_name_inside ON parties_party USING gin (name_key gin_trgm_ops);
CREATE INDEX parties_address_postcode ON parties_address (postcode_key COLLATE "C") WHERE postcode_key <> '';
CREATE INDEX parties_party_company_number ON parties_party (company_number) WHERE company_number <> '';
"""
DROP = """
DROP INDEX parties_party_name_prefix, parties_party_name_inside, parties_address_postcode,
    parties_party_company_number;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunSQL(INDEXES, DROP)]
