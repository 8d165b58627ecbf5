-- name: forget
-- Forget what an earlier set of the same transaction took back.
DROP TABLE IF EXISTS accounts_undoing, accounts_undoing_credit, accounts_undone, accounts_undone_again;

-- name: judge_items
-- Judge what a set of items owes to what was loaded at an instant: added by it, or changed, and why that can no longer be taken back.
-- An item that it left as it was is left out. An item that is not as the file has it was changed by something later.
CREATE TEMP TABLE accounts_undoing ON COMMIT DROP AS
SELECT row.key, row.account_id, item.id AS item_id, item.reference, item.currency, item.amount_minor, item.open_minor,
       CASE WHEN own.is_added THEN 'added' ELSE 'changed' END AS verdict,
       redated.was_issued_on, redated.was_due_on, redated.is_redated AND redated.was_due_on IS NULL AS loses_days,
       CASE
           WHEN account.state <> 'open' THEN 'account_closed'
           WHEN own.is_corrected
               OR (item.amount_minor, item.issued_on, item.due_on) <> (row.amount_minor, row.issued_on, row.due_on)
               THEN 'changed_since'
           WHEN later.is_settled THEN 'settled_since'
           WHEN later.is_credited THEN 'credited_since'
       END AS stays
FROM {rows} AS row
JOIN accounts_account AS account ON account.id = row.account_id
JOIN accounts_item AS item
    ON item.account_id = row.account_id AND item.reference = row.reference AND item.kind = row.kind
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(entry.cause_kind = 1 AND entry.posted_at = %(loaded_at)s), false) AS is_added,
           coalesce(bool_or(entry.posted_at > %(loaded_at)s), false) AS is_corrected,
           count(*) FILTER (WHERE entry.posted_at = %(loaded_at)s) AS number
    FROM ledger_entry AS entry
    WHERE entry.account_id = row.account_id AND entry.cause_kind IN (1, 4) AND entry.cause_id = item.id AND NOT EXISTS (
          SELECT FROM ledger_entry AS back
          WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
      )
) AS own
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE entry.cause_kind = 3 AND entry.posted_at = %(loaded_at)s) AS settled,
           coalesce(bool_or(entry.cause_kind = 3 AND entry.posted_at > %(loaded_at)s), false) AS is_settled,
           coalesce(bool_or(entry.cause_kind = 8 AND entry.posted_at > %(loaded_at)s), false) AS is_credited
    FROM ledger_entry AS entry
    LEFT JOIN accounts_source_credit AS settlement ON entry.cause_kind = 3 AND settlement.id = entry.cause_id
    WHERE entry.account_id = row.account_id AND entry.cause_kind IN (3, 8) AND entry.item_id = item.id
      AND (entry.cause_kind = 8 OR settlement.item_id = item.id) AND NOT EXISTS (
          SELECT FROM ledger_entry AS back
          WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
      )
) AS later
LEFT JOIN LATERAL (
    SELECT true AS is_redated, (event.data ->> 'was_issued_on')::date AS was_issued_on,
           (event.data ->> 'was_due_on')::date AS was_due_on
    FROM timeline_event AS event
    WHERE event.account_id = row.account_id AND event.recorded_at = %(loaded_at)s AND event.kind = 'accounts.ItemRedated'
      AND (event.data ->> 'item_id')::bigint = item.id
    ORDER BY event.id DESC
    LIMIT 1
) AS redated ON true
WHERE own.number > 0 OR later.settled > 0 OR redated.is_redated;

-- name: judge_item
-- Take one item to be taken back whole, as something added.
CREATE TEMP TABLE accounts_undoing ON COMMIT DROP AS
SELECT item.id AS key, item.account_id, item.id AS item_id, item.reference, item.currency, item.amount_minor, item.open_minor,
       'added' AS verdict, NULL::date AS was_issued_on, NULL::date AS was_due_on, false AS loses_days, NULL::text AS stays
FROM accounts_item AS item
WHERE item.account_id = %(account)s AND item.id = %(item)s;

-- name: allocated
-- The entries that pay one item and stand, the last first.
SELECT entry.id, entry.credit, entry.amount_minor, entry.booked_on, entry.cause_kind, entry.cause_id,
       (SELECT max(each.cause_no) FROM ledger_entry AS each
        WHERE each.account_id = entry.account_id AND each.cause_kind = entry.cause_kind AND each.cause_id = entry.cause_id) AS last_no
