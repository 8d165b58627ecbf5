-- name: suspense
-- Give the house accounts whose suspense is not what is left of their lines.
SELECT house.account_id, 'suspense is ' || house.minor || ', the lines say ' || (house.waits + house.bounced) AS what
FROM (
    SELECT line.account_id, line.waits,
           coalesce((
               SELECT sum(CASE WHEN entry.credit = 32 THEN entry.amount_minor ELSE -entry.amount_minor END)
               FROM ledger_entry AS entry
               WHERE entry.account_id = line.account_id AND 32 IN (entry.debit, entry.credit)
           ), 0) AS minor,
           coalesce((
               SELECT sum(payment.amount_minor)
               FROM payments_payment AS payment
               JOIN payments_statement_line AS origin ON origin.id = payment.line_id
               WHERE origin.account_id = line.account_id AND payment.reversal_reason IN ('bounced', 'recalled')
                 AND payment.return_line_id IS NULL
           ), 0) AS bounced
    FROM (
        SELECT account_id, sum(open_minor) AS waits
        FROM payments_statement_line
        WHERE state <> 'announced'
        GROUP BY account_id
    ) AS line
) AS house
WHERE house.minor <> house.waits + house.bounced;

-- name: lines
-- Give the lines of which something else is left than was not made payments of.
SELECT line.account_id, 'line ' || line.id || ' has ' || line.open_minor || ' left of ' || line.amount_minor
       || ', payments took ' || coalesce(made.minor, 0) AS what
FROM payments_statement_line AS line
LEFT JOIN (
    SELECT line_id, sum(amount_minor) AS minor
    FROM payments_payment
    WHERE line_id IS NOT NULL AND reversal_reason NOT IN ('wrong_account', 'error')
    GROUP BY line_id
) AS made ON made.line_id = line.id
WHERE line.amount_minor > 0 AND line.amount_minor - line.open_minor <> coalesce(made.minor, 0);

-- name: payments
-- Give the payments whose entries do not add up to them. What is summed is money on account that the payment brought, so that
-- it does not matter what it paid.
SELECT payment.account_id, 'payment ' || payment.id || ' of ' || payment.amount_minor || ' has entries of '
       || coalesce(booked.minor, 0) || CASE WHEN payment.state = 'reversed' THEN ', though it was taken back' ELSE '' END AS what
FROM payments_payment AS payment
LEFT JOIN (
    SELECT entry.account_id, entry.cause_id,
           sum(entry.amount_minor * CASE WHEN reversal.id IS NULL THEN 1 ELSE 0 END) AS minor
    FROM ledger_entry AS entry
    LEFT JOIN ledger_entry AS reversal ON reversal.reverses_id = entry.id AND reversal.account_id = entry.account_id
      AND reversal.cause_kind = 9
    WHERE entry.cause_kind = 2 AND entry.cause_no = 0
    GROUP BY entry.account_id, entry.cause_id
) AS booked ON booked.account_id = payment.account_id AND booked.cause_id = payment.id
WHERE coalesce(booked.minor, 0) <> CASE WHEN payment.state = 'received' THEN payment.amount_minor ELSE 0 END;

-- name: transfers
-- Give the clients between whose accounts money is lost on the way.
SELECT NULL::bigint AS account_id, 'client ' || client.code || ': ' || sum(moved.minor) || ' ' || moved.currency
       || ' is on the way between accounts' AS what
FROM (
    SELECT entry.account_id, entry.currency,
           CASE WHEN entry.debit = 33 THEN entry.amount_minor ELSE -entry.amount_minor END AS minor
    FROM ledger_entry AS entry
    WHERE 33 IN (entry.debit, entry.credit)
) AS moved
JOIN accounts_account AS account ON account.id = moved.account_id
JOIN accounts_client AS client ON client.id = account.client_id
GROUP BY client.code, moved.currency
HAVING sum(moved.minor) <> 0;
