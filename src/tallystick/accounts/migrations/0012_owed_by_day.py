"""What is owed by due day, kept as rows that add up: the ageing of the book without a look at every open item.

A payment adds a row or two and changes none, so that nobody waits for anybody; a job folds them. On how many accounts something is
open in a bucket is no sum over days, for an account can have several items in it. So a row also says the due day before, of the same
account: an account is counted on the first of its days in a bucket, which is the one whose day before lies outside.
"""

from django.db import migrations, models

_PLACE = """
-- In which bucket stands on a day what is due on another: its place among them.
CREATE FUNCTION accounts_age_place(due_on date, day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN due_on >= day THEN 1 WHEN due_on >= day - 30 THEN 2 WHEN due_on >= day - 60 THEN 3 WHEN due_on >= day - 90 THEN 4
            WHEN due_on >= day - 180 THEN 5 WHEN due_on >= day - 365 THEN 6 ELSE 7 END
"""

#: Adds what came to some accounts and takes off what went. What their days were before is what they are, less the one, and the other.
_TURN = """
WITH moved AS MATERIALIZED ({moved}), day AS (
    SELECT account_id, client_id, currency, due_on, accounts_total_minor(minor) AS minor, accounts_total_minor(was) AS was
    FROM (
        SELECT account_id, client_id, currency, due_on, open_minor AS minor, open_minor AS was
        FROM accounts_item
        WHERE account_id IN (SELECT account_id FROM moved) AND open_minor > 0
        UNION ALL
        SELECT account_id, client_id, currency, due_on, 0, was FROM moved
    ) AS item
    GROUP BY account_id, client_id, currency, due_on
), chain AS (
    SELECT day.*, max(due_on) FILTER (WHERE minor > 0) OVER earlier AS before_on,
           max(due_on) FILTER (WHERE was > 0) OVER earlier AS was_before
    FROM day
    WINDOW earlier AS (PARTITION BY account_id ORDER BY due_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
INSERT INTO accounts_owed_by_day (client_id, currency, due_on, before_on, minor, accounts)
SELECT client_id, currency, due_on, told.before_on, accounts_total_minor(told.minor), sum(told.accounts)
FROM chain CROSS JOIN LATERAL (VALUES (before_on, minor, 1), (was_before, -was, -1)) AS told(before_on, minor, accounts)
WHERE told.minor <> 0 AND (chain.minor, chain.before_on) IS DISTINCT FROM (was, was_before)
GROUP BY client_id, currency, due_on, told.before_on
HAVING accounts_total_minor(told.minor) <> 0 OR sum(told.accounts) <> 0
"""
_CAME = "SELECT account_id, client_id, currency, due_on, -open_minor AS was FROM added"
_WENT = "SELECT account_id, client_id, currency, due_on, open_minor AS was FROM removed"
#: A row that says the same as before neither came nor went: most changes of items are about something else.
_CHANGED = """
    SELECT side.account_id, side.client_id, side.currency, side.due_on, side.was
    FROM added JOIN removed USING (id) CROSS JOIN LATERAL (
        VALUES (added.account_id, added.client_id, added.currency, added.due_on, -added.open_minor),
               (removed.account_id, removed.client_id, removed.currency, removed.due_on, removed.open_minor)
    ) AS side(account_id, client_id, currency, due_on, was)
    WHERE (added.account_id, added.client_id, added.currency, added.due_on, added.open_minor)
          IS DISTINCT FROM (removed.account_id, removed.client_id, removed.currency, removed.due_on, removed.open_minor)
"""


def _function(name: str, body: str) -> str:
    # Planned anew each time: a payment touches one account, an import a hundred thousand.
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        EXECUTE $statement${body}$statement$;
        RETURN NULL;
    END $function$
    """


_UP = (
    _PLACE,
    _function("accounts_age_added", _TURN.format(moved=_CAME)),
    _function("accounts_age_changed", _TURN.format(moved=_CHANGED)),
    _function("accounts_age_removed", _TURN.format(moved=_WENT)),
    """
    CREATE TRIGGER age_added AFTER INSERT ON accounts_item REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_age_added()
    """,
    """
    CREATE TRIGGER age_changed AFTER UPDATE ON accounts_item REFERENCING OLD TABLE AS removed NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_age_changed()
    """,
    """
    CREATE TRIGGER age_removed AFTER DELETE ON accounts_item REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_age_removed()
    """,
    """
    CREATE FUNCTION accounts_age_money() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE was bigint := CASE WHEN TG_OP = 'UPDATE' THEN OLD.on_account_minor ELSE 0 END;
    BEGIN
        INSERT INTO accounts_owed_by_day (client_id, currency, minor, accounts)
        VALUES (
            NEW.client_id, NEW.currency, was - NEW.on_account_minor,
            (NEW.on_account_minor <> 0)::integer - (was <> 0)::integer
        );
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER age_money AFTER UPDATE OF on_account_minor ON accounts_account FOR EACH ROW
        WHEN (OLD.on_account_minor <> NEW.on_account_minor AND NOT NEW.is_house) EXECUTE FUNCTION accounts_age_money()
    """,
    """
    CREATE TRIGGER age_first_money AFTER INSERT ON accounts_account FOR EACH ROW
        WHEN (NEW.on_account_minor <> 0 AND NOT NEW.is_house) EXECUTE FUNCTION accounts_age_money()
    """,
    """
    INSERT INTO accounts_owed_by_day (client_id, currency, due_on, before_on, minor, accounts, is_folded)
    SELECT client_id, currency, due_on, before_on, sum(minor), count(*), true
    FROM (
        SELECT client_id, currency, due_on, lag(due_on) OVER (PARTITION BY account_id ORDER BY due_on) AS before_on,
               sum(open_minor) AS minor
        FROM accounts_item
        WHERE open_minor > 0
        GROUP BY account_id, client_id, currency, due_on
        UNION ALL
        SELECT client_id, currency, NULL, NULL, -on_account_minor
        FROM accounts_account
        WHERE on_account_minor <> 0 AND NOT is_house
    ) AS owed
    GROUP BY client_id, currency, due_on, before_on
    """,
)
_DOWN = """
DROP TRIGGER age_first_money ON accounts_account;
DROP TRIGGER age_money ON accounts_account;
DROP TRIGGER age_removed ON accounts_item;
DROP TRIGGER age_changed ON accounts_item;
DROP TRIGGER age_added ON accounts_item;
DROP FUNCTION accounts_age_money(), accounts_age_removed(), accounts_age_changed(), accounts_age_added(),
              accounts_age_place(date, date);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_orders_of_allocation")]
    operations = [
        migrations.CreateModel(
            "OwedByDay",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                ("due_on", models.DateField(null=True)),
                ("before_on", models.DateField(null=True)),
                ("minor", models.BigIntegerField()),
                ("accounts", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("is_folded", models.BooleanField(default=False, db_default=False)),
            ],
            options={"db_table": "accounts_owed_by_day"},
        ),
        migrations.AddIndex(
            "item",
            models.Index(
                fields=["account"],
                name="accounts_item_held",
                condition=models.Q(held_from_on__isnull=False) | models.Q(disputed_minor__isnull=False),
            ),
        ),
        migrations.RunSQL(_UP, _DOWN),
    ]
