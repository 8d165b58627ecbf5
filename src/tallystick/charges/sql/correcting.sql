-- name: to_correct
-- Give what the next accrual through a day would prove or extend of some accounts: what was booked since it was proven, what nobody
-- books has changed, or days that are over and not charged yet.
SELECT bearing.*, account.client_id, account.portfolio_id, account.currency, item.due_on, item.kind, item.reference
FROM charges_bearing AS bearing
JOIN accounts_account AS account ON account.id = bearing.account_id AND account.state = 'open'
JOIN accounts_item AS item ON item.id = bearing.item_id AND item.account_id = bearing.account_id
JOIN unnest(%(agreement)s::bigint[], %(until_on)s::date[]) AS agreed(id, until_on) ON agreed.id = bearing.agreement_id
LEFT JOIN (
    SELECT account_id, count(*) AS number
    FROM ledger_entry
    WHERE account_id = ANY(%(accounts)s) AND cause_kind = ANY(%(other_causes)s)
    GROUP BY account_id
) AS entries ON entries.account_id = bearing.account_id
WHERE bearing.account_id = ANY(%(accounts)s)
  AND (bearing.law IS NULL OR NOT bearing.is_settled AND bearing.through_on < agreed.until_on
       OR bearing.entries_seen <> coalesce(entries.number, 0))
ORDER BY bearing.account_id, bearing.item_id;

-- name: charged_in_all
-- Give the interest and fixed sums that are charged on some accounts together, by currency.
SELECT account.currency, sum(bearing.charged_minor + bearing.fixed_minor)::bigint AS minor
FROM charges_bearing AS bearing
JOIN accounts_account AS account ON account.id = bearing.account_id
WHERE bearing.account_id = ANY(%(accounts)s)
GROUP BY account.currency;

-- name: charge_of_item
-- Give what a rule charged on an item that holds it, and stands: of which cause, on what, and how much from a day on.
SELECT charge.cause_kind, bearing.item_id AS on_item_id, coalesce(sum(entry.amount_minor), 0)::bigint AS minor
FROM charges_bearing AS bearing
CROSS JOIN LATERAL (
    SELECT CASE WHEN bearing.interest_item_id = %(item)s THEN %(interest)s ELSE %(fixed_sum)s END::smallint AS cause_kind
) AS charge
LEFT JOIN ledger_entry AS entry
    ON entry.account_id = bearing.account_id AND entry.cause_kind = charge.cause_kind AND entry.cause_id = bearing.item_id
   AND (%(since)s::date IS NULL OR entry.booked_on >= %(since)s)
   AND NOT EXISTS (
       SELECT FROM ledger_entry AS back
       WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
   )
WHERE bearing.account_id = %(account)s AND %(item)s IN (bearing.interest_item_id, bearing.fixed_item_id)
GROUP BY charge.cause_kind, bearing.item_id;
