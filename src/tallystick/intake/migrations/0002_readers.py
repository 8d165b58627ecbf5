"""Read amounts, days and terms in the database, a million at a time; and the form of the table that lines are staged in."""

from django.db import migrations

_READERS = r"""
CREATE TYPE intake_amount AS (minor bigint, fault text);

CREATE FUNCTION intake_read_amount(value text, mark text, currency text, decimals integer) RETURNS intake_amount
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
-- Read an amount of any spelling. Twin of rules.read_minor.
DECLARE
    blanks CONSTANT text := ' ' || chr(160) || chr(8201) || chr(8239);
    part text[];
    digits text[];
    named text;
    whole text;
    fraction text;
    minus boolean;
BEGIN
    part := regexp_match(btrim(value, blanks), format(
        '^(\()?([-+−])?([£€$¥]|[A-Z]{3})?[%1$s]*([-+−])?([0-9][0-9.,''’%1$s]*|[.,][0-9]+)([-+−])?[%1$s]*([£€$¥]|[A-Z]{3})?[%1$s]*(CR|DR|Cr|Dr|cr|dr)?(\))?$',
        blanks));
    IF part IS NULL
        OR (part[1] IS NULL) <> (part[9] IS NULL)
        OR num_nonnulls(part[1], part[2], part[4], part[6], part[8]) > 1
        OR num_nonnulls(part[3], part[7]) > 1
    THEN
        RETURN ROW(NULL, 'amount_unreadable')::intake_amount;
    END IF;
    digits := regexp_match(btrim(part[5], blanks), format(
        CASE mark
            WHEN ',' THEN '^([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:[''’][0-9]{3})+|[0-9]{1,3}(?:[%1$s][0-9]{3})+|[0-9]*)(?:,([0-9]+))?$'
            ELSE '^([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[''’][0-9]{3})+|[0-9]{1,3}(?:[%1$s][0-9]{3})+|[0-9]*)(?:\.([0-9]+))?$'
        END, blanks));
    IF digits IS NULL OR (digits[1] = '' AND digits[2] IS NULL) THEN
        RETURN ROW(NULL, 'amount_unreadable')::intake_amount;
    END IF;
    named := coalesce(part[3], part[7]);
    IF named IS NOT NULL AND currency <> ALL (CASE named
        WHEN '£' THEN '{GBP,GIP,FKP,SHP}'
        WHEN '€' THEN '{EUR}'
        WHEN '$' THEN '{USD,CAD,AUD,NZD,SGD,HKD,MXN}'
        WHEN '¥' THEN '{JPY,CNY}'
        ELSE ARRAY[named] END)
    THEN
        RETURN ROW(NULL, 'amount_other_currency')::intake_amount;
    END IF;
    whole := ltrim(regexp_replace(digits[1], '[^0-9]', '', 'g'), '0');
    fraction := rtrim(coalesce(digits[2], ''), '0');
    IF length(fraction) > decimals THEN
        RETURN ROW(NULL, 'amount_too_precise')::intake_amount;
    END IF;
    IF length(whole) > 15 THEN
        RETURN ROW(NULL, 'amount_too_large')::intake_amount;
    END IF;
    minus := part[1] IS NOT NULL OR upper(part[8]) IS NOT DISTINCT FROM 'CR'
        OR coalesce(part[2], part[4], part[6], '+') <> '+';
    RETURN ROW(('0' || whole || rpad(fraction, decimals, '0'))::bigint * CASE WHEN minus THEN -1 ELSE 1 END, NULL)::intake_amount;
END $$;

CREATE FUNCTION intake_minor(value text, mark text, currency text, decimals integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
-- Read an amount into minor units, NULL when it cannot be read: the plain spellings at once, any other with care.
CASE
    WHEN decimals = 2 AND mark = '.' AND value ~ '^-?[0-9]{1,15}(\.[0-9]{1,2})?$' THEN (value::numeric * 100)::bigint
    WHEN decimals = 2 AND mark = '.' AND value ~ '^-?[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,2})?$'
        THEN (replace(value, ',', '')::numeric * 100)::bigint
    WHEN decimals = 2 AND mark = ',' AND value ~ '^-?[0-9]{1,3}(\.?[0-9]{3}){0,4}(,[0-9]{1,2})?$'
        THEN (translate(value, ',.', '.')::numeric * 100)::bigint
    WHEN value IS NOT NULL AND decimals IS NOT NULL THEN (intake_read_amount(value, mark, currency, decimals)).minor
END;

CREATE FUNCTION intake_read_day(value text, form text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
-- Read a day of any spelling; NULL when it is none. Twin of rules.read_day.
DECLARE
    clock CONSTANT text := '(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?$';
    trimmed text := btrim(value, ' ' || chr(160) || chr(8201) || chr(8239));
    part text[];
    y integer;
    m integer;
    d integer;
BEGIN
    part := CASE form
        WHEN 'ymd' THEN regexp_match(trimmed, '^([0-9]{4}|[0-9]{2})([-/. ])([0-9]{1,2}|[A-Za-z]{3,9})\2([0-9]{1,2})' || clock)
        WHEN 'dmy' THEN regexp_match(trimmed, '^([0-9]{1,2})([-/. ])([0-9]{1,2}|[A-Za-z]{3,9})\2([0-9]{4}|[0-9]{2})' || clock)
        WHEN 'mdy' THEN regexp_match(trimmed, '^([0-9]{1,2}|[A-Za-z]{3,9})([-/. ])([0-9]{1,2})(?:\2|, )([0-9]{4}|[0-9]{2})' || clock)
    END;
    IF part IS NOT NULL THEN
        part := CASE form
            WHEN 'ymd' THEN ARRAY[part[1], part[3], part[4]]
            WHEN 'dmy' THEN ARRAY[part[4], part[3], part[1]]
            WHEN 'mdy' THEN ARRAY[part[4], part[1], part[3]]
        END;
    ELSE
        part := regexp_match(trimmed, '^([0-9]{8})' || clock);
        IF part IS NULL THEN
            RETURN NULL;
        END IF;
        part := CASE form
            WHEN 'ymd' THEN ARRAY[left(part[1], 4), substr(part[1], 5, 2), right(part[1], 2)]
            WHEN 'dmy' THEN ARRAY[right(part[1], 4), substr(part[1], 3, 2), left(part[1], 2)]
            WHEN 'mdy' THEN ARRAY[right(part[1], 4), left(part[1], 2), substr(part[1], 3, 2)]
        END;
    END IF;
    y := part[1]::integer;
    IF length(part[1]) = 2 THEN
        y := y + CASE WHEN y >= 70 THEN 1900 ELSE 2000 END;
    END IF;
    m := CASE
        WHEN part[2] ~ '^[0-9]' THEN part[2]::integer
        WHEN length(part[2]) = 3 OR lower(part[2]) = 'sept'
            OR lower(part[2]) = ANY ('{january,february,march,april,may,june,july,august,september,october,november,december}')
        THEN (position(lower(left(part[2], 3)) IN 'jan feb mar apr may jun jul aug sep oct nov dec') + 3) / 4
    END;
    d := part[3]::integer;
    IF m IS NULL OR m NOT BETWEEN 1 AND 12 OR y NOT BETWEEN 1900 AND 2199 OR d < 1
        OR d > extract(day FROM make_date(y, m, 1) + interval '1 month' - interval '1 day')
    THEN
        RETURN NULL;
    END IF;
    RETURN make_date(y, m, d);
END $$;

CREATE FUNCTION intake_day(value text, form text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
-- Read a day, NULL when it is none: the plain spellings of days that every month has at once, any other with care.
CASE
    WHEN form = 'ymd' AND value ~ '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$'
        THEN make_date(left(value, 4)::integer, substr(value, 6, 2)::integer, right(value, 2)::integer)
    WHEN form = 'dmy' AND value ~ '^(0[1-9]|1[0-9]|2[0-8])[/.-](0[1-9]|1[0-2])[/.-](19|20)[0-9]{2}$'
            AND substr(value, 3, 1) = substr(value, 6, 1)
        THEN make_date(right(value, 4)::integer, substr(value, 4, 2)::integer, left(value, 2)::integer)
    WHEN value IS NOT NULL THEN intake_read_day(value, form)
END;

CREATE FUNCTION intake_terms(value text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
-- Read terms of payment as days, NULL when they are none. Twin of rules.read_terms.
CASE
    WHEN value ~ '^[0-9]{1,3}$' THEN value::integer
    WHEN lower(btrim(value)) IN ('due on receipt', 'on receipt', 'immediate', 'cod', 'cash') THEN 0
    ELSE (regexp_match(value, '^ *(?:net *)?([0-9]{1,3}) *(?:d|days?)?(?: net)? *$', 'i'))[1]::integer
END;
"""

_STAGED = """
-- The form of a batch's own staging table: what its lines say, as text; names and numbers also in the form they are compared in.
CREATE TABLE intake_staged_form (
    line integer NOT NULL,
    line_fault text,
    account_ref text, debtor_ref text,
    name text, name_key text, party_kind text, company_number text, born_on text, language text, group_name text,
    address_1 text, address_2 text, address_3 text, town text, county text, postcode text, country text,
    email text, email_key text, phone text, phone_key text, mobile text, mobile_key text,
    portfolio text,
    item_ref text, item_kind text, issued_on text, due_on text, terms_days text, settled_on text,
    amount text, open_amount text, currency text, description text, interest text, fees text, costs text
);
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_sources_and_batches")]
    operations = [
        migrations.RunSQL(
            _READERS,
            """
            DROP FUNCTION intake_terms(text);
            DROP FUNCTION intake_day(text, text);
            DROP FUNCTION intake_read_day(text, text);
            DROP FUNCTION intake_minor(text, text, text, integer);
            DROP FUNCTION intake_read_amount(text, text, text, integer);
            DROP TYPE intake_amount;
            """,
        ),
        migrations.RunSQL(_STAGED, "DROP TABLE intake_staged_form"),
    ]
