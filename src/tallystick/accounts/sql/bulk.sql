-- name: claim_accounts
-- Claim references for accounts to be, under ids drawn before. A reference that somebody was faster with is left out.
INSERT INTO accounts_account_lookup (client_id, reference, account_id)
SELECT client_id, reference, account_id
FROM {rows} AS row
ORDER BY client_id, reference
ON CONFLICT (client_id, reference) DO NOTHING;

-- name: open_accounts
-- Open the accounts whose reference was claimed for the id that the row has.
INSERT INTO accounts_account (
    id, client_id, portfolio_id, party_id, reference, currency, state, close_reason, opened_on, is_house
)
SELECT row.account_id, row.client_id, row.portfolio_id, row.party_id, row.reference, row.currency, %(open)s, '',
       %(opened_on)s, false
FROM {rows} AS row
ORDER BY row.account_id;

-- name: told_opened
-- One event for each account that was opened.
SELECT account_id, jsonb_build_object('reference', reference) AS data, %(opened_on)s::date AS happened_on
FROM {rows} AS row;

-- name: lock
-- Lock accounts in id order, so that two sets never wait for each other in a ring.
SELECT account.id FROM accounts_account AS account JOIN {rows} AS row ON row.account_id = account.id
ORDER BY account.id
FOR NO KEY UPDATE OF account;

-- name: judge_items
-- Judge items against the book: new, changed or unchanged, and what forbids it. The open amount that the source states may be null.
SELECT row.*, head.head,
       item.id AS item_id, item.amount_minor AS was_minor, item.open_minor AS was_open_minor,
       item.issued_on AS was_issued_on, item.due_on AS was_due_on,
       CASE
           WHEN account.currency <> row.currency THEN 'accounts.currency_differs'
           WHEN account.state <> 'open' AND item.id IS NULL THEN 'accounts.account_is_closed'
           WHEN row.amount_minor < item.amount_minor - item.open_minor THEN 'accounts.more_than_open'
       END AS refusal,
       CASE
           WHEN item.id IS NULL THEN 'new'
           WHEN item.amount_minor <> row.amount_minor OR item.issued_on <> row.issued_on OR item.due_on <> row.due_on
               OR item.description <> coalesce(row.description, item.description)
               OR row.stated_open_minor < item.open_minor + row.amount_minor - item.amount_minor
               THEN 'changed'
           ELSE 'unchanged'
       END AS verdict,
       row.stated_open_minor > item.open_minor + row.amount_minor - item.amount_minor AS is_ahead_of_source
FROM {rows} AS row
LEFT JOIN unnest(%(kinds)s::text[], %(heads)s::smallint[]) AS head(kind, head) ON head.kind = row.kind
LEFT JOIN accounts_account AS account ON account.id = row.account_id
LEFT JOIN accounts_item AS item
    ON item.account_id = row.account_id AND item.reference = row.reference AND item.kind = row.kind;

-- name: forget_verdicts
-- Forget the verdicts of an earlier set of the same transaction.
DROP TABLE IF EXISTS accounts_judged;

-- name: keep_verdicts
-- Keep the verdicts of a set until the transaction ends, and draw ids for items and settlements to be.
CREATE TEMP TABLE accounts_judged ON COMMIT DROP AS
SELECT judged.*,
       coalesce(judged.item_id, nextval('accounts_item_id_seq')) AS id,
       CASE
           WHEN stated_open_minor < coalesce(was_open_minor - was_minor, 0) + amount_minor
               THEN coalesce(was_open_minor - was_minor, 0) + amount_minor - stated_open_minor
       END AS settled_minor,
       CASE
           WHEN stated_open_minor < coalesce(was_open_minor - was_minor, 0) + amount_minor
               THEN nextval('accounts_source_credit_id_seq')
       END AS settlement_id
FROM ({judged}) AS judged;

-- name: refuse_whole_keys
-- Refuse every item of a key of which one is refused: a line of a file is taken whole or not at all.
UPDATE accounts_judged AS judged
SET refusal = refused.refusal
FROM (SELECT key, min(refusal) AS refusal FROM accounts_judged WHERE refusal IS NOT NULL GROUP BY key) AS refused
WHERE judged.key = refused.key AND judged.refusal IS NULL;

-- name: count_verdicts
-- Count what is to be done.
SELECT count(*) FILTER (WHERE verdict = 'new') AS added, count(*) FILTER (WHERE verdict = 'changed') AS changed,
       count(settlement_id) AS settled
FROM accounts_judged
WHERE refusal IS NULL;

-- name: add_items
-- Add what is new, as open as the source states it.
INSERT INTO accounts_item (
    id, account_id, client_id, amount_minor, open_minor, issued_on, due_on, settled_on, head, currency, kind, reference,
    description
)
SELECT id, account_id, client_id, amount_minor, amount_minor - coalesce(settled_minor, 0), issued_on, due_on,
       CASE WHEN settled_minor = amount_minor THEN coalesce(settled_on, %(today)s) END,
       head, currency, kind, reference, coalesce(description, '')
FROM accounts_judged
WHERE verdict = 'new' AND refusal IS NULL;

-- name: charges
-- The entries that charge new items to their accounts: head against where its debt comes from.
SELECT account_id, head AS debit, far.far AS credit, amount_minor, currency, issued_on AS booked_on,
       %(item)s::smallint AS cause_kind, id AS cause_id, 0 AS cause_no, id AS item_id
FROM accounts_judged
JOIN unnest(%(heads)s::smallint[], %(fars)s::smallint[]) AS far(head, far) USING (head)
WHERE verdict = 'new' AND refusal IS NULL;

