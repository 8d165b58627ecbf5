-- name: chunks
-- Give the accounts that chunks of a book begin with: every so many accounts of the clients.
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS number
    FROM accounts_account
    WHERE client_id = ANY(%(clients)s) AND state = 'open' AND NOT is_house
) AS numbered
WHERE (number - 1) %% %(size)s = 0
ORDER BY id;

-- name: chosen
-- The common part: the agreement that holds for an item that is `late`, by its client, portfolio and due day. Twin: `queries.agreements.choose`.
SELECT agreed.*
FROM unnest(
    %(agreement)s::bigint[], %(client)s::bigint[], %(portfolio)s::bigint[], %(from_on)s::date[], %(after_days)s::integer[],
    %(until_on)s::date[]
) AS agreed(id, client_id, portfolio_id, from_on, after_days, until_on)
WHERE agreed.client_id = late.client_id AND (agreed.portfolio_id IS NULL OR agreed.portfolio_id = late.portfolio_id)
  AND agreed.from_on <= late.due_on + 1
ORDER BY agreed.portfolio_id NULLS LAST, agreed.from_on DESC, agreed.id DESC
LIMIT 1;

-- name: register
-- Note the items whose interest has begun, of some accounts or of all, each with the agreement that held on the day after it was due.
WITH late AS MATERIALIZED (
    SELECT item.account_id, item.id, item.kind, item.due_on, account.client_id, account.portfolio_id
    FROM accounts_item AS item
    JOIN accounts_account AS account ON account.id = item.account_id
    LEFT JOIN charges_bearing AS bearing ON bearing.account_id = item.account_id AND bearing.item_id = item.id
    WHERE bearing.id IS NULL AND item.client_id = ANY(%(clients)s) AND item.due_on < %(last_day)s
      AND item.head = %(principal)s AND (item.open_minor > 0 OR item.settled_on >= item.due_on)
      AND account.state = 'open' AND NOT account.is_house
      AND (%(accounts)s::bigint[] IS NULL OR item.account_id = ANY(%(accounts)s::bigint[]))
)
INSERT INTO charges_bearing (
    account_id, item_id, agreement_id, first_day, is_settled, is_thirty, entries_seen, charged_minor, lifted_minor, charges, fixed_minor,
    fixed_charges, base_minor, percent, year_days, stretch_days, stretch_minor, since_days, since_minor
)
SELECT late.account_id, late.id, agreed.id, late.due_on + 1 + agreed.after_days, false, false, 0, 0, 0, 0, 0, 0, 0, 0, 365, 0, 0, 0, 0
FROM late
CROSS JOIN LATERAL ({chosen}) AS agreed
WHERE late.due_on + agreed.after_days < agreed.until_on
  AND EXISTS (
      SELECT FROM unnest(%(kind_agreement)s::bigint[], %(kind)s::text[]) AS bears(agreement_id, kind)
      WHERE bears.agreement_id = agreed.id AND bears.kind = late.kind
  )
ORDER BY late.account_id, late.id
ON CONFLICT (account_id, item_id) DO NOTHING;

-- name: look_at_bearing
-- Have the planner know what bears interest, where much of it is new.
ANALYZE charges_bearing;

-- name: forget_chunk
-- Forget an earlier chunk of the same transaction.
DROP TABLE IF EXISTS charges_locked, charges_due;

-- name: lock
-- Hold the accounts on which something is to be done, in id order: interest is not charged that far, what nobody books has changed, or
-- something was booked since.
CREATE TEMP TABLE charges_locked ON COMMIT DROP AS
SELECT account.id AS account_id, account.client_id, account.portfolio_id, account.currency
FROM accounts_account AS account
WHERE account.id BETWEEN %(low)s AND %(high)s AND account.client_id = ANY(%(clients)s) AND account.state = 'open'
  AND account.id IN (
      SELECT bearing.account_id
      FROM charges_bearing AS bearing
      JOIN unnest(%(agreement)s::bigint[], %(until_on)s::date[]) AS agreed(id, until_on) ON agreed.id = bearing.agreement_id
      WHERE bearing.account_id BETWEEN %(low)s AND %(high)s
        AND (bearing.law IS NULL OR NOT bearing.is_settled AND bearing.through_on < agreed.until_on
             OR bearing.entries_seen <> (
                 SELECT count(*) FROM ledger_entry AS entry
                 WHERE entry.account_id = bearing.account_id AND entry.cause_kind = ANY(%(other_causes)s)
             ))
  )
