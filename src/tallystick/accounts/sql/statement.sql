-- name: lines
-- Give what was charged and credited on an account by a day, with the balance after each. Only entries that move money between debt
-- (or money on account) and the far side are lines; allocations move it within.
WITH line AS (
    SELECT entry.id, entry.booked_on, entry.posted_at, entry.amount_minor, entry.cause_kind, entry.reverses_id, item.reference,
           entry.debit IN (1, 2, 3, 4, 9) AS is_charge
    FROM ledger_entry AS entry
    LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
    WHERE entry.account_id = %(account)s AND entry.booked_on <= %(on)s
      AND (%(known_at)s::timestamptz IS NULL OR entry.posted_at <= %(known_at)s)
      AND (entry.debit IN (1, 2, 3, 4, 9)) <> (entry.credit IN (1, 2, 3, 4, 9))
)
SELECT id, booked_on, posted_at, reference, cause_kind, reverses_id IS NOT NULL AS is_reversal,
       CASE WHEN is_charge THEN amount_minor ELSE 0 END AS charged_minor,
       CASE WHEN is_charge THEN 0 ELSE amount_minor END AS paid_minor,
       (sum(CASE WHEN is_charge THEN amount_minor ELSE -amount_minor END) OVER (ORDER BY booked_on, id))::bigint AS balance_minor
FROM line
ORDER BY booked_on, id
