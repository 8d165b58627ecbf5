"""One function makes the month partitions of every table that has them. What lies in the default partition already moves over."""

from django.db import migrations

# It gives up a lock sooner than the server looks for deadlocks (a second): while it waits for a reader of the default partition,
# whoever comes after stands behind it, and may be the one whom the reader waits for.
MONTHS = """
CREATE FUNCTION kernel_open_month(parent regclass, day date) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '300ms' AS $$
-- Make the partition of the month of a day, with the rows of it that the default partition holds; false when it stands already.
DECLARE
    low date := date_trunc('month', day)::date;
    high date := (date_trunc('month', day) + interval '1 month')::date;
    leaf text := (SELECT relname FROM pg_class WHERE oid = parent) || '_' || to_char(low, 'YYYYMM');
    other regclass := (SELECT partdefid FROM pg_partitioned_table WHERE partrelid = parent);
    key record;
    bounds text[] := ARRAY[low::text, high::text];
BEGIN
    PERFORM pg_advisory_xact_lock('pg_partitioned_table'::regclass::oid::int, parent::oid::int);
    IF to_regclass(quote_ident(leaf)) IS NOT NULL THEN
        RETURN false;
    END IF;
    SELECT attname AS name, atttypid = 'timestamptz'::regtype AS is_instant INTO STRICT key
    FROM pg_partitioned_table AS parted
    JOIN pg_attribute ON attrelid = parent AND attnum = parted.partattrs[0]
    WHERE parted.partrelid = parent;
    IF key.is_instant THEN
        bounds := ARRAY[low || ' 00:00+00', high || ' 00:00+00'];
    END IF;
    -- Who may not remove rows may not lock them out either.
    EXECUTE format('GRANT DELETE ON %s, %s TO CURRENT_USER', parent, other);
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', parent);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', other);
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', leaf, parent);
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', other);
    EXECUTE format(
        'WITH moved AS (DELETE FROM %s WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        other, key.name, bounds[1], key.name, bounds[2], leaf
    );
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', other);
    EXECUTE format('REVOKE DELETE ON %s, %s FROM CURRENT_USER', parent, other);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, leaf, bounds[1], bounds[2]);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER', leaf);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION kernel_append_only()', leaf);
    RETURN true;
END $$;
DROP FUNCTION timeline_open_month(date);
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0002_digests")]
    operations = [migrations.RunSQL(MONTHS)]
