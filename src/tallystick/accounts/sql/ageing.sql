-- name: items_as_of
-- Give what was open on each item of an account at the end of a day, as known at an instant.
SELECT item.id, item.reference, item.kind, item.issued_on, item.due_on, item.currency,
       sum(CASE WHEN entry.debit = item.head THEN entry.amount_minor ELSE -entry.amount_minor END)::bigint AS open_minor
FROM accounts_item AS item
JOIN ledger_entry AS entry ON entry.account_id = item.account_id AND entry.item_id = item.id
WHERE item.account_id = %(account)s AND entry.booked_on <= %(on)s
  AND (%(known_at)s::timestamptz IS NULL OR entry.posted_at <= %(known_at)s)
GROUP BY item.id
ORDER BY item.due_on, item.id;

-- name: by_bucket
-- Give the balance of the book by currency, client and bucket at the end of a day, and on how many accounts it lies. It is what is
-- kept by due day, without a look at items. An account counts on the first of its days in a bucket. Of accounts of which something
-- was booked after the day, what that is now is taken off, and what it was is added. What is on hold or disputed is little.
{movements}, kept AS (
    SELECT currency, client_id, minor, 0 AS held_minor,
           CASE WHEN due_on IS NULL THEN 8 ELSE accounts_age_place(due_on, %(on)s) END AS place,
           CASE WHEN due_on > before_on AND accounts_age_place(before_on, %(on)s) = accounts_age_place(due_on, %(on)s)
               THEN 0 ELSE accounts END AS accounts
    FROM accounts_owed_by_day
), held AS (
    SELECT currency, client_id, 0, open_minor - accounts_chased_minor(
               open_minor, held_minor, held_from_on, held_until_on, disputed_minor, %(held_on)s::date
           ), accounts_age_place(due_on, %(on)s), 0
    FROM accounts_item
    WHERE (held_from_on IS NOT NULL OR disputed_minor IS NOT NULL) AND open_minor <> 0 AND %(held_on)s::date IS NOT NULL
      AND account_id NOT IN (SELECT account_id FROM whose)
), told AS (
    SELECT * FROM kept UNION ALL SELECT * FROM held
    UNION ALL
    SELECT currency, client_id, minor - now_minor, CASE WHEN minor <> 0 THEN held_minor ELSE 0 END, place,
           (minor <> 0)::integer - (now_minor <> 0)::integer
    FROM placed
)
SELECT currency, client_id,
       (ARRAY['not_due', '1_30', '31_60', '61_90', '91_180', '181_365', 'over_365', 'on_account'])[place] AS bucket,
       sum(minor)::bigint AS minor, sum(held_minor)::bigint AS held_minor, sum(accounts)::bigint AS accounts
