-- name: events_of_payment
-- Give the events that a payment caused: it came, what it paid then and later, that nothing was owed any more, and that it kept
-- promises which are not kept without it.
WITH own AS (
    SELECT id, recorded_at
    FROM timeline_event
    WHERE account_id = %(account)s
      AND ((kind = 'payments.PaymentReceived' AND (data ->> 'payment_id')::bigint = %(payment)s)
           OR (kind IN ('accounts.CreditApplied', 'accounts.CreditReallocated')
               AND (data ->> 'cause_kind')::smallint = 2 AND (data ->> 'cause_id')::bigint = %(payment)s))
)
SELECT id FROM own
UNION
SELECT event.id
FROM timeline_event AS event
WHERE event.account_id = %(account)s AND event.kind = 'accounts.BalanceCleared'
  AND event.recorded_at IN (SELECT recorded_at FROM own)
UNION
SELECT event.id
FROM timeline_event AS event
WHERE event.account_id = %(account)s AND event.kind IN ('promises.PromiseKept', 'promises.PromisePartlyKept')
  AND (event.data ->> 'promise_id')::bigint = ANY(%(promises)s::bigint[])
  AND event.recorded_at >= (SELECT min(recorded_at) FROM own)
ORDER BY id;


-- name: events_of_load
-- Give the events by which some accounts were told what a file brought, by account: those of the instant at which it was loaded.
SELECT account_id, array_agg(id) AS ids
FROM timeline_event
WHERE account_id = ANY(%(accounts)s) AND recorded_at = %(loaded_at)s
GROUP BY account_id;

-- name: events_of_charge
-- Give the events by which a charge was told: the item that was added for it, or the fixed sum on an item.
SELECT id, recorded_at
FROM timeline_event
WHERE account_id = %(account)s
  AND ((kind = 'accounts.ItemAdded' AND (data ->> 'item_id')::bigint = %(item)s)
       OR (kind = 'charges.FixedSumCharged' AND (data ->> 'item_id')::bigint = %(on_item)s))
ORDER BY id
