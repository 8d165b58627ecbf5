"""What of an item is on hold, kept with the item, and the one word of SQL for what of it is chased."""

from django.db import migrations, models
from django.db.models import F, Q

_FUNCTION = """
CREATE FUNCTION accounts_chased_minor(
    open_minor bigint, held_minor bigint, held_from_on date, held_until_on date, day date
) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN held_until_on > day AND held_from_on <= day THEN greatest(open_minor - coalesce(held_minor, open_minor), 0)
            ELSE open_minor END
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_items_of_nothing")]
    operations = [
        migrations.AddField("item", "held_from_on", models.DateField(null=True)),
        migrations.AddField("item", "held_until_on", models.DateField(null=True)),
        migrations.AddField("item", "held_minor", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "item",
            models.CheckConstraint(
                condition=Q(held_from_on__isnull=True, held_until_on__isnull=True, held_minor__isnull=True)
                | Q(held_from_on__isnull=False, held_until_on__gt=F("held_from_on"))
                & (Q(held_minor__isnull=True) | Q(held_minor__gt=0)),
                name="accounts_item_hold_lasts_a_day",
            ),
        ),
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION accounts_chased_minor(bigint, bigint, date, date, date)"),
    ]
