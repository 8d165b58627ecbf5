-- name: credit
-- Give a credit that stands: its amount, its day, since when it is known, and the number of the last decision of what it pays.
SELECT receipt.amount_minor, receipt.currency, receipt.booked_on, receipt.posted_at,
       (SELECT coalesce(max(allocation.number), 0) FROM accounts_allocation AS allocation
        WHERE allocation.account_id = receipt.account_id AND allocation.cause_kind = receipt.cause_kind
          AND allocation.cause_id = receipt.cause_id) AS number
FROM ledger_entry AS receipt
WHERE receipt.account_id = %(account)s AND receipt.cause_kind = %(kind)s AND receipt.cause_id = %(cause)s
  AND receipt.cause_no = 0 AND receipt.credit = 9
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = receipt.account_id AND back.cause_kind = 9 AND back.cause_id = receipt.id
  );

-- name: credits_of
-- Give the credits of an account that stand, or one of them, the latest first: what each is, and how much of it pays items.
SELECT receipt.cause_kind, receipt.cause_id, receipt.booked_on, receipt.amount_minor, receipt.currency,
       source.kind, source.reference, paid.minor AS paid_minor
FROM ledger_entry AS receipt
LEFT JOIN accounts_source_credit AS source
    ON receipt.cause_kind = 3 AND source.id = receipt.cause_id AND source.account_id = receipt.account_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(entry.amount_minor), 0)::bigint AS minor
    FROM ledger_entry AS entry
    WHERE entry.account_id = receipt.account_id AND entry.cause_kind = receipt.cause_kind
      AND entry.cause_id = receipt.cause_id AND entry.item_id IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM ledger_entry AS back
          WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
      )
) AS paid
WHERE receipt.account_id = %(account)s AND receipt.cause_no = 0 AND receipt.credit = 9 AND receipt.cause_kind <> 9
  AND (%(kind)s::smallint IS NULL OR (receipt.cause_kind = %(kind)s AND receipt.cause_id = %(cause)s))
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = receipt.account_id AND back.cause_kind = 9 AND back.cause_id = receipt.id
  )
ORDER BY receipt.booked_on DESC, receipt.id DESC
LIMIT %(limit)s;

-- name: standing
-- Give the entries by which a credit pays items, those that were not taken back.
SELECT entry.id, entry.item_id, entry.amount_minor, entry.booked_on
FROM ledger_entry AS entry
WHERE entry.account_id = %(account)s AND entry.cause_kind = %(kind)s AND entry.cause_id = %(cause)s
  AND entry.item_id IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
  )
ORDER BY entry.id;

-- name: lock_waiting
-- Lock those of some accounts whose money on account pays new items by their client's terms, or is asked to, in id order.
SELECT account.id, account.client_id, account.currency,
       (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
WHERE account.id = ANY(%(accounts)s) AND account.on_account_minor > 0 AND NOT account.is_house
  AND (client.on_account_pays OR %(is_asked)s)
  AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
ORDER BY account.id
FOR UPDATE OF account;

-- name: left
-- Give the credits of some accounts of which something is on account, the oldest first, with the number of their last decision.
SELECT entry.account_id, entry.cause_kind, entry.cause_id, min(entry.booked_on) AS booked_on,
       (sum(entry.amount_minor) FILTER (WHERE entry.cause_no = 0))::bigint AS amount_minor,
       sum(CASE WHEN entry.credit = 9 THEN entry.amount_minor ELSE -entry.amount_minor END)::bigint AS minor,
       coalesce(max(allocation.number), 0) AS number
FROM ledger_entry AS entry
LEFT JOIN LATERAL (
    SELECT max(decided.number) AS number FROM accounts_allocation AS decided
    WHERE entry.cause_no = 0 AND decided.account_id = entry.account_id AND decided.cause_kind = entry.cause_kind
      AND decided.cause_id = entry.cause_id
) AS allocation ON true
WHERE entry.account_id = ANY(%(accounts)s) AND entry.cause_kind <> 9 AND 9 IN (entry.debit, entry.credit)
  AND (%(kind)s::smallint IS NULL OR (entry.cause_kind = %(kind)s AND entry.cause_id = %(cause)s))
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
  )
