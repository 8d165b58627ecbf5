"""More room in the pages of the book: a tenth of its accounts act in a night, and each leaves a second version of its row there.

Rows have grown since the book was made, and a seventh of a page holds three of them. A quarter holds six: of a page of eighteen,
more change in one night in a hundred. It is true of pages written from now on.
"""

from django.db import migrations

ROOM = """
DO $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'strategy_book'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = {})', leaf);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0013_trials")]
    operations = [migrations.RunSQL(ROOM.format(75), ROOM.format(85))]