-- name: corrections
-- The entries that correct what items amount to. One that was issued on another day is taken off that day and charged to the right
-- one; else the difference is charged or taken off.
SELECT judged.account_id,
       CASE WHEN step.change > 0 THEN judged.head ELSE far.far END AS debit,
       CASE WHEN step.change > 0 THEN far.far ELSE judged.head END AS credit,
       abs(step.change) AS amount_minor, judged.currency, step.booked_on, %(adjustment)s::smallint AS cause_kind,
       judged.item_id AS cause_id,
       (SELECT count(*) FROM ledger_entry AS entry
        WHERE entry.account_id = judged.account_id AND entry.cause_kind = %(adjustment)s
          AND entry.cause_id = judged.item_id)::integer + step.position AS cause_no,
       judged.item_id
FROM accounts_judged AS judged
JOIN unnest(%(heads)s::smallint[], %(fars)s::smallint[]) AS far(head, far) USING (head)
CROSS JOIN LATERAL (
    SELECT 0, judged.amount_minor - judged.was_minor, judged.issued_on
    WHERE judged.issued_on = judged.was_issued_on
    UNION ALL
    SELECT 0, -judged.was_minor, judged.was_issued_on
    WHERE judged.issued_on <> judged.was_issued_on
    UNION ALL
    SELECT 1, judged.amount_minor, judged.issued_on
    WHERE judged.issued_on <> judged.was_issued_on
) AS step(position, change, booked_on)
WHERE judged.verdict = 'changed' AND judged.refusal IS NULL AND step.change <> 0;

-- name: correct_items
-- Write down what changed of items that stand.
UPDATE accounts_item AS item
SET amount_minor = judged.amount_minor,
    open_minor = item.open_minor + judged.amount_minor - judged.was_minor - coalesce(judged.settled_minor, 0),
    issued_on = judged.issued_on, due_on = judged.due_on,
    description = coalesce(judged.description, item.description),
    settled_on = CASE
        WHEN item.open_minor + judged.amount_minor - judged.was_minor = coalesce(judged.settled_minor, 0)
            THEN coalesce(judged.settled_on, item.settled_on, %(today)s)
    END
FROM accounts_judged AS judged
WHERE judged.verdict = 'changed' AND judged.refusal IS NULL
  AND item.id = judged.item_id AND item.account_id = judged.account_id;

-- name: add_settlements
-- Write down what the client's books settled since the last file.
INSERT INTO accounts_source_credit (id, account_id, item_id, amount_minor, booked_on, currency, kind, reference)
SELECT settlement_id, account_id, id, settled_minor, coalesce(settled_on, %(today)s), currency, %(settlement)s, reference
FROM accounts_judged
WHERE settlement_id IS NOT NULL AND refusal IS NULL;

-- name: settlements
-- The entries that settle items: money paid to the client comes on account, and pays the item.
SELECT account_id, step.debit, coalesce(step.credit, head) AS credit, settled_minor AS amount_minor, currency,
       coalesce(settled_on, %(today)s) AS booked_on, %(credit)s::smallint AS cause_kind, settlement_id AS cause_id,
       step.cause_no, CASE WHEN step.cause_no = 1 THEN id END AS item_id
FROM accounts_judged
CROSS JOIN (VALUES (0, %(paid)s::smallint, %(on_account)s::smallint), (1, %(on_account)s::smallint, NULL))
    AS step(cause_no, debit, credit)
WHERE settlement_id IS NOT NULL AND refusal IS NULL;

-- name: told_added
-- One event an account: how many items came, and what they come to.
SELECT account_id,
       jsonb_build_object(
           'count', count(*), 'amount', jsonb_build_object('minor', sum(amount_minor)::bigint, 'currency', min(currency)),
           'origin', %(origin)s::text
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_judged
WHERE verdict = 'new' AND refusal IS NULL
GROUP BY account_id;

-- name: told_adjusted
-- One event an item whose amount was corrected.
SELECT account_id,
       jsonb_build_object(
           'item_id', item_id, 'reference', reference, 'reason', %(origin)s::text,
           'change', jsonb_build_object('minor', amount_minor - was_minor, 'currency', currency)
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_judged
WHERE verdict = 'changed' AND refusal IS NULL AND amount_minor <> was_minor;

-- name: told_redated
-- One event an item whose days were corrected.
SELECT account_id,
       jsonb_build_object(
           'item_id', item_id, 'reference', reference, 'issued_on', issued_on, 'due_on', due_on, 'origin', %(origin)s::text,
           'was_issued_on', was_issued_on, 'was_due_on', was_due_on
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_judged
WHERE verdict = 'changed' AND refusal IS NULL AND (issued_on, due_on) <> (was_issued_on, was_due_on);

-- name: told_settled
-- One event an account on which items were settled with the client.
SELECT account_id,
       jsonb_build_object(
           'count', count(*), 'amount', jsonb_build_object('minor', sum(settled_minor)::bigint, 'currency', min(currency)),
           'origin', %(origin)s::text
       ) AS data,
       %(today)s::date AS happened_on
FROM accounts_judged
WHERE settlement_id IS NOT NULL AND refusal IS NULL
GROUP BY account_id;

-- name: told_cleared
-- The accounts on which a settlement left nothing open.
SELECT account_id, '{}'::jsonb AS data, %(today)s::date AS happened_on
FROM (SELECT DISTINCT account_id FROM accounts_judged WHERE settlement_id IS NOT NULL AND refusal IS NULL) AS touched
WHERE NOT EXISTS (SELECT FROM accounts_item AS item WHERE item.account_id = touched.account_id AND item.open_minor > 0);
