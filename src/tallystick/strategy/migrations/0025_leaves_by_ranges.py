"""Leaves of the book hold accounts of neighbouring numbers: what a night reads of one account, it has read with the one before.

Leaves by a hash held one account of sixty-four from all over the book, so that each of them cost pages of its own: of its account, its
items, its addresses, and of every index. A leaf is made when the first account comes that needs it; the last one ends where the next
begins, and none is ever changed. The lock that makes one leaves readers and writers alone.
"""

from django.db import migrations, models

MADE = """
CREATE FUNCTION strategy_end_of_leaves() RETURNS bigint LANGUAGE sql STABLE AS $$
-- Give the number of an account from which the book has no leaf.
SELECT coalesce(max(CASE
    WHEN bound LIKE '%TO (MAXVALUE)' THEN 9223372036854775807 ELSE substring(bound FROM $b$TO \\('(\\d+)'\\)$b$)::bigint
END), 0)
FROM pg_inherits
JOIN pg_class AS leaf ON leaf.oid = inhrelid
CROSS JOIN LATERAL pg_get_expr(leaf.relpartbound, leaf.oid) AS bound
WHERE inhparent = 'strategy_book'::regclass
$$;

CREATE FUNCTION strategy_open_leaves(upto bigint, width bigint) RETURNS integer LANGUAGE plpgsql STRICT AS $$
-- Make the leaves of the book that accounts up to a number need, each for so many numbers; give how many were made. Numbers that
-- were passed over come into one leaf, however many they are. A book that is only imagined has no leaves, and needs none.
DECLARE
    low bigint;
    high bigint;
    leaf text;
    made integer := 0;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'strategy_book'::regclass) <> 'p' OR upto < strategy_end_of_leaves() THEN
        RETURN 0;
    END IF;
    LOCK TABLE ONLY strategy_book IN SHARE UPDATE EXCLUSIVE MODE;
    low := strategy_end_of_leaves();
    WHILE low <= upto LOOP
        high := CASE WHEN upto - low > 1000 * width THEN upto / width * width ELSE low + width END;
        leaf := 'strategy_book_'
            || to_char((SELECT count(*) FROM pg_inherits WHERE inhparent = 'strategy_book'::regclass), 'FM00000');
        EXECUTE format('CREATE TABLE %I (LIKE strategy_book INCLUDING ALL) WITH (fillfactor = 75)', leaf);
        EXECUTE format(
            'ALTER TABLE strategy_book ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
            leaf, CASE WHEN low = 0 THEN 'MINVALUE' ELSE low::text END, high
        );
        low := high;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""

# Whatever columns the book has by now.
MOVED = """
DO $$
DECLARE
    trigger_made text;
    leaf record;
BEGIN
    SELECT pg_get_triggerdef(oid) INTO STRICT trigger_made FROM pg_trigger
    WHERE tgrelid = 'strategy_book'::regclass AND NOT tgisinternal;
    ALTER TABLE strategy_book RENAME TO strategy_book_by_hash;
    ALTER INDEX strategy_book_pkey RENAME TO strategy_book_by_hash_pkey;
    CREATE TABLE strategy_book (LIKE strategy_book_by_hash INCLUDING DEFAULTS, PRIMARY KEY (account_id)) PARTITION BY RANGE (account_id);
    EXECUTE trigger_made;
    PERFORM strategy_open_leaves((SELECT greatest(max(account_id), 0) FROM strategy_book_by_hash), 65536);
    FOR leaf IN
        SELECT relname AS name, row_number() OVER (ORDER BY relname) - 1 AS number FROM pg_inherits
        JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'strategy_book'::regclass
    LOOP
        EXECUTE format(
            'INSERT INTO strategy_book SELECT * FROM strategy_book_by_hash WHERE account_id >= %s AND account_id < %s ORDER BY account_id',
            leaf.number * 65536, (leaf.number + 1) * 65536
        );
    END LOOP;
    DROP TABLE strategy_book_by_hash;
END $$;
ANALYZE strategy_book;
"""


# A run that is not over is begun anew: what it decided stands, and is not decided twice.
BEGUN_ANEW = """
WITH anew AS (
    UPDATE strategy_run SET is_by_hash = false
    WHERE finished_at IS NULL AND day = (SELECT max(day) FROM strategy_run WHERE NOT only_reports)
    RETURNING id
)
DELETE FROM strategy_run_chunk WHERE run_id IN (SELECT id FROM anew);
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0024_working_copies_taken_over")]
    operations = [
        migrations.RunSQL(
            MADE, "DROP FUNCTION strategy_open_leaves(bigint, bigint); DROP FUNCTION strategy_end_of_leaves();"
        ),
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
        # What the parts of a run had seen is by the leaves of its time.
        migrations.AddField("run", "is_by_hash", models.BooleanField(default=True)),
        migrations.AlterField("run", "is_by_hash", models.BooleanField(default=False)),
        migrations.RunSQL(BEGUN_ANEW, migrations.RunSQL.noop),
    ]
