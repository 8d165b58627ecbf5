-- name: lock
-- Lock the accounts of a set of credits in id order, so that two sets never wait for each other in a ring.
SELECT account.id, account.client_id, account.currency, account.is_house
FROM accounts_account AS account
WHERE account.id = ANY(%(account_id)s)
ORDER BY account.id
FOR UPDATE;

-- name: receive
-- Book each credit onto its account: the far side is debited, money on account is credited. A credit that stands is left out.
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, posted_at
)
SELECT account_id, debit, %(on_account)s, amount_minor, currency, booked_on, %(cause_kind)s, cause_id, 0, %(at)s
FROM unnest(
    %(account_id)s::bigint[], %(cause_id)s::bigint[], %(amount_minor)s::bigint[], %(currency)s::text[],
    %(booked_on)s::date[], %(debit)s::smallint[]
) AS credit(account_id, cause_id, amount_minor, currency, booked_on, debit)
ORDER BY account_id, cause_id
ON CONFLICT (account_id, cause_kind, cause_id, cause_no) DO NOTHING
RETURNING account_id, cause_id;

-- name: pay_named
-- Pay the items that a credit names, up to what is open on each. Several credits may name one item: the first pays first.
WITH named AS (
    SELECT account_id, cause_id, item_id, amount_minor,
           coalesce(sum(amount_minor) OVER (
               PARTITION BY item_id ORDER BY cause_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0) AS before
    FROM unnest(%(named_account)s::bigint[], %(named_cause)s::bigint[], %(named_item)s::bigint[], %(named_amount)s::bigint[])
        AS named(account_id, cause_id, item_id, amount_minor)
)
SELECT named.account_id, named.cause_id, named.item_id, item.head,
       least(named.amount_minor, item.open_minor - named.before)::bigint AS amount_minor
FROM named
JOIN accounts_item AS item ON item.id = named.item_id AND item.account_id = named.account_id
WHERE item.open_minor > named.before;

-- name: pay_oldest
-- Pay what is left of each credit to the oldest open items of its account. Credits of one account lie end to end on a line, and so
-- do its open items, oldest due first: an allocation is where a credit and an item overlap. What of them is on hold or disputed today
-- lies behind all that is chased. The twin of `charges.rules.allocation.allocate` for the order of the oldest due.
WITH credit AS (
    SELECT account_id, cause_id, amount_minor,
           sum(amount_minor) OVER (PARTITION BY account_id ORDER BY cause_id) - amount_minor AS low,
           sum(amount_minor) OVER (PARTITION BY account_id ORDER BY cause_id) AS high
    FROM unnest(%(left_account)s::bigint[], %(left_cause)s::bigint[], %(left_amount)s::bigint[])
        AS credit(account_id, cause_id, amount_minor)
), item AS (
    SELECT item.id, item.account_id, item.head,
           sum(part.minor) OVER oldest_first - part.minor AS low,
           sum(part.minor) OVER oldest_first AS high
    FROM accounts_item AS item
    JOIN accounts_client AS client ON client.id = item.client_id
    CROSS JOIN LATERAL (
        SELECT accounts_chased_minor(
            item.open_minor, item.held_minor, item.held_from_on, item.held_until_on, item.disputed_minor,
            (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
        ) AS minor
    ) AS chased
    CROSS JOIN LATERAL (VALUES (false, chased.minor), (true, item.open_minor - chased.minor)) AS part(is_held, minor)
    WHERE item.account_id = ANY(%(left_account)s) AND item.open_minor > 0 AND part.minor > 0
    WINDOW oldest_first AS (PARTITION BY item.account_id ORDER BY part.is_held, item.due_on, item.id)
)
SELECT credit.account_id, credit.cause_id, item.id AS item_id, item.head,
       sum(least(credit.high, item.high) - greatest(credit.low, item.low))::bigint AS amount_minor
FROM credit
JOIN item USING (account_id)
WHERE least(credit.high, item.high) > greatest(credit.low, item.low)
GROUP BY credit.account_id, credit.cause_id, item.id, item.head
ORDER BY credit.account_id, credit.cause_id, item.id;

-- name: allocate
-- Post allocations (money on account to an item's head) and take them off what is open on the items.
WITH allocation AS (
    SELECT *
    FROM unnest(
        %(account_id)s::bigint[], %(cause_kind)s::smallint[], %(cause_id)s::bigint[], %(cause_no)s::integer[],
        %(item_id)s::bigint[], %(head)s::smallint[], %(amount_minor)s::bigint[], %(currency)s::text[], %(booked_on)s::date[]
    ) AS allocation(account_id, cause_kind, cause_id, cause_no, item_id, head, amount_minor, currency, booked_on)
), posted AS (
    INSERT INTO ledger_entry (
        account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at
    )
    SELECT account_id, %(on_account)s, head, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id,
           %(at)s
    FROM allocation
    ORDER BY account_id, cause_id, cause_no
    RETURNING account_id, item_id, amount_minor, booked_on
), paid AS (
    SELECT account_id, item_id, sum(amount_minor)::bigint AS amount_minor, max(booked_on) AS booked_on
    FROM posted
    GROUP BY account_id, item_id
)
UPDATE accounts_item AS item
SET open_minor = item.open_minor - paid.amount_minor,
    settled_on = CASE WHEN item.open_minor = paid.amount_minor THEN paid.booked_on END
FROM paid
WHERE item.id = paid.item_id AND item.account_id = paid.account_id;

-- name: keep_on_account
-- Add what a set of credits left unallocated to the money on account.
UPDATE accounts_account AS account
SET on_account_minor = on_account_minor + kept.amount_minor
FROM (
    SELECT account_id, sum(amount_minor)::bigint AS amount_minor
    FROM unnest(%(account_id)s::bigint[], %(amount_minor)s::bigint[]) AS kept(account_id, amount_minor)
    GROUP BY account_id
) AS kept
WHERE account.id = kept.account_id;

-- name: take_back
-- Give back to items what a cause had paid on them.
UPDATE accounts_item AS item
SET open_minor = item.open_minor + given.amount_minor, settled_on = NULL
FROM (
    SELECT item_id, sum(amount_minor)::bigint AS amount_minor
    FROM unnest(%(item_id)s::bigint[], %(amount_minor)s::bigint[]) AS given(item_id, amount_minor)
    GROUP BY item_id
) AS given
WHERE item.id = given.item_id AND item.account_id = %(account)s;

-- name: cleared
-- Give the accounts of a set on which nothing is open any more.
SELECT id FROM accounts_account AS account
WHERE id = ANY(%(account_id)s) AND NOT is_house
  AND NOT EXISTS (SELECT FROM accounts_item AS item WHERE item.account_id = account.id AND item.open_minor > 0)
