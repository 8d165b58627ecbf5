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

#: Adds what a set of items of whole accounts is by due day, each with a sign.
_ADD = """
INSERT INTO accounts_owed_by_day (client_id, currency, due_on, before_on, minor, accounts)
SELECT client_id, currency, due_on, before_on, sum(sign * minor), sum(sign)
FROM (
    SELECT sign, client_id, currency, due_on, sum(open_minor) AS minor,
           lag(due_on) OVER (PARTITION BY sign, account_id ORDER BY due_on) AS before_on
    FROM ({signed}) AS item
    WHERE open_minor > 0
    GROUP BY sign, account_id, client_id, currency, due_on
) AS step
GROUP BY client_id, currency, due_on, before_on
HAVING sum(sign * minor) <> 0 OR sum(sign) <> 0
"""
_OF = "account_id, client_id, currency, due_on, open_minor"
#: What the items of some accounts are, and what they were before a statement added and removed some of them.
_TURN = f"""
    SELECT 1 AS sign, {_OF} FROM accounts_item WHERE account_id IN (SELECT account_id FROM {{touched}} AS touched)
    UNION ALL
    SELECT -1, {_OF} FROM accounts_item AS item
    WHERE account_id IN (SELECT account_id FROM {{touched}} AS touched) {{less}}
    {{gone}}
"""  # noqa: S608 - no value is in it
_LESS = "AND NOT EXISTS (SELECT FROM added WHERE added.id = item.id)"
_GONE = f"UNION ALL SELECT -1, {_OF} FROM removed WHERE account_id IN (SELECT account_id FROM {{touched}} AS touched)"  # noqa: S608
_CHANGED = """(
    SELECT unnest(ARRAY[added.account_id, removed.account_id]) AS account_id FROM added JOIN removed USING (id)
    WHERE (added.account_id, added.client_id, added.currency, added.due_on, added.open_minor)
          IS DISTINCT FROM (removed.account_id, removed.client_id, removed.currency, removed.due_on, removed.open_minor)
)"""


def _turn(touched: str, *, less: str, gone: str) -> str:
    signed = _TURN.format(touched=touched, less=less, gone=gone.format(touched=touched))
    return _ADD.format(signed=signed)


def _function(name: str, body: str) -> str:
    # Planned anew each time: a payment touches one account, an import a hundred thousand.
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        EXECUTE $statement${body}$statement$;
        RETURN NULL;
    END $function$
    """


_UP = [
    _PLACE,
    _function("accounts_age_added", _turn("added", less=_LESS, gone="")),
    _function("accounts_age_changed", _turn(_CHANGED, less=_LESS, gone=_GONE)),
    _function("accounts_age_removed", _turn("removed", less="", gone=_GONE)),
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
    _ADD.format(signed=f"SELECT 1 AS sign, {_OF} FROM accounts_item"),  # noqa: S608
    """
    INSERT INTO accounts_owed_by_day (client_id, currency, minor, accounts)
    SELECT client_id, currency, -sum(on_account_minor), count(*)
    FROM accounts_account
    WHERE on_account_minor <> 0 AND NOT is_house
    GROUP BY client_id, currency
    """,
    "UPDATE accounts_owed_by_day SET is_folded = true",
]
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
    dependencies = [("accounts", "0010_total")]
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
