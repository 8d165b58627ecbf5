-- name: pays
-- Of the messages, or the calls, of some days: how many were followed by a payment of everything within some days, and how many by a
-- payment of a part, by how late the oldest item was. The latest of them only, where there are very many.
WITH reached AS (
    {reached}
    ORDER BY on_day DESC, account_id
    LIMIT %(most)s
), known AS (
    SELECT reached.*, owed.oldest_due_on, owed.is_settled, EXISTS (
        SELECT FROM payments_payment AS payment
        WHERE payment.account_id = reached.account_id AND payment.state = 'received'
          AND payment.booked_on > reached.on_day AND payment.booked_on <= reached.on_day + %(within)s::integer
    ) AS is_paid
    FROM reached
    CROSS JOIN LATERAL (
        SELECT min(item.due_on) AS oldest_due_on,
               bool_and(item.settled_on IS NOT NULL AND item.settled_on <= reached.on_day + %(within)s::integer) AS is_settled
        FROM accounts_item AS item
        WHERE item.account_id = reached.account_id AND item.issued_on <= reached.on_day
          AND (item.settled_on IS NULL OR item.settled_on > reached.on_day)
    ) AS owed
    WHERE owed.oldest_due_on IS NOT NULL
)
SELECT reach, width_bucket(on_day - oldest_due_on, %(ages)s::integer[]) AS age, count(*) AS cases,
       count(*) FILTER (WHERE is_paid AND is_settled) AS "full",
       count(*) FILTER (WHERE is_paid AND NOT is_settled) AS part
FROM known
GROUP BY reach, age
ORDER BY reach, age;

-- name: messages
-- Messages about paying that left in the days looked at.
SELECT message.channel AS reach, message.account_id, (message.sent_at AT TIME ZONE client.time_zone)::date AS on_day
FROM contact_message AS message
JOIN accounts_client AS client ON client.id = message.client_id
WHERE message.channel = %(reach)s AND message.state = 'sent' AND message.purpose <> 'information'
  AND message.sent_at >= %(since)s AND message.sent_at < %(until)s;

-- name: calls
-- Calls of ours in the days looked at in which the right person was spoken to and promised nothing.
SELECT 'call' AS reach, call.account_id, call.called_at::date AS on_day
FROM contact_call AS call
WHERE call.direction = 'out' AND call.outcome = ANY(%(outcomes)s) AND call.called_at >= %(since)s AND call.called_at < %(until)s;

-- name: done
-- Tasks by kind: how many were done, of how many working days that tasks waited, the day they were done on included.
SELECT kind, sum(days)::bigint AS cases, count(*) FILTER (WHERE state = 'done') AS happened
FROM (
    SELECT work.kind, work.state, (
        SELECT count(*) FROM generate_series(work.due_on, greatest(coalesce(work.done_at::date, %(today)s), work.due_on), '1 day')
            AS day
        WHERE extract(isodow FROM day) < 6
    ) AS days
    FROM worklists_work_item AS work
    WHERE work.due_on >= %(since)s AND work.due_on < %(today)s AND work.state IN ('open', 'done')
    ORDER BY work.due_on DESC, work.id
    LIMIT %(most)s
) AS work
GROUP BY kind
ORDER BY kind;

-- name: results
-- What came of calls that ended a task, by kind and word.
SELECT kind, outcome, count(*) AS happened, (sum(count(*)) OVER (PARTITION BY kind))::bigint AS cases
FROM worklists_work_item
WHERE kind = ANY(%(kinds)s) AND state = 'done' AND outcome <> '' AND done_at >= %(since)s
GROUP BY kind, outcome
ORDER BY kind, outcome;

-- name: kept
-- Promises that ended, and how many of those were kept, wholly or in part.
SELECT count(*) AS cases, count(*) FILTER (WHERE state <> 'broken') AS happened
FROM promises_promise
WHERE state IN ('kept', 'partly_kept', 'broken') AND ended_on >= %(since)s;
