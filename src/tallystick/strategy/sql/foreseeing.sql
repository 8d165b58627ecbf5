-- name: kinds_due
-- The kinds of open tasks that are due.
SELECT DISTINCT kind FROM worklists_work_item WHERE state = 'open' AND due_on <= %(day)s;

-- name: do_tasks
-- Have a share of the open tasks of a kind that are due done, each with what comes of it, but for calls that reach nobody and are to be
-- made again.
WITH worked AS (
    SELECT work.id, work.account_id, work.title, work.kind, work.team_id, came.outcome,
           came.outcome = ANY(%(unreached)s) AND {luck_of_again} < %(again)s AS is_again
    FROM worklists_work_item AS work
    CROSS JOIN LATERAL (
        SELECT (%(words)s::text[])[width_bucket({luck_of_result}, %(upto)s::float8[]) + 1] AS outcome
    ) AS came
    WHERE work.state = 'open' AND work.kind = %(kind)s AND work.due_on <= %(day)s AND {luck_of_work} < %(share)s
), done AS (
    UPDATE worklists_work_item AS work SET state = 'done', done_at = %(at)s, done_by = %(by)s, outcome = worked.outcome
    FROM worked WHERE work.id = worked.id AND NOT worked.is_again
), noted AS (
    INSERT INTO strategy_foreseen_again (account_id, day, kind, team_id)
    SELECT account_id, %(day)s, kind, team_id FROM worked WHERE is_again AND id >= %(first_new)s
)
SELECT id, account_id, title, outcome, is_again FROM worked ORDER BY id;

-- name: log_calls
-- Keep calls that were made, and what came of each.
INSERT INTO contact_call (account_id, party_id, called_at, direction, outcome, number, note, recorded_at, caller)
SELECT account.id, account.party_id, %(at)s, 'out', made.outcome, '', '', %(at)s, %(by)s
FROM unnest(%(account_ids)s::bigint[], %(outcomes)s::text[]) AS made(account_id, outcome)
JOIN accounts_account AS account ON account.id = made.account_id
RETURNING id, account_id, outcome;

-- name: promise
-- Have debtors promise what they owe, unless a promise of theirs is open.
INSERT INTO promises_promise (
    account_id, amount_minor, tolerance_minor, paid_minor, balance_minor, currency, made_on, pay_on, grace_until_on, state,
    broken_in_a_row, note, made_at, made_by
)
SELECT account.id, owed.minor, 0, 0, owed.minor, account.currency, %(day)s, %(pay_on)s,
       %(pay_on)s::date + client.promise_grace_days + 1, 'open', 0, '', %(at)s, %(by)s
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(item.open_minor), 0)::bigint - account.on_account_minor AS minor
    FROM accounts_item AS item WHERE item.account_id = account.id
) AS owed
WHERE account.id = ANY(%(account_ids)s) AND account.state = 'open' AND owed.minor > 0
  AND NOT EXISTS (SELECT FROM promises_promise AS other WHERE other.account_id = account.id AND other.state = 'open')
ORDER BY account.id
RETURNING id, account_id, amount_minor, balance_minor, currency, grace_until_on;

-- name: mean_to_keep
-- Have a share of those who promised on a day, or ever, pay on the day they named.
INSERT INTO strategy_foreseen_paying (account_id, pay_on, amount_minor)
SELECT promise.account_id, greatest(promise.pay_on, %(day)s), promise.amount_minor - promise.paid_minor
FROM promises_promise AS promise
WHERE promise.state = 'open' AND promise.made_on = coalesce(%(made_from)s, promise.made_on)
  AND promise.amount_minor > promise.paid_minor AND {luck_of_promise} < %(share)s
ON CONFLICT (account_id) DO UPDATE SET pay_on = EXCLUDED.pay_on, amount_minor = EXCLUDED.amount_minor;

-- name: mean_to_pay
-- Have a share of those whom something reached today pay, all or part, on one of the days that follow.
INSERT INTO strategy_foreseen_paying (account_id, pay_on, amount_minor)
SELECT account_id, %(day)s::date + 1 + floor(luck_of_day * %(within)s)::integer,
       CASE WHEN luck >= full_share THEN greatest(floor(owed_minor * %(of_balance)s), 1)::bigint END
FROM (
    SELECT reached.account_id, {luck_to_pay} AS luck, {luck_of_day} AS luck_of_day,
           (%(full)s::float8[])[width_bucket(%(day)s::date - book.oldest_due_on, %(ages)s::integer[]) + 1] AS full_share,
           (%(part)s::float8[])[width_bucket(%(day)s::date - book.oldest_due_on, %(ages)s::integer[]) + 1] AS part_share,
           book.open_minor - book.on_account_minor AS owed_minor
    FROM ({reached}) AS reached
    JOIN strategy_book AS book USING (account_id)
    WHERE book.is_open AND book.open_minor > book.on_account_minor
) AS reached
WHERE luck < full_share + part_share
ON CONFLICT (account_id) DO NOTHING;

