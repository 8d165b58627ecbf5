"""Columns of the book for what more facts read. The defaults are constants: no row is written."""

from django.db import migrations

WIDER = """
ALTER TABLE strategy_book
    ADD COLUMN party_id bigint NOT NULL DEFAULT 0,
    ADD COLUMN smallest_item_minor bigint,
    ADD COLUMN charged_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN paid_largest_minor bigint,
    ADD COLUMN items_ever integer NOT NULL DEFAULT 0,
    ADD COLUMN items_settled integer NOT NULL DEFAULT 0,
    ADD COLUMN last_issued_on date,
    ADD COLUMN worst_late_days integer,
    ADD COLUMN late_days integer,
    ADD COLUMN pay_days integer,
    ADD COLUMN paid_first_on date,
    ADD COLUMN holds_since_on date,
    ADD COLUMN holds_standing smallint NOT NULL DEFAULT 0,
    ADD COLUMN paid_method text;
"""

NARROWER = """
ALTER TABLE strategy_book
    DROP COLUMN party_id, DROP COLUMN smallest_item_minor, DROP COLUMN charged_minor,
    DROP COLUMN paid_largest_minor, DROP COLUMN items_ever, DROP COLUMN items_settled,
    DROP COLUMN last_issued_on, DROP COLUMN worst_late_days, DROP COLUMN late_days,
    DROP COLUMN pay_days, DROP COLUMN paid_first_on, DROP COLUMN holds_since_on,
    DROP COLUMN holds_standing, DROP COLUMN paid_method;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_histories")]
    operations = [migrations.RunSQL(WIDER, NARROWER)]
