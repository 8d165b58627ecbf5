-- name: decide
-- Give what each waiting line of some bank accounts pays by `rules.matching.matched_items`, one row for each item; and for the
-- others one row with no item and why they wait. Every token is looked up by index whatever the planner thinks of the tables (that
-- is what OFFSET 0 holds), so that a big book costs no more than a small one.
WITH line AS MATERIALIZED (
    SELECT line.id, line.booked_on, line.amount_minor, line.currency, line.tokens, bank_account.client_id
    FROM payments_statement_line AS line
    JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
    WHERE line.bank_account_id = ANY(%(bank_accounts)s) AND line.state = 'waiting'
      AND line.amount_minor > 0 AND line.open_minor = line.amount_minor
), asked AS MATERIALIZED (
    SELECT line.id AS line_id, line.booked_on, line.amount_minor, named.minor AS named_minor, named.item_ids,
           named.account_ids, named.open_minors, holder.accounts, holder.account_id
    FROM line
    CROSS JOIN LATERAL (
        SELECT sum(open_minor) AS minor, array_agg(id ORDER BY id) AS item_ids,
               array_agg(account_id ORDER BY id) AS account_ids, array_agg(open_minor ORDER BY id) AS open_minors
        FROM (
            SELECT DISTINCT item.id, item.account_id, item.open_minor
            FROM unnest(line.tokens) AS token
            CROSS JOIN LATERAL (
                SELECT item.id, item.account_id, item.open_minor
                FROM accounts_item AS item
                WHERE accounts_reference_key(item.reference) = token AND item.client_id = line.client_id
                  AND item.currency = line.currency AND item.open_minor > 0
                OFFSET 0
            ) AS item
        ) AS found
    ) AS named
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT account.id) AS accounts, min(account.id) AS account_id
        FROM unnest(line.tokens) AS token
        CROSS JOIN LATERAL (
            SELECT account.id
            FROM accounts_account_lookup AS lookup
            JOIN accounts_account AS account ON account.id = lookup.account_id
            WHERE lookup.client_id = line.client_id AND accounts_reference_key(lookup.reference) = token
              AND account.currency = line.currency AND NOT account.is_house
            OFFSET 0
        ) AS account
    ) AS holder
), of_account AS MATERIALIZED (
    SELECT asked.line_id, asked.booked_on, asked.amount_minor, owed.*
    FROM asked
    CROSS JOIN LATERAL (
        SELECT item.id AS item_id, item.account_id, item.open_minor, sum(item.open_minor) OVER () AS total_minor,
               count(*) FILTER (WHERE item.open_minor = asked.amount_minor) OVER () AS exact
        FROM accounts_item AS item
        WHERE item.account_id = asked.account_id AND item.open_minor > 0
    ) AS owed
    WHERE asked.accounts = 1 AND asked.named_minor IS DISTINCT FROM asked.amount_minor
), matched AS (
    SELECT line_id, booked_on, unnest(item_ids) AS item_id, unnest(account_ids) AS account_id,
           unnest(open_minors) AS open_minor
    FROM asked
    WHERE named_minor = amount_minor
    UNION ALL
    SELECT line_id, booked_on, item_id, account_id, open_minor
    FROM of_account
    WHERE total_minor = amount_minor OR (exact = 1 AND open_minor = amount_minor)
), placed AS (
    SELECT matched.*, row_number() OVER (PARTITION BY item_id ORDER BY booked_on, line_id) AS place
    FROM matched
), judged AS (
    SELECT line_id, account_id, item_id, open_minor, max(place) OVER (PARTITION BY line_id) > 1 AS is_claimed
    FROM placed
), verdict AS (
    SELECT line_id, account_id, item_id, open_minor, CASE WHEN is_claimed THEN 'claimed' END AS waits
    FROM judged
    UNION ALL
    SELECT line_id, NULL, NULL, NULL,
           CASE WHEN accounts > 1 THEN 'several_accounts'
                WHEN accounts = 1 OR named_minor IS NOT NULL THEN 'amount_differs'
                ELSE 'no_reference' END
    FROM asked
)
SELECT line_id, account_id, item_id, open_minor, waits
FROM (
    SELECT verdict.*, count(item_id) OVER (PARTITION BY line_id) AS items
    FROM verdict
) AS answered
WHERE item_id IS NOT NULL OR items = 0
ORDER BY line_id, item_id;

