-- name: candidates
-- Give for some lines every account that something speaks for, with what speaks for it. Each kind of evidence is looked up by an
-- index and bounded, so that a page of lines costs the same on a big book.
WITH line AS MATERIALIZED (
    SELECT line.id, line.bank_account_id, line.open_minor, line.currency, line.tokens, line.payer_key,
           bank_account.client_id, name_key
    FROM payments_statement_line AS line
    JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
    JOIN unnest(%(line_id)s::bigint[], %(name_key)s::text[]) AS asked(line_id, name_key) ON asked.line_id = line.id
), token AS MATERIALIZED (
    SELECT line.id AS line_id, line.client_id, line.currency, token FROM line, unnest(line.tokens) AS token
), by_item AS (
    SELECT token.line_id, item.account_id, array_agg(DISTINCT item.reference ORDER BY item.reference) AS named_items
    FROM token
    JOIN accounts_item AS item ON accounts_reference_key(item.reference) = token.token
    WHERE item.client_id = token.client_id AND item.currency = token.currency
    GROUP BY token.line_id, item.account_id
), by_account AS (
    SELECT DISTINCT token.line_id, lookup.account_id
    FROM token
    JOIN accounts_account_lookup AS lookup
      ON lookup.client_id = token.client_id AND accounts_reference_key(lookup.reference) = token.token
), by_payer AS (
    SELECT line.id AS line_id, paid.account_id, count(*) AS payments, max(paid.booked_on) AS last_paid_on
    FROM line
    CROSS JOIN LATERAL (
        SELECT payment.account_id, payment.booked_on
        FROM payments_bank_account AS bank_account
        JOIN payments_statement_line AS earlier ON earlier.bank_account_id = bank_account.id
        JOIN payments_payment AS payment ON payment.line_id = earlier.id
        WHERE bank_account.client_id = line.client_id AND line.payer_key <> '' AND earlier.payer_key = line.payer_key
          AND payment.state = 'received'
        ORDER BY payment.booked_on DESC
        LIMIT 50
    ) AS paid
    GROUP BY line.id, paid.account_id
), by_name AS (
    SELECT line.id AS line_id, account.id AS account_id, alike.is_same
    FROM line
    CROSS JOIN LATERAL (
        SELECT party.id, party.name_key = line.name_key AS is_same
        FROM parties_party AS party
        WHERE length(line.name_key) >= 4
          AND party.name_key COLLATE "C" >= line.name_key AND party.name_key COLLATE "C" < line.name_key || chr(1114111)
        LIMIT 20
    ) AS alike
    JOIN accounts_account AS account ON account.party_id = alike.id AND account.client_id = line.client_id
), candidate AS (
    SELECT line_id, account_id FROM by_item
    UNION SELECT line_id, account_id FROM by_account
    UNION SELECT line_id, account_id FROM by_payer
    UNION SELECT line_id, account_id FROM by_name
)
SELECT candidate.line_id, candidate.account_id, account.reference, party.name AS party, account.currency,
       coalesce(by_item.named_items, '{}') AS named_items, by_account.account_id IS NOT NULL AS names_account,
       coalesce(by_payer.payments, 0) AS payments, by_payer.last_paid_on, by_name.is_same AS name_is_same,
       coalesce(owed.open_minor, 0) AS open_minor, coalesce(owed.items, 0) AS open_items,
       coalesce(owed.named_minor, 0) AS named_minor, coalesce(owed.exact_items, '{}') AS exact_items,
       owed.oldest_due_on, line.open_minor AS line_minor
FROM candidate
JOIN line ON line.id = candidate.line_id
JOIN accounts_account AS account ON account.id = candidate.account_id
JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN by_item ON (by_item.line_id, by_item.account_id) = (candidate.line_id, candidate.account_id)
LEFT JOIN by_account ON (by_account.line_id, by_account.account_id) = (candidate.line_id, candidate.account_id)
LEFT JOIN by_payer ON (by_payer.line_id, by_payer.account_id) = (candidate.line_id, candidate.account_id)
LEFT JOIN by_name ON (by_name.line_id, by_name.account_id) = (candidate.line_id, candidate.account_id)
LEFT JOIN LATERAL (
    SELECT sum(item.open_minor)::bigint AS open_minor, count(*) AS items, min(item.due_on) AS oldest_due_on,
           (sum(item.open_minor) FILTER (WHERE item.reference = ANY(by_item.named_items)))::bigint AS named_minor,
           array_agg(item.reference ORDER BY item.due_on, item.id) FILTER (WHERE item.open_minor = line.open_minor)
               AS exact_items
    FROM accounts_item AS item
    WHERE item.account_id = candidate.account_id AND item.open_minor > 0
) AS owed ON true
WHERE account.currency = line.currency AND NOT account.is_house
ORDER BY candidate.line_id, candidate.account_id;

