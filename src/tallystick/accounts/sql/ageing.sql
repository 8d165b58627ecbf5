-- name: items_as_of
-- Give what was open on each item of an account at the end of a day.
SELECT item.id, item.reference, item.kind, item.issued_on, item.due_on, item.currency,
       sum(CASE WHEN entry.debit = item.head THEN entry.amount_minor ELSE -entry.amount_minor END)::bigint AS open_minor
FROM accounts_item AS item
JOIN ledger_entry AS entry ON entry.account_id = item.account_id AND entry.item_id = item.id
WHERE item.account_id = %(account)s AND entry.booked_on <= %(on)s
GROUP BY item.id
ORDER BY item.due_on, item.id;

-- name: by_bucket
-- Give the balance of the book by currency, client and bucket at the end of a day, and on how many accounts it lies. What an
-- entry does to an item ages by the item's due day; money on account has no age and stands in a bucket of its own.
{movements}
SELECT currency, client_id, bucket, sum(minor)::bigint AS minor, count(*) AS accounts
FROM by_account
GROUP BY currency, client_id, bucket
ORDER BY currency, client_id, bucket;

-- name: accounts_in_bucket
-- Give the accounts with a balance in a bucket at the end of a day, the largest first.
{movements}
SELECT by_account.account_id, by_account.minor::bigint AS minor, account.reference, account.currency, client.name AS client,
       party.name AS party
FROM by_account
JOIN accounts_account AS account ON account.id = by_account.account_id
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
WHERE bucket = %(bucket)s AND by_account.currency = %(currency)s
ORDER BY minor DESC, account_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: movements
-- The common part: what stood open of each account in each bucket at the end of a day, as `by_account`. It is what stands now, less
-- what was booked after that day: so that today costs a look at open items, and no day more than the entries since.
WITH standing AS (
    SELECT item.currency, item.account_id, item.due_on, 0::bigint AS on_account_minor, item.open_minor AS debt_minor
    FROM accounts_item AS item
    WHERE item.open_minor <> 0
    UNION ALL
    SELECT currency, id, NULL, -on_account_minor, 0 FROM accounts_account WHERE on_account_minor <> 0
    UNION ALL
    SELECT entry.currency, entry.account_id, item.due_on,
           CASE WHEN entry.credit = 9 THEN entry.amount_minor
                WHEN entry.debit = 9 THEN -entry.amount_minor ELSE 0 END,
           CASE WHEN entry.credit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END
           - CASE WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END
    FROM ledger_entry AS entry
    LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
    WHERE entry.booked_on > %(on)s
), movement AS (
    SELECT standing.*, account.client_id
    FROM standing
    JOIN accounts_account AS account ON account.id = standing.account_id AND NOT account.is_house
    WHERE (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
      AND (%(client)s::bigint IS NULL OR account.client_id = %(client)s)
), aged AS (
    SELECT currency, account_id, client_id, debt_minor AS minor,
           CASE WHEN due_on >= %(on)s THEN 'not_due'
                WHEN %(on)s::date - due_on <= 30 THEN '1_30'
                WHEN %(on)s::date - due_on <= 60 THEN '31_60'
                WHEN %(on)s::date - due_on <= 90 THEN '61_90'
                WHEN %(on)s::date - due_on <= 180 THEN '91_180'
                WHEN %(on)s::date - due_on <= 365 THEN '181_365'
                ELSE 'over_365' END AS bucket
    FROM movement
    WHERE debt_minor <> 0
    UNION ALL
    SELECT currency, account_id, client_id, on_account_minor, 'on_account'
    FROM movement
    WHERE on_account_minor <> 0
), by_account AS (
    SELECT currency, client_id, bucket, account_id, sum(minor) AS minor
    FROM aged
    GROUP BY currency, client_id, bucket, account_id
    HAVING sum(minor) <> 0
)
