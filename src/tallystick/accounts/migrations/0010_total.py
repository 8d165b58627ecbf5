"""An exact sum of minor units as `bigint`: what `sum` makes of them is `numeric`, which costs more than the adding."""

from django.db import migrations

_TOTAL = """
CREATE AGGREGATE accounts_total_minor(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_disputed_items")]
    operations = [migrations.RunSQL(_TOTAL, "DROP AGGREGATE accounts_total_minor(bigint)")]
