-- name: late
-- Items of accounts in a range that were late for so long that a fee is due, and have not borne it: with what was owed when it fell due.
SELECT late.account_id, late.item_id, late.reference, late.currency, agreed.id AS agreement_id, fee.code, late.day, 'late' AS occasion,
       'late' AS name, owed.minor AS owed_minor
FROM (
    SELECT item.account_id, item.id AS item_id, item.reference, item.currency, item.kind, item.due_on, item.due_on + 1 AS day,
           account.client_id, account.portfolio_id, item.open_minor, item.settled_on
    FROM accounts_item AS item
    JOIN accounts_account AS account ON account.id = item.account_id
    WHERE item.account_id BETWEEN %(low)s AND %(high)s AND account.client_id = ANY(%(clients)s) AND account.state = 'open'
      AND NOT account.is_house AND item.head = %(principal)s AND item.due_on < %(day)s
      AND (%(account_ids)s::bigint[] IS NULL OR item.account_id = ANY(%(account_ids)s))
) AS late
CROSS JOIN LATERAL ({chosen}) AS agreed
JOIN ({fees}) AS fee ON fee.agreement_id = agreed.id AND fee.occasion = 'late'
CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE WHEN debit = %(principal)s THEN amount_minor ELSE -amount_minor END), 0)::bigint AS minor
    FROM ledger_entry AS entry
    WHERE entry.account_id = late.account_id AND entry.item_id = late.item_id AND entry.booked_on < late.day + fee.grace_days
) AS owed
WHERE late.day + fee.grace_days <= %(day)s AND (late.open_minor > 0 OR late.settled_on >= late.day + fee.grace_days)
  AND EXISTS (
      SELECT FROM unnest(%(kind_agreement)s::bigint[], %(kind)s::text[]) AS bears(agreement_id, kind)
      WHERE bears.agreement_id = agreed.id AND bears.kind = late.kind
  )
  AND NOT EXISTS (
      SELECT FROM charges_fee AS charged
      WHERE charged.account_id = late.account_id
        AND charged.key = fee.code || CASE fee.once
            WHEN 'account' THEN ':' WHEN 'item' THEN '::' || late.item_id ELSE '::' || late.item_id || ':late'
        END
  )
ORDER BY late.account_id, fee.code, late.day, late.item_id;

-- name: returned
-- Payments on accounts in a range that were taken back, and for which a fee is due that was not charged.
SELECT late.account_id, NULL::bigint AS item_id, '' AS reference, late.currency, agreed.id AS agreement_id, fee.code, late.day,
       'returned' AS occasion, 'returned ' || late.payment_id AS name, late.minor AS owed_minor
FROM (
    SELECT original.account_id, original.cause_id AS payment_id, min(original.currency) AS currency, min(reversal.booked_on) AS day,
           min(reversal.booked_on) - 1 AS due_on, sum(original.amount_minor)::bigint AS minor, account.client_id, account.portfolio_id
    FROM ledger_entry AS reversal
    JOIN ledger_entry AS original ON original.id = reversal.reverses_id AND original.account_id = reversal.account_id
    JOIN accounts_account AS account ON account.id = original.account_id
    WHERE reversal.account_id BETWEEN %(low)s AND %(high)s AND reversal.cause_kind = %(reversal)s AND original.cause_kind = %(payment)s
      AND original.credit = %(on_account)s AND account.client_id = ANY(%(clients)s) AND account.state = 'open' AND NOT account.is_house
      AND (%(account_ids)s::bigint[] IS NULL OR reversal.account_id = ANY(%(account_ids)s))
    GROUP BY original.account_id, original.cause_id, account.client_id, account.portfolio_id
) AS late
CROSS JOIN LATERAL ({chosen}) AS agreed
JOIN ({fees}) AS fee ON fee.agreement_id = agreed.id AND fee.occasion = 'returned'
WHERE late.day + fee.grace_days <= %(day)s
  AND NOT EXISTS (
      SELECT FROM charges_fee AS charged
      WHERE charged.account_id = late.account_id
        AND charged.key = fee.code || CASE fee.once WHEN 'account' THEN ':' ELSE ':::returned ' || late.payment_id END
  )
