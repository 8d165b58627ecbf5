"""The months of decisions and of the past are made as those of every other table."""

from django.db import migrations

DROPPED = """
DROP FUNCTION strategy_open_month(date);
DROP FUNCTION strategy_open_month_of_past(date);
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0019_golden_accounts_behind_policies"), ("timeline", "0003_months")]
    operations = [migrations.RunSQL(DROPPED)]