ORDER BY account.id
FOR NO KEY UPDATE OF account;

-- name: entries_of_accounts
-- The common part: how many entries accounts have, but for those of interest. They are only ever added: it is their version.
SELECT account_id, count(*) AS number
FROM ledger_entry
WHERE account_id BETWEEN %(low)s AND %(high)s AND cause_kind = ANY(%(other_causes)s)
GROUP BY account_id;

-- name: look_at_locked
-- Have the planner know how many are held: it counts on a handful otherwise, and goes through the agreements for each.
ANALYZE charges_locked (account_id);

-- name: due
-- What of the accounts held is charged on, each item once: what interest grows by where nothing has changed but that days went by,
-- and whether that is so. Twin: `rules.accruing.Last.grown`.
CREATE TEMP TABLE charges_due ON COMMIT DROP AS
SELECT bearing.id, bearing.account_id, bearing.item_id, bearing.interest_item_id, bearing.charges, locked.client_id,
       locked.portfolio_id, locked.currency, agreed.until_on, growth.days, growth.minor,
       coalesce(
           bearing.law = agreed.law AND bearing.entries_seen = coalesce(entries.number, 0)
           AND bearing.steady_until_on >= agreed.until_on
           AND (bearing.most_minor IS NULL OR bearing.charged_minor + growth.minor <= bearing.most_minor)
           AND (bearing.interest_item_id IS NOT NULL OR growth.minor = 0), false
       ) AS is_steady
FROM charges_locked AS locked
JOIN charges_bearing AS bearing ON bearing.account_id = locked.account_id
JOIN unnest(%(agreement)s::bigint[], %(until_on)s::date[], %(law)s::bigint[]) AS agreed(id, until_on, law)
    ON agreed.id = bearing.agreement_id
LEFT JOIN ({entries}) AS entries ON entries.account_id = bearing.account_id
CROSS JOIN LATERAL (
    SELECT charges_days(bearing.through_on, agreed.until_on, bearing.is_thirty) AS days
) AS elapsed
CROSS JOIN LATERAL (
    SELECT elapsed.days, charges_grown(
        bearing.base_minor, bearing.percent, bearing.year_days, bearing.stretch_days + elapsed.days
    ) - bearing.stretch_minor AS minor
) AS growth
WHERE bearing.account_id BETWEEN %(low)s AND %(high)s
  AND (bearing.law IS NULL OR NOT bearing.is_settled AND bearing.through_on < agreed.until_on
       OR bearing.entries_seen <> coalesce(entries.number, 0))
ORDER BY bearing.account_id, bearing.item_id;

-- name: extend
-- Let the last lines grow.
UPDATE charges_bearing AS bearing
SET through_on = steady.until_on, charged_minor = bearing.charged_minor + steady.minor,
    charges = bearing.charges + (steady.minor > 0)::integer,
    stretch_days = bearing.stretch_days + CASE WHEN bearing.base_minor > 0 THEN steady.days ELSE 0 END,
    stretch_minor = bearing.stretch_minor + steady.minor,
    since_days = bearing.since_days + steady.days, since_minor = bearing.since_minor + steady.minor
FROM charges_due AS steady
WHERE bearing.account_id BETWEEN %(low)s AND %(high)s AND bearing.account_id = steady.account_id
  AND bearing.item_id = steady.item_id AND steady.is_steady;

-- name: growth
-- The entries that charge what steady lines grew by.
SELECT account_id, %(debit)s::smallint AS debit, %(credit)s::smallint AS credit, minor AS amount_minor, currency,
       until_on AS booked_on, %(interest)s::smallint AS cause_kind, item_id AS cause_id, charges AS cause_no,
       interest_item_id AS item_id
FROM charges_due
WHERE is_steady AND minor > 0;

-- name: growth_of_items
-- What the items of interest grew by.
SELECT account_id, interest_item_id AS item_id, minor FROM charges_due WHERE is_steady AND minor > 0;

-- name: told_growth
-- One event an account: what was charged.
SELECT account_id,
       jsonb_build_object(
           'amount', jsonb_build_object('minor', sum(minor)::bigint, 'currency', min(currency)),
           'items', count(*), 'until_on', max(until_on)
       ) AS data,
       max(until_on) AS happened_on
FROM charges_due
WHERE is_steady AND minor > 0
GROUP BY account_id;

