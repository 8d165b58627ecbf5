"""Items say how much of them is disputed: those whose disputes were raised before they could."""

from django.db import migrations

_MARK = """
UPDATE accounts_item AS item SET disputed_minor = disputed.minor
FROM (
    SELECT account_id, item_id, sum(amount_minor)::bigint AS minor
    FROM disputes_dispute WHERE state = 'open' AND item_id IS NOT NULL
    GROUP BY account_id, item_id
) AS disputed
WHERE item.id = disputed.item_id AND item.account_id = disputed.account_id
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial"), ("accounts", "0009_disputed_items")]
    operations = [migrations.RunSQL(_MARK, migrations.RunSQL.noop)]