-- name: reached_by_message
-- The accounts whose debtors got a message today that is about paying.
SELECT DISTINCT account_id FROM contact_message
WHERE channel = %(reach)s AND state = 'sent' AND sent_at = %(at)s AND purpose <> 'information';

-- name: reached_by_call
-- The accounts whose debtors were spoken to today, and promised nothing: who did pays by the promise, or not.
SELECT DISTINCT account_id FROM contact_call WHERE called_at = %(at)s AND outcome = ANY(%(reached)s);

-- name: reached_by_nothing
-- A seventh of the accounts, each on its own day of the week: those that nothing has reached for some days, and that promised nothing.
SELECT book.account_id FROM strategy_book AS book
WHERE (book.account_id + (%(day)s::date - DATE '2000-01-01')) %% %(within)s = 0
  AND NOT EXISTS (
      SELECT FROM contact_message AS message
      WHERE message.account_id = book.account_id AND message.channel = ANY(%(channels)s) AND message.state = 'sent'
        AND message.purpose <> 'information' AND message.sent_at >= %(day)s::date - %(follows)s::integer
  )
  AND NOT EXISTS (
      SELECT FROM contact_call AS call
      WHERE call.account_id = book.account_id AND call.direction = 'out' AND call.outcome = ANY(%(reached)s)
        AND call.called_at >= %(day)s::date - %(follows)s::integer
  )
  AND NOT EXISTS (
      SELECT FROM promises_promise AS promise WHERE promise.account_id = book.account_id AND promise.state = 'open'
  );

-- name: add_invoices
-- Have the invoices of a day some weeks before come again, as often as is assumed: the same amounts, the same terms.
INSERT INTO accounts_item (
    account_id, client_id, amount_minor, open_minor, issued_on, due_on, head, currency, kind, reference, description
)
SELECT item.account_id, item.client_id, item.amount_minor, item.amount_minor, %(day)s,
       %(day)s::date + (item.due_on - item.issued_on), item.head, item.currency, item.kind,
       'foreseen ' || item.id || ' ' || again.number, ''
FROM accounts_item AS item
JOIN accounts_account AS account ON account.id = item.account_id
CROSS JOIN LATERAL generate_series(1, floor(%(times)s + {luck_of_invoice})::integer) AS again(number)
WHERE item.issued_on = %(day)s::date - %(as_before)s::integer AND item.kind = 'invoice' AND item.amount_minor > 0
  AND account.state = 'open'
ORDER BY item.account_id, item.id, again.number
RETURNING id, account_id, head, amount_minor, currency, reference, due_on;

-- name: raise_disputes
-- Have a share of the accounts that owe dispute their oldest open invoice, each looked at on its own day of the week.
INSERT INTO disputes_dispute (
    account_id, item_id, amount_minor, credited_minor, currency, reason, note, raised_on, raised_at, raised_by, state, resolution,
    resolved_by
)
SELECT item.account_id, item.id, item.open_minor, 0, item.currency, %(reason)s, '', %(day)s, %(at)s, %(by)s, 'open', '', ''
FROM (
    SELECT DISTINCT ON (item.account_id) item.*
    FROM accounts_item AS item
    JOIN accounts_account AS account ON account.id = item.account_id
    WHERE account.state = 'open' AND item.open_minor > 0
      AND (account.id + (%(day)s::date - DATE '2000-01-01')) %% %(week)s = 0
      AND {luck_to_dispute} < %(share)s
    ORDER BY item.account_id, item.due_on, item.id
) AS item
WHERE NOT EXISTS (SELECT FROM disputes_dispute AS other WHERE other.account_id = item.account_id AND other.state = 'open')
RETURNING id, account_id, item_id, amount_minor, currency;

-- name: solve_disputes
-- Have a share of the open disputes solved, each looked at on its own day of the week, and some of those upheld.
UPDATE disputes_dispute AS dispute
SET state = came.state, credited_minor = CASE came.state WHEN 'upheld' THEN dispute.amount_minor ELSE 0 END,
    resolved_on = %(day)s, resolved_at = %(at)s, resolved_by = %(by)s
FROM (
    SELECT dispute.id, CASE WHEN {luck_to_win} < %(upheld)s THEN 'upheld' ELSE 'rejected' END AS state,
           item.id AS item_id, coalesce(item.open_minor, 0) AS open_minor
    FROM disputes_dispute AS dispute
    LEFT JOIN accounts_item AS item ON item.account_id = dispute.account_id AND item.id = dispute.item_id
    WHERE dispute.state = 'open' AND dispute.raised_on < %(day)s AND {luck_to_be_solved} < %(share)s
      AND (dispute.account_id + (%(day)s::date - DATE '2000-01-01')) %% %(week)s = 0
) AS came
WHERE dispute.id = came.id
RETURNING dispute.id, dispute.account_id, came.item_id, came.open_minor, dispute.amount_minor, dispute.credited_minor, dispute.currency,
          dispute.state;