-- name: to_prove
-- What of the chunk has to be proven afresh, with its item.
SELECT bearing.*, due.client_id, due.portfolio_id, due.currency, item.due_on, item.kind, item.reference
FROM charges_due AS due
JOIN charges_bearing AS bearing ON bearing.id = due.id AND bearing.account_id = due.account_id
JOIN accounts_item AS item ON item.id = due.item_id AND item.account_id = due.account_id
WHERE NOT due.is_steady
ORDER BY due.account_id, due.item_id;

-- name: entries
-- The entries that say what bore interest, what was paid on it, and what was charged, of some accounts.
SELECT entry.id, entry.account_id, entry.item_id, entry.debit, entry.credit, entry.amount_minor, entry.booked_on, entry.cause_kind,
       entry.cause_id, entry.cause_no, entry.reverses_id
FROM ledger_entry AS entry
WHERE entry.account_id = ANY(%(account_ids)s)
ORDER BY entry.account_id, entry.booked_on, entry.id;

-- name: lines
-- The lines that stand of some items; the last of each as far as it has grown.
SELECT line.*, bearing.through_on, bearing.since_days, bearing.since_minor,
       line.first_day = max(line.first_day) OVER (PARTITION BY line.account_id, line.item_id) AS is_last
FROM charges_line AS line
JOIN charges_bearing AS bearing ON bearing.account_id = line.account_id AND bearing.item_id = line.item_id
WHERE line.account_id = ANY(%(account_ids)s) AND line.taken_back_at IS NULL
ORDER BY line.account_id, line.item_id, line.first_day;

-- name: charged_lines
-- The lines of interest that is charged and not paid, of some accounts; the last of each item as far as it has grown. What lifts them to
-- the least that is agreed is a line after them, of no days.
SELECT account_id, of_item, beside, currency, due_on, first_day,
       CASE WHEN is_last AND since_days > 0 THEN through_on ELSE last_day END AS last_day,
       days + CASE WHEN is_last THEN since_days ELSE 0 END AS days, base_minor, percent,
       amount_minor + CASE WHEN is_last THEN since_minor ELSE 0 END AS amount_minor, source, stopped_by, false AS is_lift
FROM (
    SELECT line.*, bearing.through_on, bearing.since_days, bearing.since_minor, item.reference AS of_item,
           beside.reference AS beside, beside.currency, beside.due_on,
           line.first_day = max(line.first_day) OVER (PARTITION BY line.account_id, line.item_id) AS is_last
    FROM charges_line AS line
    JOIN charges_bearing AS bearing ON bearing.account_id = line.account_id AND bearing.item_id = line.item_id
    JOIN accounts_item AS item ON item.id = line.item_id AND item.account_id = line.account_id
    JOIN accounts_item AS beside ON beside.id = bearing.interest_item_id AND beside.account_id = line.account_id
    WHERE line.account_id = ANY(%(account_ids)s) AND line.taken_back_at IS NULL AND beside.open_minor > 0
) AS line
UNION ALL
SELECT bearing.account_id, item.reference, beside.reference, beside.currency, beside.due_on, bearing.first_day, bearing.through_on, 0, 0, 0,
       bearing.lifted_minor, '', '', true
FROM charges_bearing AS bearing
JOIN accounts_item AS item ON item.id = bearing.item_id AND item.account_id = bearing.account_id
JOIN accounts_item AS beside ON beside.id = bearing.interest_item_id AND beside.account_id = bearing.account_id
WHERE bearing.account_id = ANY(%(account_ids)s) AND bearing.lifted_minor > 0 AND beside.open_minor > 0
ORDER BY account_id, due_on, of_item, is_lift, first_day;

-- name: take_back_lines
-- Take back the lines of items from a day on.
UPDATE charges_line AS line
SET taken_back_at = %(at)s, last_day = old.last_day, days = old.days, amount_minor = old.amount_minor
FROM unnest(
    %(line_id)s::bigint[], %(account_id)s::bigint[], %(last_day)s::date[], %(days)s::integer[], %(amount_minor)s::bigint[]
) AS old(id, account_id, last_day, days, amount_minor)
WHERE line.id = old.id AND line.account_id = old.account_id;