FROM told
WHERE (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
  AND (%(client)s::bigint IS NULL OR client_id = %(client)s)
GROUP BY currency, client_id, place
HAVING sum(accounts) <> 0
ORDER BY currency, client_id, bucket;

-- name: accounts_in_bucket
-- Give the accounts with a balance in a bucket at the end of a day, the largest first.
{movements}
SELECT by_account.account_id, by_account.minor::bigint AS minor, by_account.held_minor::bigint AS held_minor,
       account.reference, account.currency, client.name AS client, party.name AS party
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
-- what was booked after that day, or became known after the instant that is asked for: so that no day costs more than a look at open items and at the entries since, and nothing but
-- those entries where only their accounts are asked for. An item says itself whose it is, and buckets are numbers until the end:
-- half of the time went into a join and into texts. What of it is on hold or disputed is what items say, which is known for a day
-- that is not over: where there is none, none is.
WITH since AS (
    SELECT entry.currency, account.client_id, entry.account_id, item.due_on,
           CASE WHEN entry.credit = 9 THEN entry.amount_minor
                WHEN entry.debit = 9 THEN -entry.amount_minor ELSE 0 END AS on_account_minor,
           CASE WHEN entry.credit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END
           - CASE WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE 0 END AS debt_minor
    FROM ledger_entry AS entry
    JOIN accounts_account AS account ON account.id = entry.account_id AND NOT account.is_house
    LEFT JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
    WHERE entry.booked_on > %(on)s OR entry.posted_at > %(known_at)s
), whose AS ({whose}), movement AS (
    SELECT currency, client_id, account_id, due_on, open_minor AS minor, open_minor AS now_minor, CASE WHEN %(held_on)s::date IS NOT NULL THEN
               open_minor - accounts_chased_minor(
                   open_minor, held_minor, held_from_on, held_until_on, disputed_minor, %(held_on)s::date
               ) ELSE 0 END AS held_minor
    FROM accounts_item
    WHERE open_minor <> 0 AND account_id {within} (SELECT account_id FROM whose)
    UNION ALL
    SELECT currency, client_id, account_id, due_on, debt_minor, 0, 0 FROM since WHERE debt_minor <> 0
), aged AS (
    SELECT currency, client_id, account_id, minor, now_minor, held_minor, accounts_age_place(due_on, %(on)s) AS place
    FROM movement
    UNION ALL
    SELECT currency, client_id, id, -on_account_minor, -on_account_minor, 0, 8
    FROM accounts_account
    WHERE on_account_minor <> 0 AND NOT is_house AND id {within} (SELECT account_id FROM whose)
    UNION ALL
    SELECT currency, client_id, account_id, on_account_minor, 0, 0, 8 FROM since WHERE on_account_minor <> 0
), placed AS (
    SELECT currency, client_id, place, account_id, accounts_total_minor(minor) AS minor,
           accounts_total_minor(now_minor) AS now_minor, accounts_total_minor(held_minor) AS held_minor
    FROM aged
    WHERE (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
      AND (%(client)s::bigint IS NULL OR client_id = %(client)s)
    GROUP BY currency, client_id, place, account_id
), by_account AS (
    SELECT currency, client_id, account_id, minor, held_minor,
           (ARRAY['not_due', '1_30', '31_60', '61_90', '91_180', '181_365', 'over_365', 'on_account'])[place] AS bucket
    FROM placed
    WHERE minor <> 0
)

-- name: owed_by_day
-- What is owed by due day and by the due day before it of the same account, from items and accounts.
SELECT client_id, currency, due_on, before_on, sum(minor)::bigint AS minor, count(*) AS accounts
FROM (
    SELECT client_id, currency, due_on, lag(due_on) OVER (PARTITION BY account_id ORDER BY due_on) AS before_on,
           sum(open_minor) AS minor
    FROM accounts_item
    WHERE open_minor > 0
    GROUP BY account_id, client_id, currency, due_on
    UNION ALL
    SELECT client_id, currency, NULL, NULL, -on_account_minor
    FROM accounts_account
    WHERE on_account_minor <> 0 AND NOT is_house
) AS owed
GROUP BY client_id, currency, due_on, before_on;

-- name: owed_otherwise
-- Find where what is kept by due day is not what items and accounts say: amounts by the day, accounts by the day before it too.
SELECT NULL::bigint AS account_id,
       'client ' || client_id || ', ' || currency || ', due ' || coalesce(due_on::text, 'never, being on account')
       || coalesce(' after ' || before_on, '') || ': ' || sum(kept) || ' on ' || sum(accounts_kept) || ' accounts are kept, '
       || sum(owed) || ' on ' || sum(accounts_owing) || ' owed' AS what
FROM (
    SELECT client_id, currency, due_on, before_on, minor AS kept, accounts AS accounts_kept, 0 AS owed, 0 AS accounts_owing
    FROM accounts_owed_by_day
    UNION ALL
    SELECT client_id, currency, due_on, before_on, 0, 0, minor, accounts FROM ({owed}) AS owed
) AS held
GROUP BY GROUPING SETS ((client_id, currency, due_on), (client_id, currency, due_on, before_on))
HAVING CASE GROUPING(before_on) WHEN 1 THEN sum(kept) <> sum(owed) ELSE sum(accounts_kept) <> sum(accounts_owing) END;

-- name: waits_to_be_folded
-- Test if more than so many rows were added since the last time.
SELECT count(*) > %(many)s FROM (SELECT FROM accounts_owed_by_day WHERE NOT is_folded LIMIT %(many)s + 1) AS added;

-- name: fold
-- Put one row in the place of all that are of the same days. Who adds meanwhile is not waited for, and waits for nobody.
WITH gone AS (
    DELETE FROM accounts_owed_by_day RETURNING client_id, currency, due_on, before_on, minor, accounts
)
INSERT INTO accounts_owed_by_day (client_id, currency, due_on, before_on, minor, accounts, is_folded)
SELECT client_id, currency, due_on, before_on, sum(minor), sum(accounts), true
FROM gone
GROUP BY client_id, currency, due_on, before_on
HAVING sum(minor) <> 0 OR sum(accounts) <> 0;
