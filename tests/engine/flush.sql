-- Put every table back to what the migrations left in it (see seed.sql).
--
-- Append-only tables refuse TRUNCATE twice: by a privilege taken from their owner, and by a trigger. Both are lifted here
-- and put back at the end. Which tables those are is read from the catalog. Only tables with rows are touched.
DO $flush$
DECLARE
    found record;
    filled text[] := '{}';
    refusing oid[] := '{}';
    sleeping text[] := '{}';
    columns text;
    has_rows boolean;
BEGIN
    FOR found IN
        SELECT c.oid, c.oid::regclass::text AS name
        FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
            AND c.relname <> 'django_migrations'
        ORDER BY c.oid
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO has_rows;
        IF has_rows THEN
            filled := filled || found.name;
        END IF;
        IF NOT has_table_privilege(found.oid, 'TRUNCATE') THEN
            refusing := refusing || found.oid;
        END IF;
    END LOOP;
    IF filled = '{}' THEN
        RETURN;
    END IF;

    FOR found IN
        SELECT t.tgrelid::regclass::text AS name, t.tgname
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled = 'O'
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', found.name, found.tgname);
        sleeping := sleeping || format('ALTER TABLE %s ENABLE TRIGGER %I', found.name, found.tgname);
    END LOOP;
    FOR i IN 1 .. cardinality(refusing) LOOP
        EXECUTE format('GRANT TRUNCATE ON %s TO CURRENT_USER', refusing[i]::regclass);
    END LOOP;

    EXECUTE format('TRUNCATE %s CASCADE', array_to_string(filled, ', '));
    FOR found IN
        SELECT s.relname, t.oid, t.oid::regclass::text AS name
        FROM pg_class s JOIN pg_class t ON t.relname = s.relname AND t.relnamespace = current_schema()::regnamespace
        WHERE s.relnamespace = to_regnamespace('seed') AND s.relkind = 'r'
        ORDER BY t.oid
    LOOP
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
        FROM pg_attribute a
        WHERE a.attrelid = found.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
        EXECUTE format(
            'INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM seed.%I', found.name, columns, columns, found.relname
        );
    END LOOP;

    SET CONSTRAINTS ALL IMMEDIATE;
    FOR i IN 1 .. cardinality(refusing) LOOP
        EXECUTE format('REVOKE TRUNCATE ON %s FROM CURRENT_USER', refusing[i]::regclass);
    END LOOP;
    FOR i IN 1 .. cardinality(sleeping) LOOP
        EXECUTE sleeping[i];
    END LOOP;
END
$flush$;
