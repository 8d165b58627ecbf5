-- name: make_staged
-- Make the table in which the lines of one batch are staged as text. Not logged: it can be made again from the file.
CREATE UNLOGGED TABLE {staged} (LIKE intake_staged_form);

-- name: make_ready
-- Read the lines of a batch: amounts and days as values, what is wrong with each line, the account that it belongs to, and the chunk
-- in which it is loaded. Errors and warnings are words like "amount:amount_unreadable", parted by blanks. Lines of an account stand
-- together, and a chunk ends between accounts unless one fills a chunk by itself. The same file and mapping give the same chunks.
-- What every step asks for comes first: a row is taken apart from its beginning.
-- OFFSET '0' keeps what is read once from being read wherever it is used; as a literal, unlike 0, it lets workers read in parallel.
CREATE UNLOGGED TABLE {ready} AS
SELECT ((row_number() OVER lines - 1) - (row_number() OVER lines - rank() OVER accounts) %% %(chunk_lines)s)
           / %(chunk_lines)s AS chunk,
       false AS is_repeat,
       coalesce(account_key = lag(account_key) OVER lines AND item_key IS NOT DISTINCT FROM lag(item_key) OVER lines, false)
           AS is_twin,
       judged.*
FROM (
    SELECT line, is_credit, issued_on,
           coalesce(due_on, issued_on + terms_days, CASE WHEN is_credit OR NOT %(needs_due)s THEN issued_on END) AS due_on,
           settled_on,
           CASE WHEN is_credit THEN coalesce(abs(open_minor), abs(amount_minor)) ELSE amount_minor END AS amount_minor,
           CASE WHEN NOT is_credit THEN coalesce(open_minor, CASE WHEN settled_on IS NOT NULL THEN 0 END) END AS open_minor,
           CASE
               WHEN is_credit AND %(lessens)s THEN -coalesce(abs(amount_minor), 0)
               ELSE coalesce(amount_minor, 0) + coalesce(interest_minor, 0) + coalesce(fees_minor, 0)
                   + coalesce(costs_minor, 0)
           END AS value_minor,
           CASE WHEN decimals IS NULL THEN '' ELSE currency END AS total_currency,
           CASE
               WHEN line_fault IS NOT NULL THEN ':' || line_fault
               ELSE nullif(concat_ws(' ',
                   CASE WHEN account_ref IS NULL THEN 'account_ref:missing'
                        WHEN length(account_ref) > 100 THEN 'account_ref:text_too_long' END,
                   CASE WHEN name IS NULL AND %(needs_name)s THEN 'name:missing'
                        WHEN length(name) > 200 THEN 'name:text_too_long' END,
                   CASE WHEN currency IS NULL THEN 'currency:missing'
                        WHEN decimals IS NULL THEN 'currency:currency_unknown' END,
                   CASE WHEN portfolio IS NOT NULL AND portfolio_id IS NULL THEN 'portfolio:portfolio_unknown' END,
                   CASE WHEN %(has_items)s THEN nullif(concat_ws(' ',
                       CASE WHEN item_ref IS NULL AND %(needs_item)s THEN 'item_ref:missing'
                            WHEN length(item_ref) > 160 THEN 'item_ref:text_too_long' END,
                       CASE WHEN item_kind IS NULL THEN 'item_kind:missing'
                            WHEN item_kind <> ALL (%(kinds)s::text[]) THEN 'item_kind:kind_unknown' END,
                       CASE WHEN amount IS NULL THEN 'amount:missing'
                            WHEN decimals IS NULL THEN NULL
                            WHEN amount_minor IS NULL
                                THEN 'amount:' || (intake_read_amount(amount, %(mark)s, currency, decimals)).fault
                            WHEN amount_minor < 0 AND NOT is_credit THEN 'amount:amount_is_negative'
                            WHEN amount_minor = 0 AND coalesce(interest_minor, 0) + coalesce(fees_minor, 0)
                                + coalesce(costs_minor, 0) = 0 THEN 'amount:amount_is_nothing' END,
                       CASE WHEN open_amount IS NULL OR decimals IS NULL THEN NULL
                            WHEN open_minor IS NULL
                                THEN 'open_amount:' || (intake_read_amount(open_amount, %(mark)s, currency, decimals)).fault
                            WHEN open_minor < 0 AND NOT is_credit THEN 'open_amount:amount_is_negative'
                            WHEN abs(open_minor) > abs(amount_minor) THEN 'open_amount:open_exceeds_amount' END,
                       CASE WHEN issued_text IS NULL THEN 'issued_on:missing'
                            WHEN issued_on IS NULL THEN 'issued_on:day_unreadable' END,
                       CASE WHEN due_text IS NOT NULL AND due_on IS NULL AND due_text !~ '^0[-/. 0]*$'
                                THEN 'due_on:day_unreadable'
                            WHEN %(needs_due)s AND NOT is_credit AND due_on IS NULL AND terms_days IS NULL
                                THEN 'due_on:due_unknown' END,
                       CASE WHEN settled_text IS NOT NULL AND settled_on IS NULL AND settled_text !~ '^0[-/. 0]*$'
                                THEN 'settled_on:day_unreadable' END,
                       CASE WHEN decimals IS NOT NULL THEN nullif(concat_ws(' ',
                           CASE WHEN interest IS NULL THEN NULL
                                WHEN interest_minor IS NULL
                                    THEN 'interest:' || (intake_read_amount(interest, %(mark)s, currency, decimals)).fault
                                WHEN interest_minor < 0 THEN 'interest:amount_is_negative' END,
                           CASE WHEN fees IS NULL THEN NULL
                                WHEN fees_minor IS NULL
                                    THEN 'fees:' || (intake_read_amount(fees, %(mark)s, currency, decimals)).fault
                                WHEN fees_minor < 0 THEN 'fees:amount_is_negative' END,
                           CASE WHEN costs IS NULL THEN NULL
                                WHEN costs_minor IS NULL
                                    THEN 'costs:' || (intake_read_amount(costs, %(mark)s, currency, decimals)).fault
                                WHEN costs_minor < 0 THEN 'costs:amount_is_negative' END), '') END,
                       CASE WHEN length(description) > 500 THEN 'description:text_too_long' END), '') END), '')
           END AS errors,
           nullif(concat_ws(' ',
               CASE WHEN born_text IS NOT NULL AND born_on IS NULL THEN 'born_on:born_unreadable' END,
               CASE WHEN email IS NOT NULL AND email_key IS NULL THEN 'email:contact_unreadable' END,
               CASE WHEN phone IS NOT NULL AND phone_key IS NULL THEN 'phone:contact_unreadable' END,
               CASE WHEN mobile IS NOT NULL AND mobile_key IS NULL THEN 'mobile:contact_unreadable' END,
               CASE WHEN country_text <> country THEN 'country:country_unknown' END,
               CASE WHEN terms IS NOT NULL AND terms_days IS NULL THEN 'terms_days:terms_unreadable' END,
               CASE WHEN due_on < issued_on AND NOT is_credit THEN 'due_on:due_before_issue' END), '') AS warnings,
           account_key, item_kind, item_ref, item_kind || ' ' || item_ref AS item_key, currency, description,
           interest_minor, fees_minor, costs_minor, portfolio_id, debtor_key, name, name_key, party_kind, company_number,
           born_on, language, group_name, address_1, address_2, address_3, town, county, postcode, country, email, email_key,
           phone, phone_key, mobile, mobile_key
    FROM (
        SELECT staged.line, staged.line_fault, staged.account_ref,
               %(prefix)s || staged.account_ref
                   || CASE WHEN staged.currency <> nullif(%(home_currency)s, '') THEN '/' || staged.currency ELSE '' END
                   AS account_key,
               %(prefix)s || coalesce(staged.debtor_ref, CASE WHEN %(home_currency)s <> '' THEN staged.account_ref END)
                   AS debtor_key,
               staged.name, staged.name_key,
               staged.party_kind, staged.company_number, staged.born_on AS born_text, intake_day(staged.born_on, %(born_form)s) AS born_on,
               left(staged.language, 10) AS language, staged.group_name, staged.address_1, staged.address_2,
               staged.address_3, staged.town, staged.county, staged.postcode, staged.country AS country_text,
               CASE WHEN staged.country ~ '^[A-Z]{2}$' THEN staged.country ELSE %(country)s END AS country,
               staged.email, staged.email_key, staged.phone, staged.phone_key, staged.mobile, staged.mobile_key,
               staged.portfolio, coalesce(portfolio.id, CASE WHEN staged.portfolio IS NULL THEN %(portfolio)s::bigint END)
                   AS portfolio_id,
               CASE
                   WHEN kind.is_payment AND %(names_payments)s
                       THEN concat_ws(' ', coalesce(staged.item_ref, staged.item_kind), staged.issued_on, staged.amount)
                   ELSE coalesce(staged.item_ref, CASE WHEN NOT %(needs_item)s THEN staged.account_ref END)
               END AS item_ref,
               CASE
                   WHEN kind.is_invoice AND amount_minor < 0 THEN 'credit_note'
                   ELSE coalesce(staged.item_kind, CASE WHEN amount_minor < 0 THEN 'credit_note' ELSE %(default_kind)s END)
               END AS item_kind,
               kind.is_credit OR kind.is_invoice AND amount_minor < 0 AS is_credit,
               staged.issued_on AS issued_text, intake_day(staged.issued_on, %(issued_form)s) AS issued_on,
               staged.due_on AS due_text, intake_day(staged.due_on, %(due_form)s) AS due_on,
               staged.terms_days AS terms, intake_terms(staged.terms_days) AS terms_days,
               staged.settled_on AS settled_text, intake_day(staged.settled_on, %(settled_form)s) AS settled_on,
               staged.amount, amount_minor, staged.open_amount,
               intake_minor(staged.open_amount, %(mark)s, staged.currency, staged.decimals) AS open_minor,
               staged.interest, intake_minor(staged.interest, %(mark)s, staged.currency, staged.decimals) AS interest_minor,
               staged.fees, intake_minor(staged.fees, %(mark)s, staged.currency, staged.decimals) AS fees_minor,
               staged.costs, intake_minor(staged.costs, %(mark)s, staged.currency, staged.decimals) AS costs_minor,
               staged.currency, staged.decimals, staged.description
        FROM (
            SELECT staged.*, money.decimals, intake_minor(staged.amount, %(mark)s, staged.currency, money.decimals) AS amount_minor
            FROM {staged} AS staged
            LEFT JOIN unnest(%(currencies)s::text[], %(decimals)s::integer[]) AS money(code, decimals)
                ON money.code = staged.currency
            OFFSET '0'
        ) AS staged
        LEFT JOIN unnest(%(portfolio_codes)s::text[], %(portfolio_ids)s::bigint[]) AS portfolio(code, id)
            ON portfolio.code = staged.portfolio
        CROSS JOIN LATERAL (
            SELECT coalesce(staged.item_kind, %(default_kind)s) = ANY (%(credit_kinds)s::text[]) AS is_credit,
                   coalesce(staged.item_kind, %(default_kind)s) = 'payment' AS is_payment,
                   coalesce(staged.item_kind, %(default_kind)s) = 'invoice' AS is_invoice
        ) AS kind
        OFFSET '0'
    ) AS read
) AS judged
WINDOW lines AS (ORDER BY account_key COLLATE "C", item_key COLLATE "C", line),
       accounts AS (ORDER BY account_key COLLATE "C")
