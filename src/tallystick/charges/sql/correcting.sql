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