FROM ledger_entry AS entry
WHERE entry.account_id = %(account)s AND entry.item_id = %(item)s AND entry.debit = 9 AND entry.cause_kind <> 9
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
  )
ORDER BY entry.id DESC;

-- name: judge_credits
-- Judge what a set of credits owes to what was loaded at an instant: the credit that it brought, and the one that this replaced.
CREATE TEMP TABLE accounts_undoing_credit ON COMMIT DROP AS
SELECT row.key, row.account_id, standing.id AS credit_id, former.id AS former_id, row.kind, row.reference, row.currency,
       row.amount_minor,
       CASE
           WHEN account.state <> 'open' THEN 'account_closed'
           WHEN NOT coalesce(standing.is_own, row.amount_minor = 0) THEN 'changed_since'
       END AS stays
FROM {rows} AS row
JOIN accounts_account AS account ON account.id = row.account_id
LEFT JOIN LATERAL (
    SELECT credit.id, receipt.posted_at = %(loaded_at)s AS is_own
    FROM accounts_source_credit AS credit
    JOIN ledger_entry AS receipt
        ON receipt.account_id = credit.account_id AND receipt.cause_kind = 3 AND receipt.cause_id = credit.id
       AND receipt.cause_no = 0
    WHERE credit.account_id = row.account_id AND credit.kind = row.kind AND credit.reference = row.reference
      AND credit.taken_back_on IS NULL AND credit.item_id IS NULL AND NOT EXISTS (
          SELECT FROM ledger_entry AS back
          WHERE back.account_id = receipt.account_id AND back.cause_kind = 9 AND back.cause_id = receipt.id
      )
) AS standing ON true
LEFT JOIN LATERAL (
    SELECT credit.id
    FROM timeline_event AS event
    JOIN accounts_source_credit AS credit ON credit.id = (event.data ->> 'cause_id')::bigint
    WHERE event.account_id = row.account_id AND event.recorded_at = %(loaded_at)s
      AND event.kind = 'accounts.CreditTakenBack' AND (event.data ->> 'cause_kind')::smallint = 3
      AND credit.kind = row.kind AND credit.reference = row.reference
    ORDER BY event.id DESC
    LIMIT 1
) AS former ON true
WHERE standing.is_own OR former.id IS NOT NULL;

-- name: analyze
-- Tell the planner how many those are: unasked, it joins them line by line.
ANALYZE accounts_undoing, accounts_undoing_credit;

-- name: entries
-- The entries that are taken back: all that stand of an item that was added, those of the load of one that was changed, and those of
-- credits with all that they pay. A settlement goes with the receipt that it was paid from.
CREATE TEMP TABLE accounts_undone ON COMMIT DROP AS
WITH standing AS (
    SELECT entry.*, item.verdict
    FROM accounts_undoing AS item
    JOIN ledger_entry AS entry ON entry.account_id = item.account_id AND entry.item_id = item.item_id
    WHERE item.stays IS NULL AND entry.cause_kind <> 9 AND NOT EXISTS (
        SELECT FROM ledger_entry AS back
        WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
    )
), settled AS (
    SELECT standing.account_id, standing.cause_id
    FROM standing
    JOIN accounts_source_credit AS settlement ON settlement.id = standing.cause_id AND settlement.item_id = standing.item_id
    WHERE standing.cause_kind = 3 AND (standing.verdict = 'added' OR standing.posted_at = %(loaded_at)s)
), whole AS (
    SELECT account_id, cause_id FROM settled
    UNION
    SELECT account_id, credit_id FROM accounts_undoing_credit WHERE stays IS NULL AND credit_id IS NOT NULL
)
SELECT id, account_id, item_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no
FROM standing
WHERE verdict = 'added' OR cause_kind = 4 AND posted_at = %(loaded_at)s
UNION
SELECT entry.id, entry.account_id, entry.item_id, entry.debit, entry.credit, entry.amount_minor, entry.currency, entry.booked_on,
       entry.cause_kind, entry.cause_id, entry.cause_no
FROM whole
JOIN ledger_entry AS entry
    ON entry.account_id = whole.account_id AND entry.cause_kind = 3 AND entry.cause_id = whole.cause_id
