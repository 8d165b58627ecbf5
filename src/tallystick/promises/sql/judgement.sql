-- name: lock_of_accounts
-- Lock the promises of some accounts that are judged, in id order.
SELECT id FROM promises_promise
WHERE account_id = ANY(%(account_ids)s) AND state IN ('open', 'kept', 'partly_kept', 'broken')
ORDER BY id
FOR UPDATE;

-- name: lock_overdue
-- Lock open promises whose grace has run out where their creditor is. Rows that somebody else is judging are left to them.
SELECT promise.id
FROM promises_promise AS promise
JOIN accounts_account AS account ON account.id = promise.account_id
JOIN accounts_client AS client ON client.id = account.client_id
WHERE promise.state = 'open' AND promise.grace_until_on <= (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
  AND promise.grace_until_on <= (%(at)s::timestamptz)::date + 1
ORDER BY promise.id
LIMIT %(limit)s
FOR UPDATE OF promise SKIP LOCKED;

-- name: judge
-- Judge promises afresh by the money that counts towards them, and give those of which something changed, as they were and are.
WITH promise AS (
    SELECT promise.*, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today
    FROM promises_promise AS promise
    JOIN accounts_account AS account ON account.id = promise.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    WHERE promise.id = ANY(%(ids)s)
), {counted}, judged AS (
    SELECT promise.id, promise.account_id, promise.state AS was, promise.today, counted.paid_minor, counted.reached_on,
           CASE WHEN counted.paid_minor >= promise.amount_minor THEN 'kept'
                WHEN promise.today < promise.grace_until_on THEN
                    CASE WHEN promise.state <> 'open' AND EXISTS (
                        SELECT FROM promises_promise AS newer
                        WHERE newer.account_id = promise.account_id AND newer.state = 'open' AND newer.id <> promise.id
                    ) THEN 'replaced' ELSE 'open' END
                WHEN counted.paid_minor >= promise.amount_minor - promise.tolerance_minor THEN 'partly_kept'
                ELSE 'broken' END AS state
    FROM promise
    JOIN counted USING (id)
)
UPDATE promises_promise AS promise
SET state = judged.state, paid_minor = judged.paid_minor,
    ended_on = CASE judged.state WHEN 'open' THEN NULL WHEN 'kept' THEN judged.reached_on WHEN 'replaced' THEN judged.today
                                 ELSE promise.grace_until_on END,
    ended_at = CASE WHEN judged.state = 'open' THEN NULL WHEN judged.state = judged.was THEN promise.ended_at
                    ELSE %(at)s::timestamptz END,
    broken_in_a_row = CASE WHEN judged.state <> 'broken' THEN 0 WHEN judged.was = 'broken' THEN promise.broken_in_a_row ELSE 1 END,
    broken_balance_minor = CASE
        WHEN judged.state <> 'broken' THEN NULL
        WHEN judged.was = 'broken' THEN promise.broken_balance_minor
        ELSE coalesce((
            SELECT sum(item.open_minor) FROM accounts_item AS item
            WHERE item.account_id = promise.account_id AND item.open_minor > 0
        ), 0)::bigint - (SELECT on_account_minor FROM accounts_account AS account WHERE account.id = promise.account_id) END
FROM judged
WHERE promise.id = judged.id AND (promise.state, promise.paid_minor) IS DISTINCT FROM (judged.state, judged.paid_minor)
RETURNING promise.id, promise.account_id, judged.was, promise.state, promise.amount_minor, promise.paid_minor,
          promise.currency, promise.pay_on, promise.ended_on, judged.today, promise.balance_minor,
          promise.broken_balance_minor;

-- name: counted
-- The common part: the money that counts towards each promise in `promise`, and the day on which it reached what was promised.
payment AS (
    SELECT promise.id, promise.amount_minor, entry.booked_on,
           sum(entry.amount_minor) OVER (PARTITION BY promise.id ORDER BY entry.booked_on, entry.id) AS reached_minor
    FROM promise
    JOIN ledger_entry AS entry
        ON entry.account_id = promise.account_id AND entry.cause_kind = {payment} AND entry.credit = {on_account}
       AND entry.booked_on >= promise.made_on AND entry.booked_on < promise.grace_until_on
       AND entry.posted_at >= promise.made_at
    WHERE NOT EXISTS (
        SELECT FROM ledger_entry AS taken_back
        WHERE taken_back.account_id = entry.account_id AND taken_back.cause_kind = {reversal} AND taken_back.cause_id = entry.id
    ) AND NOT EXISTS (
        SELECT FROM promises_promise AS later
        WHERE later.account_id = promise.account_id AND later.id > promise.id AND later.state <> 'withdrawn'
          AND entry.booked_on >= later.made_on AND entry.posted_at >= later.made_at
    )
), counted AS (
    SELECT promise.id, coalesce(max(payment.reached_minor), 0)::bigint AS paid_minor,
           min(payment.booked_on) FILTER (WHERE payment.reached_minor >= payment.amount_minor) AS reached_on
    FROM promise
    LEFT JOIN payment USING (id)
    GROUP BY promise.id
)

-- name: count_in_a_row
-- Number the broken promises of some accounts anew, from 1 after each one that was kept.
WITH run AS (
    SELECT id, account_id, state,
           count(*) FILTER (WHERE state IN ('kept', 'partly_kept')) OVER (PARTITION BY account_id ORDER BY id) AS number
    FROM promises_promise
    WHERE account_id = ANY(%(account_ids)s) AND state IN ('kept', 'partly_kept', 'broken')
), numbered AS (
    SELECT id, row_number() OVER (PARTITION BY account_id, number ORDER BY id) AS in_a_row FROM run WHERE state = 'broken'
)
UPDATE promises_promise AS promise
SET broken_in_a_row = numbered.in_a_row
FROM numbered
WHERE promise.id = numbered.id AND promise.broken_in_a_row <> numbered.in_a_row;

-- name: withdraw
-- Withdraw the open promises of some accounts.
UPDATE promises_promise AS promise
SET state = 'withdrawn', ended_at = %(at)s, ended_on = (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
WHERE promise.account_id = ANY(%(account_ids)s) AND promise.state = 'open' AND account.id = promise.account_id
RETURNING promise.id, promise.account_id, promise.amount_minor, promise.currency, promise.pay_on, promise.ended_on;

-- name: breaches
-- Find promises whose state is not what a fresh judgement gives. Whether grace has run out is taken from the state: that is the
-- nightly run's to say.
WITH promise AS (
    SELECT * FROM promises_promise WHERE state IN ('open', 'kept', 'partly_kept', 'broken')
), {counted}, judged AS (
    SELECT promise.account_id, promise.id, promise.state, promise.paid_minor, counted.paid_minor AS fresh_minor,
           CASE WHEN counted.paid_minor >= promise.amount_minor THEN 'kept'
                WHEN promise.state = 'open' THEN 'open'
                WHEN counted.paid_minor >= promise.amount_minor - promise.tolerance_minor THEN 'partly_kept'
                ELSE 'broken' END AS fresh
    FROM promise
    JOIN counted USING (id)
)
SELECT account_id, 'promise ' || id || ' is ' || state || ', and ' || fresh || ' by its money' AS what
FROM judged
WHERE state <> fresh OR paid_minor <> fresh_minor

-- name: facts
-- The promises of an account as the book keeps them. The balance of the run is what was owed when the first of the promises was made
-- that were broken since one was last kept.
WITH promise AS (
    SELECT account_id, id, state, amount_minor, made_on, pay_on, ended_on, balance_minor,
           max(id) FILTER (WHERE state IN ('kept', 'partly_kept')) OVER (PARTITION BY account_id) AS last_kept
    FROM promises_promise
    WHERE {scope}
)
SELECT account_id,
       (max(amount_minor) FILTER (WHERE state = 'open'))::bigint AS promises_open_minor,
       max(pay_on) FILTER (WHERE state = 'open') AS promises_due_on,
       (count(*) FILTER (WHERE state = 'broken'))::smallint AS promises_broken,
       (count(*) FILTER (WHERE state = 'broken' AND id > coalesce(last_kept, 0)))::smallint AS promises_in_a_row,
       (count(*) FILTER (WHERE state IN ('kept', 'partly_kept')))::smallint AS promises_kept,
       max(ended_on) FILTER (WHERE state = 'broken') AS promises_last_broken_on,
       (array_agg(balance_minor ORDER BY id) FILTER (WHERE state = 'broken' AND id > coalesce(last_kept, 0)))[1]
           AS promises_run_balance_minor,
       array_agg(made_on ORDER BY made_on) FILTER (WHERE state <> 'withdrawn' AND made_on > %(day)s::date - {kept})
           AS promises_made_days,
       array_agg(ended_on ORDER BY ended_on) FILTER (WHERE state IN ('kept', 'partly_kept') AND ended_on > %(day)s::date - {kept})
           AS promises_kept_days,
       array_agg(ended_on ORDER BY ended_on) FILTER (WHERE state = 'broken' AND ended_on > %(day)s::date - {kept})
           AS promises_broken_days
FROM promise
GROUP BY account_id
