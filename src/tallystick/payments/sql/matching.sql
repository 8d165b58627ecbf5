-- name: decide
-- Give what each waiting line of some bank accounts pays by `rules.matching.matched_items`, one row for each item; and for the
-- others one row with no item and why they wait. Tokens are looked up by index, so that a big book costs no more than a small one.
WITH line AS MATERIALIZED (
    SELECT line.id, line.booked_on, line.amount_minor, line.currency, line.tokens, bank_account.client_id
    FROM payments_statement_line AS line
    JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
    WHERE line.bank_account_id = ANY(%(bank_accounts)s) AND line.state = 'waiting'
      AND line.amount_minor > 0 AND line.open_minor = line.amount_minor
), token AS MATERIALIZED (
    SELECT DISTINCT line.id AS line_id, line.client_id, line.currency, token
    FROM line, unnest(line.tokens) AS token
), named_item AS MATERIALIZED (
    SELECT DISTINCT token.line_id, item.id AS item_id, item.account_id, item.open_minor
    FROM token
    JOIN accounts_item AS item ON accounts_reference_key(item.reference) = token.token
    WHERE item.client_id = token.client_id AND item.currency = token.currency AND item.open_minor > 0
), named_account AS MATERIALIZED (
    SELECT DISTINCT token.line_id, account.id AS account_id
    FROM token
    JOIN accounts_account_lookup AS lookup
      ON lookup.client_id = token.client_id AND accounts_reference_key(lookup.reference) = token.token
    JOIN accounts_account AS account ON account.id = lookup.account_id
    WHERE account.currency = token.currency AND NOT account.is_house
), by_items AS (
    SELECT named_item.line_id
    FROM named_item
    JOIN line ON line.id = named_item.line_id
    GROUP BY named_item.line_id, line.amount_minor
    HAVING sum(named_item.open_minor) = line.amount_minor
), accounts_named AS (
    SELECT line_id, min(account_id) AS account_id, count(*) AS accounts
    FROM named_account
    GROUP BY line_id
), of_account AS (
    SELECT alone.line_id, item.id AS item_id, item.account_id, item.open_minor, line.amount_minor,
           sum(item.open_minor) OVER of_line AS total_minor,
           count(*) FILTER (WHERE item.open_minor = line.amount_minor) OVER of_line AS exact
    FROM accounts_named AS alone
    JOIN line ON line.id = alone.line_id
    JOIN accounts_item AS item ON item.account_id = alone.account_id AND item.open_minor > 0
    WHERE alone.accounts = 1 AND NOT EXISTS (SELECT FROM by_items WHERE by_items.line_id = alone.line_id)
    WINDOW of_line AS (PARTITION BY alone.line_id)
), matched AS (
    SELECT line_id, item_id, account_id, open_minor
    FROM named_item
    JOIN by_items USING (line_id)
    UNION ALL
    SELECT line_id, item_id, account_id, open_minor
    FROM of_account
    WHERE total_minor = amount_minor OR (exact = 1 AND open_minor = amount_minor)
), placed AS (
    SELECT matched.*,
           row_number() OVER (PARTITION BY matched.item_id ORDER BY line.booked_on, line.id) AS place
    FROM matched
    JOIN line ON line.id = matched.line_id
), judged AS (
    SELECT placed.*, max(place) OVER (PARTITION BY line_id) = 1 AS is_free
    FROM placed
)
SELECT line_id, account_id, item_id, open_minor, NULL::text AS waits
FROM judged
WHERE is_free
UNION ALL
SELECT line.id, NULL, NULL, NULL,
       CASE WHEN EXISTS (SELECT FROM judged WHERE judged.line_id = line.id) THEN 'claimed'
            WHEN accounts_named.accounts > 1 THEN 'several_accounts'
            WHEN accounts_named.accounts = 1 OR EXISTS (SELECT FROM named_item WHERE named_item.line_id = line.id)
                THEN 'amount_differs'
            ELSE 'no_reference' END
FROM line
LEFT JOIN accounts_named ON accounts_named.line_id = line.id
WHERE NOT EXISTS (SELECT FROM judged WHERE judged.line_id = line.id AND is_free)
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
