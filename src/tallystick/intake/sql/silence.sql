-- name: forget
-- Forget what an earlier batch of the same transaction was silent about.
DROP TABLE IF EXISTS intake_named, intake_before, intake_gone;

-- name: name_items
-- The items that lines of a batch name, refused ones too.
CREATE TEMP TABLE intake_named ON COMMIT DROP AS
SELECT looked.account_id, ready.item_ref AS reference
FROM {ready} AS ready
JOIN accounts_account_lookup AS looked ON looked.client_id = %(client)s AND looked.reference = ready.account_key
WHERE ready.item_ref IS NOT NULL;

-- name: list_before
-- The items that files of the source listed.
CREATE TEMP TABLE intake_before ON COMMIT DROP AS
SELECT account_id, item_id FROM intake_listed WHERE source_id = %(source)s;

-- name: analyze
-- Tell the planner how many those are: unasked, it joins them line by line.
ANALYZE intake_named, intake_before;

-- name: find_gone
-- The open items that files listed and this one does not name.
CREATE TEMP TABLE intake_gone ON COMMIT DROP AS
SELECT item.account_id, item.id AS item_id
FROM intake_before AS listed
JOIN accounts_item AS item ON item.account_id = listed.account_id AND item.id = listed.item_id
WHERE item.open_minor > 0 AND NOT EXISTS (
    SELECT FROM intake_named AS named
    WHERE named.account_id = item.account_id AND named.reference = item.reference
);

-- name: gone_accounts
-- Their accounts.
SELECT DISTINCT account_id FROM intake_gone;

-- name: gone_rows
-- Those items as `accounts.actions` wants them: nothing is open on them any more.
SELECT item.id AS key, item.account_id, item.client_id, item.kind, item.reference, item.issued_on, item.due_on, item.amount_minor,
       0::bigint AS stated_open_minor, NULL::date AS settled_on, item.currency, NULL::text AS description, item.open_minor
FROM intake_gone AS gone
JOIN accounts_item AS item ON item.account_id = gone.account_id AND item.id = gone.item_id
WHERE item.open_minor > 0;

-- name: forecast
-- Count what would be settled.
INSERT INTO intake_batch_total (batch_id, phase, verdict, currency, lines, value_minor)
SELECT %(batch)s, %(phase)s, %(verdict)s, currency, count(*), sum(open_minor)
FROM ({gone}) AS gone
GROUP BY currency;

-- name: tally
-- Count what was settled.
INSERT INTO intake_batch_total (batch_id, phase, verdict, currency, lines, value_minor)
SELECT %(batch)s, %(phase)s, %(verdict)s, currency, count(*), sum(settled_minor)
FROM {judged}
WHERE settlement_id IS NOT NULL AND refusal IS NULL
GROUP BY currency;

-- name: forget_settled
-- Forget listed items that are open no more.
DELETE FROM intake_listed AS listed
USING intake_before, accounts_item AS item
WHERE listed.source_id = %(source)s AND listed.account_id = intake_before.account_id AND listed.item_id = intake_before.item_id
  AND item.account_id = listed.account_id AND item.id = listed.item_id AND item.open_minor = 0;

-- name: unclear_lines
-- The refused lines that do not say which item they are about: any item might be theirs.
SELECT line FROM {ready}
WHERE errors IS NOT NULL AND (account_key IS NULL OR item_ref IS NULL OR total_currency = '');

-- name: note_unclear
-- Say of those lines that nothing is settled by silence because of them.
INSERT INTO intake_row_error (batch_id, line, field, "column", code, value, is_warning, phase)
SELECT %(batch)s, line, '', '', 'silence_unclear', '', true, %(phase)s FROM ({unclear}) AS unclear;
