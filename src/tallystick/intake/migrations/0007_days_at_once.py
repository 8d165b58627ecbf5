"""Read days at once that not every month has: all but the 29th of February, for which the reader with care remains."""

from django.db import migrations

_DAY = """
CREATE OR REPLACE FUNCTION intake_day(value text, form text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
-- Read a day, NULL when it is none: the plain spellings at once, 29 February and any other spelling with care.
CASE
    WHEN form = 'ymd' AND value ~
            '^(19|20)[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$'
        THEN make_date(left(value, 4)::integer, substr(value, 6, 2)::integer, right(value, 2)::integer)
    WHEN form = 'dmy' AND substr(value, 3, 1) = substr(value, 6, 1) AND value ~
            '^((0[1-9]|1[0-9]|2[0-8])[/.-](0[1-9]|1[0-2])|(29|30)[/.-](0[13-9]|1[0-2])|31[/.-](0[13578]|1[02]))[/.-](19|20)[0-9]{2}$'
        THEN make_date(right(value, 4)::integer, substr(value, 4, 2)::integer, left(value, 2)::integer)
    WHEN value IS NOT NULL THEN intake_read_day(value, form)
END;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_largest_changes")]

    operations = [migrations.RunSQL(_DAY, migrations.RunSQL.noop)]