-- name: pay
-- Have those pay whose day has come, and never more than they owe.
WITH due AS (
    DELETE FROM strategy_foreseen_paying WHERE pay_on <= %(day)s RETURNING account_id, amount_minor
), owed AS (
    SELECT account.id, account.client_id, account.currency, due.amount_minor, (
        SELECT coalesce(sum(item.open_minor), 0)::bigint FROM accounts_item AS item WHERE item.account_id = account.id
    ) - account.on_account_minor AS minor
    FROM due JOIN accounts_account AS account ON account.id = due.account_id
    WHERE account.state = 'open'
)
INSERT INTO payments_payment (
    account_id, client_id, amount_minor, received_at, booked_on, currency, method, paid_to, source, source_key, payer, reference,
    state, reversal_reason, recorded_by
)
SELECT id, client_id, least(coalesce(amount_minor, minor), minor), %(at)s, %(day)s, currency, %(method)s, 'us', 'foreseen',
       %(day)s::text, '', '', 'received', '', %(by)s
FROM owed
WHERE minor > 0
ORDER BY id
RETURNING id, account_id, amount_minor, currency, booked_on, method, payer, reference;

-- name: count
-- Name the accounts that are counted, those that stand in some versions, and why each needs care.
INSERT INTO strategy_foreseen_counted (account_id, care)
SELECT book.account_id, {care} FROM strategy_book AS book WHERE {counted};

-- name: acts
-- What was done about the accounts that are counted: messages on the day they left or wait for, work on the day it falls due, by team.
WITH act AS (
    SELECT message.account_id, message.channel AS act, coalesce(client.team_id, 0) AS team_id,
           (coalesce(message.sent_at, message.next_attempt_at) AT TIME ZONE client.time_zone)::date AS day
    FROM contact_message AS message
    JOIN accounts_client AS client ON client.id = message.client_id
    WHERE message.id >= %(first_new)s AND message.state IN ('queued', 'sending', 'sent')
    UNION ALL
    SELECT work.account_id, 'task.' || work.kind, coalesce(work.team_id, client.team_id, 0), work.due_on
    FROM worklists_work_item AS work
    JOIN accounts_client AS client ON client.id = work.client_id
    WHERE work.id >= %(first_new)s
      AND NOT (work.state = 'cancelled' AND (work.done_at AT TIME ZONE client.time_zone)::date < work.due_on)
    UNION ALL
    SELECT again.account_id, 'task.' || again.kind, coalesce(again.team_id, client.team_id, 0), again.day
    FROM strategy_foreseen_again AS again
    JOIN accounts_account AS account ON account.id = again.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
)
SELECT day, act, team_id, counted.care, count(*) AS number
FROM act JOIN strategy_foreseen_counted AS counted USING (account_id)
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY day, act, team_id, counted.care
ORDER BY day, act, team_id, counted.care;

-- name: touched
-- Accounts in need of care by the day on which something was first done about them.
SELECT first.day, counted.care, count(*) AS number
FROM (
    SELECT account_id, min(day) AS day
    FROM (
        SELECT account_id, (queued_at AT TIME ZONE client.time_zone)::date AS day
        FROM contact_message AS message JOIN accounts_client AS client ON client.id = message.client_id
        WHERE message.id >= %(first_new)s AND message.state IN ('queued', 'sending', 'sent') AND message.channel <> 'notice'
        UNION ALL
        SELECT account_id, (created_at AT TIME ZONE client.time_zone)::date
        FROM worklists_work_item AS work JOIN accounts_client AS client ON client.id = work.client_id
        WHERE work.id >= %(first_new)s
    ) AS act
    GROUP BY account_id
) AS first
JOIN strategy_foreseen_counted AS counted USING (account_id)
WHERE counted.care > 0
GROUP BY first.day, counted.care
ORDER BY first.day, counted.care;

-- name: paid
-- What was paid on each day.
SELECT payment.booked_on AS day, payment.currency::text AS currency, count(*) AS number, sum(payment.amount_minor)::bigint AS minor
FROM payments_payment AS payment
JOIN strategy_foreseen_counted AS counted USING (account_id)
WHERE payment.id >= %(first_new)s
GROUP BY payment.booked_on, payment.currency
ORDER BY payment.booked_on, payment.currency;

-- name: owing
-- How many accounts owe at the end of a day, and how much.
SELECT account.currency::text AS currency, count(DISTINCT account.id) AS number, sum(item.open_minor)::bigint AS minor
FROM accounts_account AS account
JOIN strategy_foreseen_counted AS counted ON counted.account_id = account.id
JOIN accounts_item AS item ON item.account_id = account.id AND item.open_minor > 0
GROUP BY account.currency
ORDER BY account.currency;

-- name: sampled
-- The accounts of a part of the debtors: all of each, so that one account speaks for the others as ever. Debtors are dealt out by a
-- hash of their number, which is as good as by lot.
SELECT id FROM accounts_account
WHERE NOT is_house AND ((hashint8extended(party_id, 0) >> 1) & 4611686018427387903) %% %(parts)s = %(part)s;