-- name: extend_lines
-- Write down how far the last lines of items have grown.
UPDATE charges_line AS line
SET last_day = grown.last_day, days = grown.days, amount_minor = grown.amount_minor
FROM unnest(
    %(line_id)s::bigint[], %(account_id)s::bigint[], %(last_day)s::date[], %(days)s::integer[], %(amount_minor)s::bigint[]
) AS grown(id, account_id, last_day, days, amount_minor)
WHERE line.id = grown.id AND line.account_id = grown.account_id;

-- name: reversals
-- The entries that take others back, each on the day of what it takes back.
SELECT account_id, credit AS debit, debit AS credit, amount_minor, currency, booked_on, %(reversal)s::smallint AS cause_kind,
       id AS cause_id, 0 AS cause_no, item_id, id AS reverses_id
FROM ledger_entry
WHERE account_id = ANY(%(account_ids)s) AND id = ANY(%(entry_ids)s);

-- name: note_proofs
-- Note how far items are proven, and how their last lines go on.
UPDATE charges_bearing AS bearing
SET first_day = proven.first_day, through_on = proven.through_on, steady_until_on = proven.steady_until_on,
    is_settled = proven.is_settled, charged_minor = proven.charged_minor, lifted_minor = proven.lifted_minor, most_minor = proven.most_minor, charges = proven.charges,
    base_minor = proven.base_minor, percent = proven.percent::numeric, year_days = proven.year_days, is_thirty = proven.is_thirty,
    stretch_days = proven.stretch_days, stretch_minor = proven.stretch_minor, law = proven.law, agreement_id = proven.agreement_id,
    interest_item_id = proven.interest_item_id, fixed_minor = proven.fixed_minor, fixed_item_id = proven.fixed_item_id,
    fixed_charges = proven.fixed_charges, since_days = 0, since_minor = 0,
    entries_seen = (
        SELECT count(*) FROM ledger_entry AS entry
        WHERE entry.account_id = bearing.account_id AND entry.cause_kind = ANY(%(other_causes)s)
    )
FROM unnest(
    %(id)s::bigint[], %(account_id)s::bigint[], %(first_day)s::date[], %(through_on)s::date[], %(steady_until_on)s::date[], %(is_settled)s::boolean[],
    %(charged_minor)s::bigint[], %(lifted_minor)s::bigint[], %(most_minor)s::bigint[], %(charges)s::integer[], %(base_minor)s::bigint[], %(percent)s::text[],
    %(year_days)s::smallint[], %(is_thirty)s::boolean[], %(stretch_days)s::integer[], %(stretch_minor)s::bigint[],
    %(law)s::bigint[], %(agreement_id)s::bigint[], %(interest_item_id)s::bigint[],
    %(fixed_minor)s::bigint[], %(fixed_item_id)s::bigint[], %(fixed_charges)s::integer[]
) AS proven(
    id, account_id, first_day, through_on, steady_until_on, is_settled, charged_minor, lifted_minor, most_minor, charges, base_minor, percent, year_days,
    is_thirty, stretch_days, stretch_minor, law, agreement_id, interest_item_id, fixed_minor, fixed_item_id, fixed_charges
)
WHERE bearing.id = proven.id AND bearing.account_id = proven.account_id;

-- name: prove_again
-- Have interest on some accounts proven afresh: what nobody books has changed.
UPDATE charges_bearing
SET law = NULL
WHERE account_id = ANY(%(account_ids)s) AND law IS NOT NULL;

-- name: prove_client_again
-- Have interest on the accounts of a client proven afresh, where it begins on a day or later.
UPDATE charges_bearing AS bearing
SET law = NULL
FROM accounts_account AS account
WHERE account.id = bearing.account_id AND account.client_id = %(client)s AND bearing.first_day >= %(from_on)s
  AND bearing.law IS NOT NULL;

-- name: of_account
-- What bears interest on an account.
SELECT bearing.*, account.client_id, account.portfolio_id, account.currency, item.due_on, item.kind, item.reference
FROM charges_bearing AS bearing
JOIN accounts_account AS account ON account.id = bearing.account_id
JOIN accounts_item AS item ON item.id = bearing.item_id AND item.account_id = bearing.account_id
WHERE bearing.account_id = %(account)s
ORDER BY item.due_on, item.id;

-- name: taken_back
-- The lines of an account that were charged once and taken back, in the order in which that was.
SELECT * FROM charges_line
WHERE account_id = %(account)s AND taken_back_at IS NOT NULL
ORDER BY taken_back_at, item_id, first_day;
