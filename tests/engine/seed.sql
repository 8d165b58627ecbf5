-- Keep a copy of what the migrations put into tables (the law's data, roles, content types), for flush.sql.
DO $seed$
DECLARE
    found record;
    has_rows boolean;
BEGIN
    CREATE SCHEMA seed;
    FOR found IN
        SELECT c.relname, c.oid::regclass::text AS name
        FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
            AND c.relname <> 'django_migrations'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('CREATE TABLE seed.%I AS TABLE %s', found.relname, found.name);
        END IF;
    END LOOP;
END
$seed$;