WHERE NOT EXISTS (
    SELECT FROM ledger_entry AS back
    WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
);

-- name: release
-- Where an item comes to less than was paid on it: the last payments are released, the very last first, and what one of them still
-- pays is entered anew under its own cause, as interest that is owed no longer is released.
CREATE TEMP TABLE accounts_undone_again ON COMMIT DROP AS
WITH missing AS (
    SELECT item.account_id, item.item_id, -(item.open_minor + sum(
               CASE WHEN undone.debit IN (1, 2, 3, 4) THEN -undone.amount_minor ELSE undone.amount_minor END
           )) AS minor
    FROM accounts_undoing AS item
    JOIN accounts_undone AS undone ON undone.account_id = item.account_id AND undone.item_id = item.item_id
    GROUP BY item.account_id, item.item_id, item.open_minor
    HAVING item.open_minor + sum(
        CASE WHEN undone.debit IN (1, 2, 3, 4) THEN -undone.amount_minor ELSE undone.amount_minor END
    ) < 0
)
SELECT paid.*, least(paid.amount_minor, paid.minor - paid.before)::bigint AS released_minor
FROM (
    SELECT entry.id, entry.account_id, entry.item_id, entry.debit, entry.credit, entry.amount_minor, entry.currency,
           entry.booked_on, entry.cause_kind, entry.cause_id, entry.cause_no, missing.minor,
           sum(entry.amount_minor) OVER last_first - entry.amount_minor AS before
    FROM missing
    JOIN ledger_entry AS entry ON entry.account_id = missing.account_id AND entry.item_id = missing.item_id
    WHERE entry.debit = 9 AND entry.cause_kind <> 9 AND NOT EXISTS (
              SELECT FROM ledger_entry AS back
              WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
          )
      AND NOT EXISTS (SELECT FROM accounts_undone AS undone WHERE undone.account_id = entry.account_id AND undone.id = entry.id)
    WINDOW last_first AS (PARTITION BY entry.account_id, entry.item_id ORDER BY entry.id DESC)
) AS paid
WHERE paid.before < paid.minor;

-- name: take_released
-- Have what is released taken back too.
INSERT INTO accounts_undone
SELECT id, account_id, item_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no
FROM accounts_undone_again;

-- name: again
-- The entries by which a payment that was released in part still pays the rest.
SELECT again.account_id, again.debit, again.credit, again.amount_minor - again.released_minor AS amount_minor, again.currency,
       again.booked_on, again.cause_kind, again.cause_id,
       (last.number + row_number() OVER (PARTITION BY again.account_id, again.cause_kind, again.cause_id ORDER BY again.id))::integer
           AS cause_no, again.item_id
FROM accounts_undone_again AS again
CROSS JOIN LATERAL (
    SELECT max(entry.cause_no) AS number FROM ledger_entry AS entry
    WHERE entry.account_id = again.account_id AND entry.cause_kind = again.cause_kind AND entry.cause_id = again.cause_id
) AS last
WHERE again.amount_minor > again.released_minor;

-- name: reversals
-- The entries that take others back, each on the day of what it takes back.
SELECT account_id, credit AS debit, debit AS credit, amount_minor, currency, booked_on, 9::smallint AS cause_kind,
       id AS cause_id, 0 AS cause_no, item_id, id AS reverses_id
FROM accounts_undone
ORDER BY account_id, id;

-- name: write_items
-- Write down what items come to now, and the days of which the former are known. One that comes to nothing was never settled.
UPDATE accounts_item AS item
SET amount_minor = item.amount_minor + changed.amount_minor, open_minor = item.open_minor + changed.open_minor,
    issued_on = coalesce(changed.was_issued_on, item.issued_on), due_on = coalesce(changed.was_due_on, item.due_on),
    settled_on = CASE
        WHEN item.open_minor + changed.open_minor = 0 AND item.amount_minor + changed.amount_minor > 0
            THEN coalesce(item.settled_on, %(today)s)
    END