-- name: returned_payments
-- Give for lines on which money went out the payments that may have bounced: of the same amount, those first that somebody said
-- have bounced, then the latest.
SELECT line.id AS line_id, payment.id AS payment_id, payment.account_id, payment.booked_on, payment.payer,
       payment.reference, account.reference AS account, party.name AS party,
       accounts_reference_key(account.reference) = ANY(line.tokens)
       OR (payment.reference <> '' AND accounts_reference_key(payment.reference) = ANY(line.tokens)) AS names_reference,
       payment.state = 'reversed' AS has_bounced
FROM payments_statement_line AS line
JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
CROSS JOIN LATERAL (
    SELECT payment.*
    FROM payments_payment AS payment
    WHERE payment.client_id = bank_account.client_id AND payment.amount_minor = -line.open_minor
      AND payment.currency = line.currency AND payment.return_line_id IS NULL
      AND (payment.state = 'received' OR payment.reversal_reason IN ('bounced', 'recalled'))
      AND payment.booked_on BETWEEN line.booked_on - 60 AND line.booked_on
    ORDER BY payment.state = 'reversed' DESC, payment.booked_on DESC
    LIMIT 9
) AS payment
JOIN accounts_account AS account ON account.id = payment.account_id
JOIN parties_party AS party ON party.id = account.party_id
WHERE line.id = ANY(%(line_id)s) AND line.open_minor < 0
ORDER BY line.id, has_bounced DESC, names_reference DESC, payment.booked_on DESC, payment.id;

-- name: waiting_totals
-- Give how many lines wait and are parked and what is left of them, by what a person is shown and by currency.
SELECT CASE WHEN line.state = 'parked' THEN 'parked' WHEN line.amount_minor < 0 THEN 'out' ELSE 'waiting' END AS shown,
       line.currency, count(*) AS lines, sum(line.open_minor)::bigint AS minor, min(line.booked_on) AS oldest_on
FROM payments_statement_line AS line
JOIN payments_bank_account AS bank_account ON bank_account.id = line.bank_account_id
WHERE line.state IN ('waiting', 'parked') AND line.amount_minor <> 0
  AND (%(clients)s::bigint[] IS NULL OR bank_account.client_id = ANY(%(clients)s))
  AND (%(bank_account)s::bigint IS NULL OR line.bank_account_id = %(bank_account)s)
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: freshness
-- Give for each bank account how far its statements reach, what they closed at, and what waits on it.
SELECT bank_account.id, bank_account.name, bank_account.currency, bank_account.iban, bank_account.sort_code,
       bank_account.number, client.name AS client, latest.last_on, latest.closed_minor, latest.imported_at,
       coalesce(waiting.lines, 0) AS waiting_lines, coalesce(waiting.minor, 0) AS waiting_minor,
       waiting.oldest_on AS waiting_since_on, coalesce(waiting.out_lines, 0) AS out_lines
FROM payments_bank_account AS bank_account
JOIN accounts_client AS client ON client.id = bank_account.client_id
LEFT JOIN LATERAL (
    SELECT statement.last_on, statement.closed_minor, file.imported_at
    FROM payments_statement AS statement
    JOIN payments_statement_file AS file ON file.id = statement.file_id
    WHERE statement.bank_account_id = bank_account.id AND statement.report = 'statement'
    ORDER BY statement.last_on DESC NULLS LAST, statement.id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE amount_minor > 0) AS lines, count(*) FILTER (WHERE amount_minor < 0) AS out_lines,
           (sum(open_minor) FILTER (WHERE amount_minor > 0))::bigint AS minor, min(booked_on) AS oldest_on
    FROM payments_statement_line AS line
    WHERE line.bank_account_id = bank_account.id AND line.state = 'waiting' AND line.amount_minor <> 0
) AS waiting ON true
WHERE %(clients)s::bigint[] IS NULL OR bank_account.client_id = ANY(%(clients)s)
ORDER BY client.name, bank_account.name, bank_account.id;
