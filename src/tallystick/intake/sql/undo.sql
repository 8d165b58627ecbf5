-- name: chunks
-- Count the chunks that the lines of a batch make.
SELECT coalesce(max(chunk) + 1, 0) FROM {ready};

-- name: take_chunk
-- Take the next chunk that is not taken back and that nobody else is taking back.
SELECT position, done_at FROM intake_chunk
WHERE batch_id = %(batch)s AND done_at IS NOT NULL AND undone_at IS NULL
ORDER BY position LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: mark_chunk
-- Mark a chunk as taken back, in the transaction that takes it back.
UPDATE intake_chunk SET undone_at = %(at)s WHERE batch_id = %(batch)s AND position = %(chunk)s;

-- name: note_chunk
-- Write down what taking a chunk back came to.
UPDATE intake_chunk SET undone = %(counts)s WHERE batch_id = %(batch)s AND position = %(chunk)s;

-- name: note_silence
-- Write down what opening again came to what a batch had settled by silence.
UPDATE intake_batch SET unsilenced = %(counts)s WHERE id = %(batch)s;

-- name: find_accounts
-- Find the accounts of a chunk's lines.
CREATE TEMP TABLE intake_account ON COMMIT DROP AS
SELECT named.account_key, looked.account_id
FROM (SELECT DISTINCT account_key FROM {ready} WHERE chunk = %(chunk)s AND errors IS NULL AND NOT is_repeat) AS named
JOIN accounts_account_lookup AS looked ON looked.client_id = %(client)s AND looked.reference = named.account_key;

-- name: analyze_accounts
-- Tell the planner how many those are.
ANALYZE intake_account;

-- name: accounts
-- Those accounts.
SELECT account_id FROM intake_account;

-- name: lasting
-- Count what a load did that is not taken back: accounts that it opened, and debtors of whom it told something else.
SELECT event.kind, count(DISTINCT event.account_id)::integer AS number
FROM intake_account AS mine
JOIN timeline_event AS event ON event.account_id = mine.account_id
WHERE event.recorded_at = %(loaded_at)s AND event.kind IN ('accounts.AccountOpened', 'intake.DebtorCorrected')
GROUP BY event.kind;

-- name: note_stays
-- Say of each line of which something stays why.
INSERT INTO intake_row_error (batch_id, line, field, "column", code, value, is_warning, phase)
SELECT DISTINCT %(batch)s, stays.line, '', '', stays.code, '', true, %(phase)s
FROM unnest(%(lines)s::bigint[], %(codes)s::text[]) AS stays(line, code);

-- name: forget_listed
-- Forget that files listed items that are gone.
DELETE FROM intake_listed AS listed
USING unnest(%(accounts)s::bigint[], %(items)s::bigint[]) AS gone(account_id, item_id)
WHERE listed.source_id = %(source)s AND listed.account_id = gone.account_id AND listed.item_id = gone.item_id;

-- name: silenced
-- The items that a batch settled by its silence, known by the instant and the day at which it was closed.
SELECT item.id AS key, item.account_id, item.client_id, item.kind, item.reference, item.issued_on, item.due_on, item.amount_minor,
       item.currency
FROM ledger_entry AS entry
JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
WHERE entry.booked_on = %(day)s AND entry.posted_at = %(loaded_at)s AND entry.cause_kind = 3 AND entry.cause_no = 1
  AND item.client_id = %(client)s;

-- name: silenced_accounts
-- Their accounts.
SELECT DISTINCT account_id FROM ({silenced}) AS silenced;

-- name: list_again
-- Note again that files listed them.
INSERT INTO intake_listed (source_id, account_id, item_id)
SELECT %(source)s, silenced.account_id, silenced.key FROM ({silenced}) AS silenced
ON CONFLICT (source_id, account_id, item_id) DO NOTHING;