FROM (
    SELECT account_id, item_id, sum(amount_minor)::bigint AS amount_minor, sum(open_minor)::bigint AS open_minor,
           max(was_issued_on) AS was_issued_on, max(was_due_on) AS was_due_on
    FROM (
        SELECT account_id, item_id,
               CASE WHEN cause_kind NOT IN (1, 4) THEN 0 WHEN debit IN (1, 2, 3, 4) THEN -amount_minor ELSE amount_minor END
                   AS amount_minor,
               CASE WHEN debit IN (1, 2, 3, 4) THEN -amount_minor ELSE amount_minor END AS open_minor,
               NULL::date AS was_issued_on, NULL::date AS was_due_on
        FROM accounts_undone WHERE item_id IS NOT NULL
        UNION ALL
        SELECT account_id, item_id, 0, released_minor - amount_minor, NULL, NULL FROM accounts_undone_again
        UNION ALL
        SELECT account_id, item_id, 0, 0, was_issued_on, was_due_on
        FROM accounts_undoing WHERE stays IS NULL AND verdict = 'changed'
    ) AS part
    GROUP BY account_id, item_id
) AS changed
WHERE item.id = changed.item_id AND item.account_id = changed.account_id;

-- name: write_accounts
-- Write down what is on account now.
UPDATE accounts_account AS account
SET on_account_minor = account.on_account_minor + changed.minor
FROM (
    SELECT account_id, sum(minor)::bigint AS minor
    FROM (
        SELECT account_id, CASE 9 WHEN debit THEN amount_minor WHEN credit THEN -amount_minor ELSE 0 END AS minor
        FROM accounts_undone
        UNION ALL
        SELECT account_id, released_minor - amount_minor FROM accounts_undone_again
    ) AS part
    GROUP BY account_id
    HAVING sum(minor) <> 0
) AS changed
WHERE account.id = changed.account_id;

-- name: mark_credits
-- Mark the credits of the client's books of which the receipt is taken back.
UPDATE accounts_source_credit AS credit
SET taken_back_on = %(today)s
FROM accounts_undone AS undone
WHERE undone.cause_kind = 3 AND undone.cause_no = 0 AND credit.id = undone.cause_id
  AND credit.account_id = undone.account_id AND credit.taken_back_on IS NULL;

-- name: former_credits
-- Write down anew the credits that the load had replaced, and give them.
INSERT INTO accounts_source_credit (account_id, amount_minor, booked_on, currency, kind, reference)
SELECT former.account_id, former.amount_minor, former.booked_on, former.currency, former.kind, former.reference
FROM accounts_undoing_credit AS mine
JOIN accounts_source_credit AS former ON former.id = mine.former_id
WHERE mine.stays IS NULL
ORDER BY former.account_id, former.reference
RETURNING id, account_id, amount_minor, booked_on, currency, kind;

