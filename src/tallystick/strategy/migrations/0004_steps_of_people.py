"""What the book knows of the tasks that a strategy watches over, and of pauses."""

from django.db import migrations

ADDED = """
ALTER TABLE strategy_book
    ADD COLUMN holds_paused boolean NOT NULL DEFAULT false,
    ADD COLUMN holds_paused_days integer NOT NULL DEFAULT 0,
    ADD COLUMN pauses_stale_on date,
    ADD COLUMN tasks_limit_on date,
    ADD COLUMN tasks_stale_on date,
    ADD COLUMN tasks_overrun text[],
    ADD COLUMN awaited_on date,
    ADD COLUMN awaited_mark text,
    ADD COLUMN awaited_result text;
"""
REMOVED = """
ALTER TABLE strategy_book
    DROP COLUMN holds_paused,
    DROP COLUMN holds_paused_days,
    DROP COLUMN pauses_stale_on,
    DROP COLUMN tasks_limit_on,
    DROP COLUMN tasks_stale_on,
    DROP COLUMN tasks_overrun,
    DROP COLUMN awaited_on,
    DROP COLUMN awaited_mark,
    DROP COLUMN awaited_result;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0003_more_facts")]
    operations = [migrations.RunSQL(ADDED, REMOVED)]
