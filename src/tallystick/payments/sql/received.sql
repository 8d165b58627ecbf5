-- name: received
-- Give a page of payments with their accounts, the latest first.
SELECT payment.id, payment.account_id, payment.amount_minor, payment.currency, payment.booked_on, payment.method,
       payment.paid_to, payment.payer, payment.reference, payment.state, payment.reversed_on, payment.reversal_reason,
       payment.recorded_by, account.reference AS account, party.name AS party, client.name AS client
FROM payments_payment AS payment
JOIN accounts_account AS account ON account.id = payment.account_id
JOIN parties_party AS party ON party.id = account.party_id
JOIN accounts_client AS client ON client.id = payment.client_id
WHERE (%(clients)s::bigint[] IS NULL OR payment.client_id = ANY(%(clients)s))
  AND (%(client)s::bigint IS NULL OR payment.client_id = %(client)s)
  AND (%(payment)s::bigint IS NULL OR payment.id = %(payment)s)
  AND (%(line)s::bigint IS NULL OR payment.line_id = %(line)s)
  AND (%(state)s::text IS NULL OR payment.state = %(state)s)
  AND (%(since)s::date IS NULL OR payment.booked_on >= %(since)s)
  AND (%(before_on)s::date IS NULL OR (payment.booked_on, payment.id) < (%(before_on)s::date, %(before_id)s::bigint))
  AND (%(text)s::text IS NULL OR payment.payer ILIKE %(part)s OR payment.reference ILIKE %(part)s
       OR party.name ILIKE %(part)s OR account.reference = %(text)s)
ORDER BY payment.booked_on DESC, payment.id DESC
LIMIT %(limit)s;

-- name: paid_items
-- Give what a payment pays by item: its entries that name one and stand. A payment that was taken back as a whole
-- shows what it had paid then.
SELECT item.id AS item_id, item.reference, item.due_on, item.open_minor, paid.minor
FROM (
    SELECT entry.item_id, sum(entry.amount_minor)::bigint AS minor
    FROM ledger_entry AS entry
    WHERE entry.account_id = %(account)s AND entry.cause_kind = 2 AND entry.cause_id = %(payment)s
      AND entry.item_id IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM ledger_entry AS back
          WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
            AND back.posted_at < coalesce((
                SELECT whole.posted_at
                FROM ledger_entry AS receipt
                JOIN ledger_entry AS whole
                    ON whole.account_id = receipt.account_id AND whole.cause_kind = 9 AND whole.cause_id = receipt.id
                WHERE receipt.account_id = %(account)s AND receipt.cause_kind = 2 AND receipt.cause_id = %(payment)s
                  AND receipt.cause_no = 0
            ), 'infinity')
      )
    GROUP BY entry.item_id
) AS paid
JOIN accounts_item AS item ON item.id = paid.item_id
ORDER BY item.due_on, item.id;

-- name: promises_kept
-- Give the promises judged kept, wholly or in part, after a payment came and before the next one on its account did.
SELECT event.kind, event.recorded_at, event.data
FROM timeline_event AS event
WHERE event.account_id = %(account)s AND event.kind IN ('promises.PromiseKept', 'promises.PromisePartlyKept')
  AND event.recorded_at >= %(received_at)s
  AND event.recorded_at < coalesce((
      SELECT min(later.received_at) FROM payments_payment AS later
      WHERE later.account_id = %(account)s AND later.received_at > %(received_at)s
  ), 'infinity')
ORDER BY event.id;
