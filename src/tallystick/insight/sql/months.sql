-- name: movements
-- What moved by client, currency, month and due day, as known at an instant: one look at the ledger for any number of months.
CREATE TEMP TABLE insight_movement ON COMMIT DROP AS
SELECT account.client_id, entry.currency,
       (date_trunc('month', entry.booked_on) + interval '1 month - 1 day')::date AS month_on, item.due_on,
       sum(CASE WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor
                WHEN entry.credit IN (1, 2, 3, 4) THEN -entry.amount_minor ELSE 0 END)::bigint AS debt_minor,
       sum(CASE WHEN entry.debit = 1 THEN entry.amount_minor
                WHEN entry.credit = 1 THEN -entry.amount_minor ELSE 0 END)::bigint AS principal_minor,
       sum(CASE WHEN entry.debit = 9 THEN entry.amount_minor
                WHEN entry.credit = 9 THEN -entry.amount_minor ELSE 0 END)::bigint AS on_account_minor,
       sum(CASE WHEN entry.credit IN (20, 50) THEN entry.amount_minor
                WHEN entry.debit IN (20, 50) THEN -entry.amount_minor ELSE 0 END)::bigint AS sales_minor
FROM ledger_entry AS entry
JOIN accounts_account AS account ON account.id = entry.account_id AND NOT account.is_house
LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
WHERE entry.booked_on <= %(last)s AND entry.posted_at <= %(known_at)s
  AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
GROUP BY 1, 2, 3, 4;

-- name: balances
-- What was owed at the end of each month by age: `accounts.rules.Bucket` in order; money on account is the last.
SELECT client_id, currency, ending.month_on, accounts_age_place(due_on, ending.month_on) AS place,
       sum(debt_minor)::bigint AS minor, sum(principal_minor)::bigint AS principal_minor
FROM insight_movement AS movement
JOIN unnest(%(months)s::date[]) AS ending(month_on) ON movement.month_on <= ending.month_on
WHERE due_on IS NOT NULL
GROUP BY client_id, currency, ending.month_on, place
UNION ALL
SELECT client_id, currency, ending.month_on, 8, sum(on_account_minor)::bigint, sum(on_account_minor)::bigint
FROM insight_movement AS movement
JOIN unnest(%(months)s::date[]) AS ending(month_on) ON movement.month_on <= ending.month_on
GROUP BY client_id, currency, ending.month_on;

-- name: sales
-- What was invoiced in each month, less credit notes.
SELECT client_id, currency, month_on, sum(sales_minor)::bigint AS minor
FROM insight_movement
GROUP BY client_id, currency, month_on;

-- name: begun
-- The first month of each client and currency.
SELECT client_id, currency, min(month_on) AS month_on FROM insight_movement GROUP BY client_id, currency;

-- name: late
-- Clients and currencies of which entries became known since an instant that lie in a month which is closed, and the first such
-- month. Corrected due days are not entries: the items of an event that corrected one are looked at too.
SELECT client_id, currency, min(month_on) AS month_on
FROM (
    SELECT account.client_id, entry.currency, entry.booked_on AS month_on
    FROM ledger_entry AS entry
    JOIN accounts_account AS account ON account.id = entry.account_id AND NOT account.is_house
    WHERE entry.posted_at > %(since)s AND entry.posted_at <= %(until)s AND entry.booked_on <= %(closed)s
    UNION ALL
    SELECT account.client_id, account.currency, item.issued_on
    FROM timeline_event AS event
    JOIN accounts_item AS item ON item.account_id = event.account_id AND item.id = (event.data ->> 'item_id')::bigint
    JOIN accounts_account AS account ON account.id = event.account_id
    WHERE event.kind = 'accounts.ItemRedated' AND event.recorded_at > %(since)s AND event.recorded_at <= %(until)s
      AND item.issued_on <= %(closed)s
) AS late
GROUP BY client_id, currency;

-- name: counts_later
-- How many entries of a client and currency became known after each of its closings and lie in or before the month.
SELECT told.month_on, count(entry.id) AS entries
FROM unnest(%(months)s::date[], %(known)s::timestamptz[]) AS told(month_on, known_at)
LEFT JOIN (
    SELECT entry.id, entry.booked_on, entry.posted_at
    FROM ledger_entry AS entry
    JOIN accounts_account AS account
        ON account.id = entry.account_id AND account.client_id = %(client)s AND NOT account.is_house
    WHERE entry.currency = %(currency)s AND entry.posted_at > %(first)s AND entry.posted_at <= %(until)s
) AS entry ON entry.booked_on <= told.month_on AND entry.posted_at > told.known_at
GROUP BY told.month_on;

-- name: entries_later
-- The entries that became known between two closings of a month and lie in or before it.
SELECT entry.id, entry.booked_on, entry.posted_at, entry.amount_minor, entry.currency, entry.cause_kind,
       entry.reverses_id IS NOT NULL AS is_reversal, entry.account_id, account.reference AS account, party.name AS party,
       item.reference,
       CASE WHEN (entry.debit IN (1, 2, 3, 4, 9)) = (entry.credit IN (1, 2, 3, 4, 9)) THEN 0
            WHEN entry.debit IN (1, 2, 3, 4, 9) THEN entry.amount_minor ELSE -entry.amount_minor END AS minor
FROM ledger_entry AS entry
JOIN accounts_account AS account
    ON account.id = entry.account_id AND account.client_id = %(client)s AND NOT account.is_house
JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
WHERE entry.currency = %(currency)s AND entry.booked_on <= %(month)s
  AND entry.posted_at > %(since)s AND entry.posted_at <= %(until)s
ORDER BY entry.amount_minor DESC, entry.id
LIMIT %(limit)s