ORDER BY account_key COLLATE "C", item_key COLLATE "C", line;

-- name: index_ready
-- Find the lines of a chunk at once.
CREATE INDEX ON {ready} (chunk);

-- name: analyze_ready
-- Tell the planner how many lines there are: without it, a small file is joined to a large book by reading all of the book.
ANALYZE {ready} (
    chunk, is_repeat, is_twin, line, is_credit, total_currency, errors, warnings, account_key, item_kind, item_ref
);

-- name: judge_twins
-- Judge lines that share a reference. The same contents: the first stands, the others are repeats. Different contents: none can be
-- told from another, and all are refused. Those that have a twin before them tell which references are shared.
WITH twin AS (
    SELECT ready.line, ready.account_key, ready.item_key,
           to_jsonb(ready) - '{line,chunk,is_twin,warnings}'::text[] AS contents
    FROM {ready} AS ready
    JOIN (SELECT DISTINCT account_key, item_key FROM {ready} WHERE is_twin) AS shared
        ON shared.account_key = ready.account_key AND shared.item_key IS NOT DISTINCT FROM ready.item_key
    WHERE ready.errors IS NULL
), judged AS (
    SELECT line, row_number() OVER same AS nth, min(contents::text) OVER whole <> max(contents::text) OVER whole AS differs
    FROM twin
    WINDOW whole AS (PARTITION BY account_key, item_key), same AS (PARTITION BY account_key, item_key ORDER BY line)
)
UPDATE {ready} AS ready
SET errors = CASE WHEN judged.differs THEN ':repeated_differently' END,
    warnings = CASE WHEN judged.differs THEN ready.warnings ELSE ':repeated' END,
    is_repeat = NOT judged.differs
