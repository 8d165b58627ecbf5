-- name: stage
-- Make the place where the lines of a file are gathered before they are compared with those that are known.
CREATE TEMPORARY TABLE payments_staged_line (LIKE payments_statement_line) ON COMMIT DROP;
ALTER TABLE payments_staged_line
    ALTER COLUMN id DROP NOT NULL, ALTER COLUMN note SET DEFAULT '', ALTER COLUMN reason SET DEFAULT '',
    ALTER COLUMN waits SET DEFAULT '', ALTER COLUMN decided_by SET DEFAULT '';

-- name: copy
-- Take lines into that place; the columns stand in the order of `actions.lines.COLUMNS`.
COPY payments_staged_line (
    account_id, bank_account_id, statement_id, amount_minor, open_minor, booked_on, value_on, line_number, currency, key,
    kind, code, narrative, counterparty, counterparty_account, payer_key, reference, mandate, return_reason,
    bank_reference, tokens, raw, state
) FROM STDIN;

-- name: keep
-- Keep the lines that no file had brought before, and give those.
INSERT INTO payments_statement_line (
    account_id, bank_account_id, statement_id, amount_minor, open_minor, booked_on, value_on, line_number, currency, key,
    kind, code, narrative, counterparty, counterparty_account, payer_key, reference, mandate, return_reason,
    bank_reference, tokens, raw, state, waits, reason, note, decided_by
)
SELECT account_id, bank_account_id, statement_id, amount_minor, open_minor, booked_on, value_on, line_number, currency,
       key, kind, code, narrative, counterparty, counterparty_account, payer_key, reference, mandate, return_reason,
       bank_reference, tokens, raw, state, waits, reason, note, decided_by
FROM payments_staged_line
ORDER BY account_id, bank_account_id, statement_id, line_number
ON CONFLICT (account_id, bank_account_id, key) DO NOTHING
RETURNING id, account_id, bank_account_id, amount_minor, currency, booked_on, state;

-- name: count
-- Say on each statement of a file how many lines it has, what they add up to, and how many were known before.
UPDATE payments_statement AS statement
SET lines = staged.lines, known_lines = staged.lines - coalesce(kept.lines, 0), first_on = staged.first_on,
    last_on = greatest(statement.last_on, staged.last_on),
    credits_minor = staged.credits_minor, debits_minor = staged.debits_minor
FROM (
    SELECT statement_id, count(*) AS lines, min(booked_on) AS first_on, max(booked_on) AS last_on,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint AS credits_minor,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint AS debits_minor
    FROM payments_staged_line
    GROUP BY statement_id
) AS staged
LEFT JOIN (
    SELECT statement_id, count(*) AS lines
    FROM payments_statement_line
    WHERE statement_id = ANY(%(statements)s)
    GROUP BY statement_id
) AS kept USING (statement_id)
WHERE statement.id = staged.statement_id;

-- name: unstage
DROP TABLE payments_staged_line;

-- name: chain
-- Give the statements of a file that do not open where the one before them on their bank account closed.
SELECT statement.id, statement.number, statement.opened_minor, before.closed_minor, statement.currency
FROM payments_statement AS statement
CROSS JOIN LATERAL (
    SELECT earlier.closed_minor
    FROM payments_statement AS earlier
    WHERE earlier.bank_account_id = statement.bank_account_id AND earlier.file_id <> statement.file_id
      AND earlier.report = 'statement' AND earlier.closed_minor IS NOT NULL
      AND earlier.last_on <= coalesce(statement.first_on, statement.last_on)
    ORDER BY earlier.last_on DESC, earlier.id DESC
    LIMIT 1
) AS before
WHERE statement.file_id = %(file)s AND statement.report = 'statement' AND statement.known_lines = 0
  AND statement.opened_minor <> before.closed_minor
  AND statement.id = (
      SELECT min(first.id) FROM payments_statement AS first
      WHERE first.file_id = statement.file_id AND first.bank_account_id = statement.bank_account_id
  );