-- name: told_items
-- One event an account: how many items were taken back, and what they came to.
SELECT account_id,
       jsonb_build_object(
           'count', count(*), 'amount', jsonb_build_object('minor', sum(amount_minor)::bigint, 'currency', min(currency)),
           'origin', %(origin)s::text, 'reason', %(reason)s::text
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_undoing
WHERE stays IS NULL AND verdict = 'added'
GROUP BY account_id
ORDER BY account_id;

-- name: told_adjusted
-- One event an item whose amount is again what it was.
SELECT item.account_id,
       jsonb_build_object(
           'item_id', item.item_id, 'reference', item.reference, 'reason', %(reason)s::text,
           'change', jsonb_build_object('minor', changed.minor, 'currency', item.currency)
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_undoing AS item
JOIN (
    SELECT account_id, item_id,
           sum(CASE WHEN debit IN (1, 2, 3, 4) THEN -amount_minor ELSE amount_minor END)::bigint AS minor
    FROM accounts_undone WHERE cause_kind = 4
    GROUP BY account_id, item_id
) AS changed ON changed.account_id = item.account_id AND changed.item_id = item.item_id
WHERE item.stays IS NULL AND item.verdict = 'changed' AND changed.minor <> 0;

-- name: told_redated
-- One event an item whose days are again what they were.
SELECT item.account_id,
       jsonb_build_object(
           'item_id', item.item_id, 'reference', item.reference, 'issued_on', stands.issued_on, 'due_on', stands.due_on,
           'origin', %(origin)s::text, 'was_issued_on', NULL, 'was_due_on', NULL
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_undoing AS item
JOIN accounts_item AS stands ON stands.id = item.item_id AND stands.account_id = item.account_id
WHERE item.stays IS NULL AND item.verdict = 'changed' AND item.was_due_on IS NOT NULL;

-- name: told_credits
-- One event a credit that was taken back.
SELECT account_id,
       jsonb_build_object(
           'cause_kind', 3, 'cause_id', credit_id, 'reason', %(reason)s::text,
           'amount', jsonb_build_object('minor', amount_minor, 'currency', currency)
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_undoing_credit
WHERE stays IS NULL AND credit_id IS NOT NULL;

-- name: counted
-- Count what was taken back, and what stays, by currency.
SELECT currency, what, count(*)::integer AS number, sum(minor)::bigint AS minor
FROM (
    SELECT currency, verdict AS what, amount_minor AS minor FROM accounts_undoing WHERE stays IS NULL
    UNION ALL
    SELECT currency, 'credits', amount_minor FROM accounts_undoing_credit WHERE stays IS NULL
    UNION ALL
    SELECT currency, 'stays', amount_minor FROM accounts_undoing WHERE stays IS NOT NULL
    UNION ALL
    SELECT currency, 'stays', amount_minor FROM accounts_undoing_credit WHERE stays IS NOT NULL
    UNION ALL
    SELECT currency, 'loses_days', 0 FROM accounts_undoing WHERE stays IS NULL AND loses_days
    UNION ALL
    SELECT undone.currency, 'released', undone.amount_minor - coalesce(again.amount_minor - again.released_minor, 0)
    FROM accounts_undone AS undone
    LEFT JOIN accounts_undone_again AS again ON again.account_id = undone.account_id AND again.id = undone.id
    LEFT JOIN accounts_source_credit AS settlement ON undone.cause_kind = 3 AND settlement.id = undone.cause_id
    WHERE undone.debit = 9 AND undone.item_id IS NOT NULL AND settlement.taken_back_on IS NULL
) AS each
GROUP BY currency, what
ORDER BY currency, what;

-- name: counted_before
-- Count what would be taken back, and what stays, by currency, before anything is.
SELECT currency, what, count(*)::integer AS number, sum(minor)::bigint AS minor
FROM (
    SELECT currency, verdict AS what, amount_minor AS minor FROM accounts_undoing WHERE stays IS NULL
    UNION ALL
    SELECT currency, 'credits', amount_minor FROM accounts_undoing_credit WHERE stays IS NULL
    UNION ALL
    SELECT currency, 'stays', amount_minor FROM accounts_undoing WHERE stays IS NOT NULL
    UNION ALL
    SELECT currency, 'stays', amount_minor FROM accounts_undoing_credit WHERE stays IS NOT NULL
    UNION ALL
    SELECT currency, 'loses_days', 0 FROM accounts_undoing WHERE stays IS NULL AND loses_days
    UNION ALL
    SELECT currency, 'released', amount_minor - open_minor FROM accounts_undoing
    WHERE stays IS NULL AND verdict = 'added' AND amount_minor > open_minor
) AS each
GROUP BY currency, what
ORDER BY currency, what;

-- name: kept
-- What stays of a set, and why, by the key of its row.
SELECT key, stays FROM accounts_undoing WHERE stays IS NOT NULL
UNION ALL
SELECT key, stays FROM accounts_undoing_credit WHERE stays IS NOT NULL
ORDER BY key;

-- name: first_rows
-- The first of a set, as people read them.
SELECT key, account_id, item_id, reference, currency, amount_minor, open_minor, verdict, stays
FROM (
    SELECT key, account_id, item_id, reference, currency, amount_minor, open_minor, verdict, stays FROM accounts_undoing
    UNION ALL
    SELECT key, account_id, NULL, reference, currency, amount_minor, NULL, 'credits', stays FROM accounts_undoing_credit
) AS each
ORDER BY key
LIMIT %(most)s;

-- name: touched
-- The accounts of a set, and the items that were taken back.
SELECT account_id, array_agg(item_id ORDER BY item_id) FILTER (WHERE verdict = 'added') AS items
FROM (
    SELECT account_id, item_id, verdict FROM accounts_undoing WHERE stays IS NULL
    UNION ALL
    SELECT account_id, NULL, '' FROM accounts_undoing_credit WHERE stays IS NULL
) AS each
GROUP BY account_id
ORDER BY account_id;
