"""What grows, or is paid in part, moves no account from one due day to another: only the amount of its day changes.

Interest of a night lets a million items grow. For those nobody looks at the other items of the account: the row that is added says
nothing of the day before, and of no account.
"""

import importlib

from django.db import migrations

_TURNED = importlib.import_module("tallystick.accounts.migrations.0012_owed_by_day")

_STAYS = """
(added.account_id, added.client_id, added.currency, added.due_on)
= (removed.account_id, removed.client_id, removed.currency, removed.due_on) AND added.open_minor > 0 AND removed.open_minor > 0
"""
#: Both in one look at what changed: `EXISTS` would have the planner hope for an early hit, and go through one for each of the other.
_GROW = f"""
WITH changed AS MATERIALIZED (
    SELECT added.client_id, added.currency, added.due_on, added.open_minor - removed.open_minor AS minor, {_STAYS} AS stays
    FROM added JOIN removed USING (id)
), grown AS (
    INSERT INTO accounts_owed_by_day (client_id, currency, due_on, minor, accounts)
    SELECT client_id, currency, due_on, sum(minor), 0
    FROM changed
    WHERE stays AND minor <> 0
    GROUP BY client_id, currency, due_on
    HAVING sum(minor) <> 0
)
SELECT coalesce(bool_or(NOT stays), false) FROM changed
"""  # noqa: S608 (a part of this file)
_OPENS = "SELECT EXISTS (SELECT FROM added WHERE open_minor <> 0)"


def _function(name: str, looks: str, turn: str) -> str:
    # Planned anew each time, what is looked for too: a payment touches one item, a night all.
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $function$
    DECLARE is_moved boolean;
    BEGIN
        EXECUTE $statement${looks}$statement$ INTO is_moved;
        IF is_moved THEN
            EXECUTE $statement${turn}$statement$;
        END IF;
        RETURN NULL;
    END $function$
    """


_UP = (
    _function("accounts_age_changed", _GROW, _TURNED._TURN.format(moved=f"{_TURNED._CHANGED} AND NOT ({_STAYS})")),
    _function("accounts_age_added", _OPENS, _TURNED._TURN.format(moved=_TURNED._CAME)),
)
_DOWN = tuple(
    _TURNED._function(name, _TURNED._TURN.format(moved=moved)).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for name, moved in (("accounts_age_changed", _TURNED._CHANGED), ("accounts_age_added", _TURNED._CAME))
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_owed_by_day")]
    operations = [migrations.RunSQL(_UP, _DOWN)]
