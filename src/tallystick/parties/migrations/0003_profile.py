"""What is asked of every debtor of a book, in one narrow row: what a party is, and by how many ways it can be reached.

Triggers keep it. Ways are counted in steps that add up: two who write of one party wait for each other and for nobody else, and
neither has to have seen what the other wrote.
"""

from django.db import migrations, models

_PARTIES = """
INSERT INTO parties_profile AS profile (party_id, is_company, country, language)
SELECT id, kind = 'company', country, language FROM added ORDER BY id
ON CONFLICT (party_id) DO UPDATE
SET is_company = excluded.is_company, country = excluded.country, language = excluded.language
WHERE (profile.is_company, profile.country, profile.language)
      IS DISTINCT FROM (excluded.is_company, excluded.country, excluded.language)
"""
_NO_PARTIES = "DELETE FROM parties_profile WHERE party_id IN (SELECT id FROM removed)"
_POINTS = """
INSERT INTO parties_profile AS profile (party_id, emails, mobiles, phones)
SELECT party_id, coalesce(sum(step) FILTER (WHERE kind = 'email'), 0), coalesce(sum(step) FILTER (WHERE kind = 'mobile'), 0),
       coalesce(sum(step) FILTER (WHERE kind = 'phone'), 0)
FROM ({steps}) AS point
WHERE state <> 'bad' AND consent IS DISTINCT FROM false
GROUP BY party_id
ORDER BY party_id
ON CONFLICT (party_id) DO UPDATE
SET emails = profile.emails + excluded.emails, mobiles = profile.mobiles + excluded.mobiles,
    phones = profile.phones + excluded.phones
WHERE (excluded.emails, excluded.mobiles, excluded.phones) <> (0, 0, 0)
"""
_ADDRESSES = """
INSERT INTO parties_profile AS profile (party_id, addresses)
SELECT party_id, sum(step)
FROM ({steps}) AS address
WHERE state <> 'bad' AND until_on IS NULL
GROUP BY party_id
ORDER BY party_id
ON CONFLICT (party_id) DO UPDATE SET addresses = profile.addresses + excluded.addresses WHERE excluded.addresses <> 0
"""
_CAME = "SELECT *, 1 AS step FROM added"
_WENT = "SELECT *, -1 AS step FROM removed"
_COUNTED = {"contact_point": _POINTS, "address": _ADDRESSES}
#: Triggers: of which table, after what, and what they do.
_TRIGGERS = [
    ("party", "added", "INSERT", _PARTIES),
    ("party", "changed", "UPDATE", _PARTIES),
    ("party", "removed", "DELETE", _NO_PARTIES),
    *(
        (table, name, event, counted.format(steps=steps))
        for table, counted in _COUNTED.items()
        for name, event, steps in (
            ("added", "INSERT", _CAME),
            ("changed", "UPDATE", f"{_CAME} UNION ALL {_WENT}"),
            ("removed", "DELETE", _WENT),
        )
    ),
]
_ROWS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}


def _trigger(table: str, name: str, event: str, does: str) -> str:
    # Planned anew each time: a person corrects one, an import brings a hundred thousand.
    return f"""
    CREATE FUNCTION parties_profile_{table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        EXECUTE $statement${does}$statement$;
        RETURN NULL;
    END $function$;
    CREATE TRIGGER profile_{name} AFTER {event} ON parties_{table} REFERENCING {_ROWS[event]}
        FOR EACH STATEMENT EXECUTE FUNCTION parties_profile_{table}_{name}()
    """


def _no_trigger(table: str, name: str) -> str:
    return f"DROP TRIGGER profile_{name} ON parties_{table}; DROP FUNCTION parties_profile_{table}_{name}()"


_FIRST = """
INSERT INTO parties_profile (party_id, is_company, country, language, emails, mobiles, phones, addresses)
SELECT party.id, kind = 'company', country, language, coalesce(emails, 0), coalesce(mobiles, 0), coalesce(phones, 0),
       coalesce(addresses, 0)
FROM parties_party AS party
LEFT JOIN (
    SELECT party_id, count(*) FILTER (WHERE kind = 'email') AS emails, count(*) FILTER (WHERE kind = 'mobile') AS mobiles,
           count(*) FILTER (WHERE kind = 'phone') AS phones, count(*) FILTER (WHERE kind = 'address') AS addresses
    FROM (
        SELECT party_id, kind FROM parties_contact_point WHERE state <> 'bad' AND consent IS DISTINCT FROM false
        UNION ALL
        SELECT party_id, 'address' FROM parties_address WHERE state <> 'bad' AND until_on IS NULL
    ) AS way
    GROUP BY party_id
) AS way ON way.party_id = party.id
ORDER BY party.id
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_search")]
    operations = [
        migrations.CreateModel(
            "Profile",
            [
                ("party_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("is_company", models.BooleanField(null=True)),
                ("emails", models.IntegerField(default=0, db_default=0)),
                ("mobiles", models.IntegerField(default=0, db_default=0)),
                ("phones", models.IntegerField(default=0, db_default=0)),
                ("addresses", models.IntegerField(default=0, db_default=0)),
                ("country", models.TextField(null=True)),
                ("language", models.TextField(null=True)),
            ],
            options={"db_table": "parties_profile"},
        ),
        # A change finds room in the page of its row.
        migrations.RunSQL("ALTER TABLE parties_profile SET (fillfactor = 75)", migrations.RunSQL.noop),
        migrations.RunSQL(
            ";".join(_trigger(*each) for each in _TRIGGERS),
            ";".join(_no_trigger(table, name) for table, name, *_ in _TRIGGERS),
        ),
        migrations.RunSQL(_FIRST, migrations.RunSQL.noop),
    ]
