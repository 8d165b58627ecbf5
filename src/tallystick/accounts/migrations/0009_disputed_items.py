"""How much of an item is disputed, kept with the item: it is not chased, as what is on hold is not."""

from django.db import migrations, models
from django.db.models import Q

_CHASED = """
DROP FUNCTION accounts_chased_minor(bigint, bigint, date, date, date);
CREATE FUNCTION accounts_chased_minor(
    open_minor bigint, held_minor bigint, held_from_on date, held_until_on date, disputed_minor bigint, day date
) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN held_until_on IS NULL AND disputed_minor IS NULL THEN open_minor
            ELSE greatest(open_minor - greatest(
                CASE WHEN held_until_on > day AND held_from_on <= day THEN coalesce(held_minor, open_minor) END, disputed_minor, 0
            ), 0) END
"""
_UNDISPUTED = """
DROP FUNCTION accounts_chased_minor(bigint, bigint, date, date, bigint, date);
CREATE FUNCTION accounts_chased_minor(
    open_minor bigint, held_minor bigint, held_from_on date, held_until_on date, day date
) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN held_until_on > day AND held_from_on <= day THEN greatest(open_minor - coalesce(held_minor, open_minor), 0)
            ELSE open_minor END
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_items_on_hold")]
    operations = [
        migrations.AddField("item", "disputed_minor", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "item",
            models.CheckConstraint(
                condition=Q(disputed_minor__isnull=True) | Q(disputed_minor__gt=0),
                name="accounts_item_disputes_something",
            ),
        ),
        migrations.RunSQL(_CHASED, _UNDISPUTED),
    ]