ORDER BY late.account_id, fee.code, late.day, late.payment_id;

-- name: agreed_fees
-- The common part: the fees that are agreed.
SELECT *
FROM unnest(%(fee_agreement)s::bigint[], %(fee_code)s::text[], %(fee_occasion)s::text[], %(fee_grace)s::integer[], %(fee_once)s::text[])
    AS agreed_fee(agreement_id, code, occasion, grace_days, once);

-- name: lock
-- Hold accounts, in id order.
SELECT id FROM accounts_account WHERE id = ANY(%(account_ids)s) ORDER BY id FOR NO KEY UPDATE;

-- name: charged
-- The fees that some accounts were charged, or were let off as the first of them, those that were taken back too.
SELECT account_id, code, key, amount_minor, taken_back_at IS NOT NULL AS is_taken_back
FROM charges_fee
WHERE account_id = ANY(%(account_ids)s);

-- name: charge
-- Write fees down, each once; give those that were new, with their ids.
INSERT INTO charges_fee (
    account_id, item_id, agreement_id, code, key, occasion, occasion_on, due_on, owed_minor, amount_minor, currency, is_free, is_capped,
    source, charged_at, taken_back_by, reason
)
SELECT account_id, item_id, agreement_id, code, key, occasion, occasion_on, due_on, owed_minor, amount_minor, currency, is_free, is_capped,
       source, %(at)s, '', ''
FROM unnest(
    %(account_id)s::bigint[], %(item_id)s::bigint[], %(agreement_id)s::bigint[], %(code)s::text[], %(key)s::text[], %(occasion)s::text[],
    %(occasion_on)s::date[], %(due_on)s::date[], %(owed_minor)s::bigint[], %(amount_minor)s::bigint[], %(currency)s::text[],
    %(is_free)s::boolean[], %(is_capped)s::boolean[], %(source)s::text[]
) AS fee(
    account_id, item_id, agreement_id, code, key, occasion, occasion_on, due_on, owed_minor, amount_minor, currency, is_free, is_capped, source
)
ORDER BY account_id, occasion_on, key
ON CONFLICT (account_id, key) DO NOTHING
RETURNING id, account_id, key;

-- name: name_items
-- Have fees name the items that hold them.
UPDATE charges_fee AS fee
SET fee_item_id = named.fee_item_id
FROM unnest(%(id)s::bigint[], %(fee_item_id)s::bigint[]) AS named(id, fee_item_id)
WHERE fee.id = named.id;

-- name: of_account
-- The fees of an account, those that are free and those that were taken back too.
SELECT fee.*, item.reference AS of_item, held.reference
FROM charges_fee AS fee
LEFT JOIN accounts_item AS item ON item.id = fee.item_id AND item.account_id = fee.account_id
LEFT JOIN accounts_item AS held ON held.id = fee.fee_item_id AND held.account_id = fee.account_id
WHERE fee.account_id = %(account)s
ORDER BY fee.due_on, fee.id;

-- name: paid_in_time
-- Late fees of accounts in a range, of the last weeks, of whose items nothing was owed when they fell due, as is known now.
SELECT fee.id, fee.account_id
FROM charges_fee AS fee
WHERE fee.account_id BETWEEN %(low)s AND %(high)s AND fee.occasion = 'late' AND fee.taken_back_at IS NULL AND NOT fee.is_free
  AND fee.due_on > %(day)s::date - %(known_late_days)s
  AND 0 >= (
      SELECT coalesce(sum(CASE WHEN debit = %(principal)s THEN amount_minor ELSE -amount_minor END), 0)
      FROM ledger_entry AS entry
      WHERE entry.account_id = fee.account_id AND entry.item_id = fee.item_id AND entry.booked_on < fee.due_on
  );
