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
SELECT currency, client_id, bucket, sum(minor)::bigint AS minor, sum(held_minor)::bigint AS held_minor, count(*) AS accounts
FROM by_account
GROUP BY currency, client_id, bucket
ORDER BY currency, client_id, bucket;

-- name: accounts_in_bucket
-- Give the accounts with a balance in a bucket at the end of a day, the largest first.
{movements}
SELECT by_account.account_id, by_account.minor::bigint AS minor, by_account.held_minor::bigint AS held_minor, account.reference, account.currency, client.name AS client,
       party.name AS party
FROM by_account
JOIN accounts_account AS account ON account.id = by_account.account_id
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
WHERE bucket = %(bucket)s AND by_account.currency = %(currency)s
ORDER BY minor DESC, account_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: accounts_held
-- Give the accounts of whose balance something is on hold or disputed, with all that they owe on items, the most on hold first.
{movements}
SELECT by_account.account_id, sum(by_account.minor)::bigint AS minor, sum(by_account.held_minor)::bigint AS held_minor,
       account.reference, account.currency, client.name AS client, party.name AS party
FROM by_account
JOIN accounts_account AS account ON account.id = by_account.account_id
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
WHERE bucket <> 'on_account' AND by_account.currency = %(currency)s
GROUP BY by_account.account_id, account.id, client.id, party.id
HAVING sum(by_account.held_minor) > 0
ORDER BY held_minor DESC, by_account.account_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: movements
-- The common part: what stood open of each account in each bucket at the end of a day, as `by_account`. It is what stands now, less
-- what was booked after that day: so that today costs a look at open items, and no day more than the entries since. An item
-- says itself whose it is, and buckets are numbers until the end: half of the time went into a join and into texts. What of it is
-- on hold or disputed is what items say, which is known for a day that is not over: where there is none, none is.
WITH house AS (
    SELECT id FROM accounts_account WHERE is_house
), since AS (
    SELECT entry.currency, account.client_id, entry.account_id, item.due_on,
           CASE WHEN entry.credit = 9 THEN entry.amount_minor
                WHEN entry.debit = 9 THEN -entry.amount_minor ELSE 0 END AS on_account_minor,
           CASE WHEN entry.credit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END
           - CASE WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END AS debt_minor
    FROM ledger_entry AS entry
    JOIN accounts_account AS account ON account.id = entry.account_id AND NOT account.is_house
    LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
    WHERE entry.booked_on > %(on)s
), movement AS (
    SELECT currency, client_id, account_id, due_on, open_minor AS minor, CASE WHEN %(held_on)s::date IS NOT NULL THEN
               open_minor - accounts_chased_minor(
                   open_minor, held_minor, held_from_on, held_until_on, disputed_minor, %(held_on)s::date
               ) ELSE 0 END AS held_minor
    FROM accounts_item
    WHERE open_minor <> 0 AND account_id NOT IN (SELECT id FROM house)
    UNION ALL
    SELECT currency, client_id, account_id, due_on, debt_minor, 0 FROM since WHERE debt_minor <> 0
), aged AS (
    SELECT currency, client_id, account_id, minor, held_minor,
           CASE WHEN due_on >= %(on)s THEN 1
                WHEN due_on >= %(on)s::date - 30 THEN 2
                WHEN due_on >= %(on)s::date - 60 THEN 3
                WHEN due_on >= %(on)s::date - 90 THEN 4
                WHEN due_on >= %(on)s::date - 180 THEN 5
                WHEN due_on >= %(on)s::date - 365 THEN 6
                ELSE 7 END AS place
    FROM movement
    UNION ALL
    SELECT currency, client_id, id, -on_account_minor, 0, 8 FROM accounts_account WHERE on_account_minor <> 0 AND NOT is_house
    UNION ALL
    SELECT currency, client_id, account_id, on_account_minor, 0, 8 FROM since WHERE on_account_minor <> 0
), placed AS (
    SELECT currency, client_id, place, account_id, sum(minor) AS minor, sum(held_minor) AS held_minor
    FROM aged
    WHERE (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
      AND (%(client)s::bigint IS NULL OR client_id = %(client)s)
    GROUP BY currency, client_id, place, account_id
    HAVING sum(minor) <> 0
), by_account AS (
    SELECT currency, client_id, account_id, minor, held_minor,
           (ARRAY['not_due', '1_30', '31_60', '61_90', '91_180', '181_365', 'over_365', 'on_account'])[place] AS bucket
    FROM placed
)
