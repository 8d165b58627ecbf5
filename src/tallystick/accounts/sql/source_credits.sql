-- name: judge
-- Judge credits of the client's books against those that stand: new, changed or unchanged, and what forbids it. A credit of
-- nothing is used up: it stands no more.
SELECT row.*, standing.id AS standing_id,
       CASE
           WHEN account.currency <> row.currency THEN 'accounts.currency_differs'
           WHEN account.state <> 'open' AND standing.id IS NULL THEN 'accounts.account_is_closed'
       END AS refusal,
       CASE
           WHEN standing.id IS NULL AND row.amount_minor = 0 THEN 'unchanged'
           WHEN standing.id IS NULL THEN 'new'
           WHEN (standing.amount_minor, standing.booked_on) IS DISTINCT FROM (row.amount_minor, row.booked_on) THEN 'changed'
           ELSE 'unchanged'
       END AS verdict
FROM {rows} AS row
LEFT JOIN accounts_account AS account ON account.id = row.account_id
LEFT JOIN accounts_source_credit AS standing
    ON standing.account_id = row.account_id AND standing.kind = row.kind AND standing.reference = row.reference
   AND standing.taken_back_on IS NULL AND standing.item_id IS NULL;

-- name: forget_verdicts
-- Forget the verdicts of an earlier set of the same transaction.
DROP TABLE IF EXISTS accounts_judged_credit;

-- name: keep_verdicts
-- Keep the verdicts of a set until the transaction ends.
CREATE TEMP TABLE accounts_judged_credit ON COMMIT DROP AS
SELECT judged.* FROM ({judged}) AS judged;

-- name: take_back
-- Mark the credits that changed as taken back, and give them.
UPDATE accounts_source_credit AS credit
SET taken_back_on = %(today)s
FROM accounts_judged_credit AS judged
WHERE judged.verdict = 'changed' AND judged.refusal IS NULL
  AND credit.id = judged.standing_id AND credit.account_id = judged.account_id
RETURNING credit.account_id, credit.id, credit.amount_minor, credit.currency;

-- name: open_again
-- Open again what credits that were taken back had paid, and take them off money on account. The entries of a credit say both.
WITH entry AS (
    SELECT entry.account_id, entry.item_id, entry.amount_minor
    FROM ledger_entry AS entry
    JOIN unnest(%(account_id)s::bigint[], %(credit_id)s::bigint[]) AS back(account_id, credit_id)
        ON entry.account_id = back.account_id AND entry.cause_kind = %(credit)s AND entry.cause_id = back.credit_id
       AND NOT EXISTS (
           SELECT FROM ledger_entry AS back_already
           WHERE back_already.account_id = entry.account_id AND back_already.cause_kind = %(reversal)s
             AND back_already.cause_id = entry.id
       )
), opened AS (
    UPDATE accounts_item AS item
    SET open_minor = item.open_minor + paid.amount_minor, settled_on = NULL
    FROM (
        SELECT account_id, item_id, sum(amount_minor)::bigint AS amount_minor
        FROM entry WHERE item_id IS NOT NULL GROUP BY account_id, item_id
    ) AS paid
    WHERE item.account_id = paid.account_id AND item.id = paid.item_id
)
UPDATE accounts_account AS account
SET on_account_minor = account.on_account_minor - kept.amount_minor
FROM (
    SELECT account_id, sum(CASE WHEN item_id IS NULL THEN amount_minor ELSE -amount_minor END)::bigint AS amount_minor
    FROM entry GROUP BY account_id
) AS kept
WHERE account.id = kept.account_id AND kept.amount_minor <> 0;

-- name: reversals
-- The entries that take back every entry of some credits.
SELECT entry.account_id, entry.credit AS debit, entry.debit AS credit, entry.amount_minor, entry.currency,
       %(today)s::date AS booked_on, %(reversal)s::smallint AS cause_kind, entry.id AS cause_id, 0 AS cause_no, entry.item_id,
       entry.id AS reverses_id
FROM ledger_entry AS entry
JOIN unnest(%(account_id)s::bigint[], %(credit_id)s::bigint[]) AS back(account_id, credit_id)
    ON entry.account_id = back.account_id AND entry.cause_kind = %(credit)s AND entry.cause_id = back.credit_id
       AND NOT EXISTS (
           SELECT FROM ledger_entry AS back_already
           WHERE back_already.account_id = entry.account_id AND back_already.cause_kind = %(reversal)s
             AND back_already.cause_id = entry.id
       );

-- name: add
-- Write down credits that are new, or stand anew with another amount or day, and give them.
INSERT INTO accounts_source_credit (account_id, amount_minor, booked_on, currency, kind, reference)
SELECT account_id, amount_minor, booked_on, currency, kind, reference
FROM accounts_judged_credit
WHERE verdict IN ('new', 'changed') AND refusal IS NULL AND amount_minor > 0
ORDER BY account_id, reference
RETURNING id, account_id, amount_minor, booked_on, currency, kind;