GROUP BY entry.account_id, entry.cause_kind, entry.cause_id
HAVING sum(CASE WHEN entry.credit = 9 THEN entry.amount_minor ELSE -entry.amount_minor END) > 0
ORDER BY entry.account_id, booked_on, entry.cause_kind, entry.cause_id;

-- name: history
-- Give everything that a credit ever paid, decision by decision: what of it stands, and from when what does not stood no more.
SELECT entry.cause_no / %(numbers)s AS number, entry.item_id, item.reference, item.due_on, entry.booked_on, entry.posted_at,
       sum(entry.amount_minor)::bigint AS minor, min(entry.cause_no %% %(numbers)s) AS first_no,
       back.booked_on AS back_on, back.posted_at AS back_at
FROM ledger_entry AS entry
JOIN accounts_item AS item ON item.id = entry.item_id AND item.account_id = entry.account_id
LEFT JOIN ledger_entry AS back
    ON back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
WHERE entry.account_id = %(account)s AND entry.cause_kind = %(kind)s AND entry.cause_id = %(cause)s
GROUP BY 1, 2, 3, 4, 5, 6, back.booked_on, back.posted_at
ORDER BY 1, item.due_on, entry.item_id;

-- name: decisions
-- Give how it was decided what a credit pays, first to last, with the order that was followed as it was set.
SELECT allocation.number, allocation.by, allocation.reason, allocation.decided_at, allocation.decided_by, allocation.booked_on,
       ordering.id, ordering.basis, ordering.title, ordering.law, ordering.ordering, ordering.from_on, ordering.set_by,
       client.calendar
FROM accounts_allocation AS allocation
JOIN accounts_account AS account ON account.id = allocation.account_id
JOIN accounts_client AS client ON client.id = account.client_id
LEFT JOIN LATERAL (
    SELECT id, basis, title, law, ordering, from_on, set_by
    FROM accounts_account_order AS of_account
    WHERE allocation.by = 'account' AND of_account.id = allocation.order_id AND of_account.account_id = allocation.account_id
    UNION ALL
    SELECT id, basis, title, law, ordering, from_on, set_by
    FROM accounts_client_order AS of_client
    WHERE allocation.by = 'client' AND of_client.id = allocation.order_id
) AS ordering ON true
WHERE allocation.account_id = %(account)s AND allocation.cause_kind = %(kind)s AND allocation.cause_id = %(cause)s
ORDER BY allocation.number;

-- name: overpaid
-- Give the credits whose entries that stand pay items with more than the credit is.
SELECT entry.account_id, 'credit ' || entry.cause_id || ' (of kind ' || entry.cause_kind || ') of '
       || coalesce(sum(entry.amount_minor) FILTER (WHERE entry.credit = 9), 0) || ' pays '
       || sum(entry.amount_minor) FILTER (WHERE entry.debit = 9) AS what
FROM ledger_entry AS entry
WHERE entry.cause_kind <> 9 AND (entry.credit = 9 OR (entry.debit = 9 AND entry.item_id IS NOT NULL))
  AND NOT EXISTS (
      SELECT FROM ledger_entry AS back
      WHERE back.account_id = entry.account_id AND back.cause_kind = 9 AND back.cause_id = entry.id
  )
GROUP BY entry.account_id, entry.cause_kind, entry.cause_id
HAVING sum(entry.amount_minor) FILTER (WHERE entry.debit = 9)
       > coalesce(sum(entry.amount_minor) FILTER (WHERE entry.credit = 9), 0);

-- name: undecided
-- Give the allocations after the first that nobody decided.
SELECT entry.account_id, 'entry ' || entry.id || ' is of decision ' || entry.cause_no / {numbers} || ', which nobody took' AS what
FROM ledger_entry AS entry
LEFT JOIN accounts_allocation AS allocation
    ON allocation.account_id = entry.account_id AND allocation.cause_kind = entry.cause_kind
   AND allocation.cause_id = entry.cause_id AND allocation.number = entry.cause_no / {numbers}
WHERE entry.cause_no >= {numbers} AND entry.debit = 9 AND allocation.id IS NULL