-- name: say_why_lines_wait
-- Write down why lines wait; money out waits for other reasons.
UPDATE payments_statement_line AS line
SET waits = said.waits
FROM unnest(%(line_id)s::bigint[], %(waits)s::text[]) AS said(line_id, waits)
WHERE line.id = said.line_id AND line.waits IS DISTINCT FROM said.waits;

-- name: say_why_money_out_waits
UPDATE payments_statement_line
SET waits = CASE WHEN kind = 'return' THEN 'sent_back' ELSE 'money_out' END
WHERE bank_account_id = ANY(%(bank_accounts)s) AND state = 'waiting' AND amount_minor <= 0 AND waits = '';

-- name: lock_lines
-- Lock lines that still wait as a whole, in id order, and give their ids.
SELECT id FROM payments_statement_line
WHERE id = ANY(%(line_id)s) AND state = 'waiting' AND open_minor = amount_minor
ORDER BY id
FOR UPDATE;

-- name: lock_accounts
-- Lock accounts in id order.
SELECT id FROM accounts_account WHERE id = ANY(%(account_id)s) ORDER BY id FOR UPDATE;

-- name: unchanged_items
-- Give the items on which still as much is open as when they were matched.
SELECT item.id
FROM accounts_item AS item
JOIN unnest(%(item_id)s::bigint[], %(open_minor)s::bigint[]) AS matched(item_id, open_minor) ON matched.item_id = item.id
WHERE item.open_minor = matched.open_minor;

-- name: make_payments
-- Record a payment for each line and account that it pays, numbered on from those the line had before.
INSERT INTO payments_payment (
    account_id, client_id, amount_minor, line_id, received_at, booked_on, currency, method, paid_to, source, source_key,
    payer, reference, state, reversal_reason, recorded_by
)
SELECT paid.account_id, bank_account.client_id, paid.amount_minor, line.id, %(at)s, line.booked_on, line.currency,
       CASE WHEN line.kind IN ('standing_order', 'direct_debit', 'card', 'cheque', 'cash') THEN line.kind
            WHEN line.kind = 'other' THEN 'other' ELSE 'bank_transfer' END,
       'us', 'bank_line',
       line.id || '/' || row_number() OVER (PARTITION BY line.id ORDER BY paid.account_id) + coalesce(before.payments, 0),
       line.counterparty, coalesce(nullif(line.reference, ''), left(line.narrative, 140)), 'received', '',
       %(recorded_by)s
FROM unnest(%(line_id)s::bigint[], %(account_id)s::bigint[], %(amount_minor)s::bigint[])
    AS paid(line_id, account_id, amount_minor)
JOIN payments_statement_line AS line ON line.id = paid.line_id
JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
LEFT JOIN LATERAL (
    SELECT count(*) AS payments FROM payments_payment AS payment WHERE payment.line_id = line.id
) AS before ON true
ORDER BY paid.account_id, line.id
RETURNING id, line_id, account_id, amount_minor, currency, booked_on, method, payer, reference;

-- name: lessen_lines
-- Take what was applied off what is left of the lines; a line of which nothing is left is done.
UPDATE payments_statement_line AS line
SET open_minor = line.open_minor - applied.amount_minor,
    state = CASE WHEN line.open_minor = applied.amount_minor THEN 'applied' ELSE 'waiting' END,
    waits = '', decided_at = %(at)s, decided_by = %(decided_by)s
FROM (
    SELECT line_id, sum(amount_minor)::bigint AS amount_minor
    FROM unnest(%(line_id)s::bigint[], %(amount_minor)s::bigint[]) AS applied(line_id, amount_minor)
    GROUP BY line_id
) AS applied
WHERE line.id = applied.line_id;