FROM judged
WHERE ready.line = judged.line AND (judged.differs OR judged.nth > 1);

-- name: refuse_unknown_accounts
-- Refuse lines of accounts that do not exist, where a kind of file opens none.
UPDATE {ready} AS ready
SET errors = 'account_ref:account_unknown'
WHERE errors IS NULL AND NOT EXISTS (
    SELECT FROM accounts_account_lookup AS looked
    WHERE looked.client_id = %(client)s AND looked.reference = ready.account_key
);

-- name: note_faults
-- Write down what is wrong with each line, with what stands in its column.
INSERT INTO intake_row_error (batch_id, line, field, "column", code, value, is_warning, phase)
SELECT %(batch)s, fault.line, fault.field, coalesce(%(columns)s::jsonb ->> fault.field, ''), fault.code,
       coalesce(left(to_jsonb(staged) ->> fault.field, 200), ''), fault.is_warning, %(phase)s
FROM (
    SELECT line, split_part(word, ':', 1) AS field, split_part(word, ':', 2) AS code, false AS is_warning
    FROM {ready}, string_to_table(errors, ' ') AS word
    WHERE errors IS NOT NULL
    UNION ALL
    SELECT line, split_part(word, ':', 1), split_part(word, ':', 2), true
    FROM {ready}, string_to_table(warnings, ' ') AS word
    WHERE errors IS NULL AND warnings IS NOT NULL
) AS fault
JOIN {staged} AS staged ON staged.line = fault.line
ORDER BY fault.line;
