-- name: pays
-- Of the messages, the calls, or the weeks without either, of some days: how many were followed by a payment of everything up to some
-- day, and how many by a payment of a part, by how late the oldest item was. The latest of them only, where there are very many.
WITH reached AS (
    {reached}
    ORDER BY on_day DESC, account_id
    LIMIT %(most)s
), known AS (
    SELECT reached.*, owed.oldest_due_on, owed.is_settled, EXISTS (
        SELECT FROM payments_payment AS payment
        WHERE payment.account_id = reached.account_id AND payment.state = 'received'
          AND payment.booked_on > reached.on_day AND payment.booked_on <= reached.upto_day
    ) AS is_paid
    FROM reached
    CROSS JOIN LATERAL (
        SELECT min(item.due_on) AS oldest_due_on,
               bool_and(item.settled_on IS NOT NULL AND item.settled_on <= reached.upto_day) AS is_settled
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
SELECT message.channel AS reach, message.account_id, (message.sent_at AT TIME ZONE client.time_zone)::date AS on_day,
       (message.sent_at AT TIME ZONE client.time_zone)::date + %(within)s::integer AS upto_day
FROM contact_message AS message
JOIN accounts_client AS client ON client.id = message.client_id
WHERE message.channel = %(reach)s AND message.state = 'sent' AND message.purpose <> 'information'
  AND message.sent_at >= %(since)s AND message.sent_at < %(until)s;

-- name: calls
-- Calls of ours in the days looked at in which the right person was spoken to and promised nothing.
SELECT 'call' AS reach, call.account_id, call.called_at::date AS on_day, call.called_at::date + %(within)s::integer AS upto_day
FROM contact_call AS call
WHERE call.direction = 'out' AND call.outcome = ANY(%(outcomes)s) AND call.called_at >= %(since)s AND call.called_at < %(until)s;

-- name: alone
-- Weeks of some accounts, taken by lot, before which nothing reached them for some days; they last until something does.
SELECT 'alone' AS reach, lot.account_id, week.on_day, least(week.on_day + %(week)s::integer, next.day) AS upto_day
FROM ({lot}) AS lot
CROSS JOIN (
    SELECT day::date AS on_day
    FROM generate_series(%(today)s::date - %(week)s::integer, %(since)s::date, make_interval(days => -%(week)s::integer)) AS day
) AS week
CROSS JOIN LATERAL (
    SELECT min(reach.day) AS day
    FROM (
        SELECT message.sent_at::date AS day FROM contact_message AS message
        WHERE message.account_id = lot.account_id AND message.channel = ANY(%(channels)s) AND message.state = 'sent'
          AND message.purpose <> 'information' AND message.sent_at >= week.on_day - %(follows)s::integer
        UNION ALL
        SELECT call.called_at::date FROM contact_call AS call
        WHERE call.account_id = lot.account_id AND call.direction = 'out' AND call.outcome = ANY(%(outcomes)s)
          AND call.called_at >= week.on_day - %(follows)s::integer
    ) AS reach
) AS next
WHERE week.on_day >= lot.opened_on AND (next.day IS NULL OR next.day > week.on_day)
  AND NOT EXISTS (
      SELECT FROM promises_promise AS promise
      WHERE promise.account_id = lot.account_id AND promise.made_on <= week.on_day
        AND (promise.ended_on IS NULL OR promise.ended_on > week.on_day)
  );

-- name: lot
-- One part of so many of the open accounts, whole debtors, by a hash of their number.
SELECT account.id AS account_id, account.opened_on FROM accounts_account AS account
WHERE account.state = 'open' AND NOT account.is_house
  AND ((hashint8extended(account.party_id, 0) >> 1) & 4611686018427387903) %% %(parts)s = 0;

-- name: invoices
-- Weeks of some accounts, taken by lot, and how many invoices these got in them.
SELECT (SELECT count(*) * %(as_before)s::integer / 7 FROM ({lot}) AS counted) AS cases, count(*) AS happened
FROM ({lot}) AS lot
JOIN accounts_item AS item ON item.account_id = lot.account_id
WHERE item.kind = 'invoice' AND item.amount_minor > 0 AND item.issued_on >= %(today)s::date - %(as_before)s::integer
  AND item.issued_on < %(today)s;

-- name: disputes
-- Weeks of some accounts, taken by lot, in which they owed and disputed nothing yet, and in how many of those they did.
SELECT count(*) AS cases, count(*) FILTER (WHERE is_raised) AS happened
FROM (
    SELECT EXISTS (
        SELECT FROM disputes_dispute AS dispute
        WHERE dispute.account_id = lot.account_id AND dispute.raised_on > week.on_day
          AND dispute.raised_on <= week.on_day + %(week)s::integer
    ) AS is_raised
    FROM ({lot}) AS lot
    CROSS JOIN (
        SELECT day::date AS on_day
        FROM generate_series(%(today)s::date - %(week)s::integer, %(since)s::date, make_interval(days => -%(week)s::integer)) AS day
    ) AS week
    WHERE week.on_day >= lot.opened_on AND EXISTS (
        SELECT FROM accounts_item AS item
        WHERE item.account_id = lot.account_id AND item.issued_on <= week.on_day
          AND (item.settled_on IS NULL OR item.settled_on > week.on_day)
    )
      AND NOT EXISTS (
        SELECT FROM disputes_dispute AS dispute
        WHERE dispute.account_id = lot.account_id AND dispute.raised_on <= week.on_day
          AND (dispute.resolved_on IS NULL OR dispute.resolved_on > week.on_day)
    )
) AS known;

-- name: solved
-- Weeks for which disputes were open, those solved in them, and how many of the disputes solved were upheld.
SELECT count(*) AS cases, count(*) FILTER (WHERE dispute.resolved_on <= week.on_day + %(week)s::integer) AS happened,
       count(*) FILTER (WHERE dispute.resolved_on <= week.on_day + %(week)s::integer AND dispute.state = 'upheld') AS upheld
FROM (
    SELECT * FROM disputes_dispute WHERE resolved_on IS NULL OR resolved_on >= %(since)s ORDER BY id DESC LIMIT %(most)s
) AS dispute
JOIN (
    SELECT day::date AS on_day
    FROM generate_series(%(today)s::date - %(week)s::integer, %(since)s::date, make_interval(days => -%(week)s::integer)) AS day
) AS week ON dispute.raised_on <= week.on_day AND (dispute.resolved_on IS NULL OR dispute.resolved_on > week.on_day);

-- name: again
-- Calls that reached nobody, and how many of those another followed within some days.
SELECT count(*) AS cases, count(*) FILTER (WHERE is_again) AS happened
FROM (
    SELECT EXISTS (
        SELECT FROM contact_call AS next
        WHERE next.account_id = call.account_id AND next.direction = 'out' AND next.called_at > call.called_at
          AND next.called_at <= call.called_at + make_interval(days => %(again_days)s)
    ) AS is_again
    FROM contact_call AS call
    WHERE call.direction = 'out' AND call.outcome = ANY(%(unreached)s) AND call.called_at >= %(since)s
      AND call.called_at < %(today)s::date - %(again_days)s::integer
    ORDER BY call.called_at DESC, call.id
    LIMIT %(most)s
) AS known;

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
-- What came of calls, by kind and word: those that ended a task, and those that reached nobody and left it open.
SELECT kind, outcome, count(*) AS happened, (sum(count(*)) OVER (PARTITION BY kind))::bigint AS cases
FROM (
    SELECT kind, outcome FROM worklists_work_item
    WHERE kind = ANY(%(kinds)s) AND state = 'done' AND outcome <> '' AND done_at >= %(since)s
    UNION ALL
    SELECT work.kind, call.outcome
    FROM contact_call AS call
    CROSS JOIN LATERAL (
        SELECT work.kind FROM worklists_work_item AS work
        WHERE work.account_id = call.account_id AND work.kind = ANY(%(kinds)s) AND work.created_at <= call.called_at
          AND (work.done_at IS NULL OR work.done_at > call.called_at)
        ORDER BY work.id LIMIT 1
    ) AS work
    WHERE call.direction = 'out' AND call.outcome = ANY(%(unreached)s) AND call.called_at >= %(since)s
) AS known
GROUP BY kind, outcome
ORDER BY kind, outcome;

-- name: kept
-- Promises that ended, and how many of those were kept, wholly or in part.
SELECT count(*) AS cases, count(*) FILTER (WHERE state <> 'broken') AS happened
FROM promises_promise
WHERE state IN ('kept', 'partly_kept', 'broken') AND ended_on >= %(since)s;
