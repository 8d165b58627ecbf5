-- name: forget_chunk
-- Forget an earlier chunk of the same transaction.
DROP TABLE IF EXISTS charges_common, charges_proof;

-- name: join_sets
-- Join by hashes. What is asked about tables that were made a moment ago is guessed, and a guess of few rows goes through all of one for each
-- of another: minutes for what takes a blink.
SET LOCAL enable_nestloop = off;

-- name: join_as_usual
SET LOCAL enable_nestloop = on;

-- name: beginnings
-- By which agreements, and from which first days, interest has to be proven.
SELECT DISTINCT bearing.agreement_id, bearing.first_day
FROM charges_due AS due
JOIN charges_bearing AS bearing ON bearing.id = due.id
WHERE NOT due.is_steady AND bearing.agreement_id = ANY(%(agreements)s) AND bearing.account_id BETWEEN %(low)s AND %(high)s;

-- name: accounts
-- The accounts on which interest has to be proven.
SELECT coalesce(array_agg(DISTINCT account_id), '{}') FROM charges_due WHERE NOT is_steady;

-- name: common
-- What of it needs no more than balances and rates by day: nothing stops it, and its agreement and first day are those it was noted with.
CREATE TEMP TABLE charges_common ON COMMIT DROP AS
WITH waiting AS MATERIALIZED (
    SELECT bearing.id, bearing.account_id, bearing.item_id, bearing.interest_item_id, bearing.agreement_id, bearing.first_day,
           bearing.through_on, bearing.charged_minor, bearing.charges, bearing.since_days, bearing.since_minor,
           due.until_on, due.currency, due.client_id, due.portfolio_id, item.due_on, item.kind
    FROM charges_due AS due
    JOIN charges_bearing AS bearing ON bearing.id = due.id
    JOIN accounts_item AS item ON item.id = due.item_id
    WHERE NOT due.is_steady AND due.account_id <> ALL(%(stopped)s::bigint[]) AND bearing.first_day <= due.until_on
      AND bearing.account_id BETWEEN %(low)s AND %(high)s AND item.account_id BETWEEN %(low)s AND %(high)s
      AND (bearing.through_on IS NULL OR bearing.through_on <= due.until_on)
      AND (bearing.fixed_minor = 0 OR bearing.agreement_id = ANY(%(with_fixed_sum)s::bigint[])) AND bearing.lifted_minor = 0
), late AS MATERIALIZED (
    SELECT waiting.*, begun.rates, begun.known_until
    FROM waiting
    JOIN unnest(%(begun_agreement)s::bigint[], %(begun_on)s::date[], %(begun_rates)s::integer[], %(begun_known)s::date[])
        AS begun(agreement_id, first_day, rates, known_until)
        ON begun.agreement_id = waiting.agreement_id AND begun.first_day = waiting.first_day
)
SELECT late.*
FROM late
CROSS JOIN LATERAL ({chosen}) AS agreed
WHERE agreed.id = late.agreement_id AND late.due_on + 1 + agreed.after_days = late.first_day
  AND EXISTS (
      SELECT FROM unnest(%(kind_agreement)s::bigint[], %(kind)s::text[]) AS bears(agreement_id, kind)
      WHERE bears.agreement_id = agreed.id AND bears.kind = late.kind
  );

-- name: look_at_due
-- Have the planner know how many they are, and below.
ANALYZE charges_due (id, account_id, item_id, is_steady);

-- name: look_at_common
ANALYZE charges_common (id, account_id, item_id, interest_item_id, agreement_id, rates);

-- name: look_at_proof
ANALYZE charges_proof (account_id, item_id, first_day, is_last);

-- name: proof
-- The lines of their proofs, in full: twin of `rules.interest.interest` for simple interest that is rounded by line, with no grace,
-- bounds or freezes. With each line: how far what was charged before went into it (`was_`), what all lines have come to with it (`reached`),
-- and what is true of the whole item: when something changes by itself next, and what is owed in the end.
CREATE TEMP TABLE charges_proof ON COMMIT DROP AS
WITH rate AS MATERIALIZED (
    SELECT * FROM unnest(
        %(rates)s::integer[], %(rate_from)s::date[], %(rate_until)s::date[], %(percent)s::numeric[], %(rule)s::text[], %(row_from)s::date[],
        %(source)s::text[], %(reads_start)s::boolean[], %(read_on)s::date[], %(index_percent)s::numeric[]
    ) AS rate(rates, from_on, until_on, percent, rule, row_from, source, reads_start, read_on, index_percent)
), counting AS MATERIALIZED (
    SELECT * FROM unnest(%(counted_agreement)s::bigint[], %(year_days)s::smallint[], %(is_thirty)s::boolean[])
        AS counting(agreement_id, year_days, is_thirty)
), booked AS MATERIALIZED (
    SELECT account_id, item_id, booked_on, debit, credit, amount_minor
    FROM ledger_entry
    WHERE account_id BETWEEN %(low)s AND %(high)s AND cause_kind = ANY(%(other_causes)s) AND item_id IS NOT NULL
      AND account_id IN (SELECT account_id FROM charges_common)
), cut AS (
    SELECT item_id, first_day AS day, 0 AS minor, false AS is_balance, false AS is_rate FROM charges_common
    UNION ALL
    SELECT item_id, greatest(booked_on + 1, first_day),
           CASE WHEN debit = %(principal)s THEN amount_minor ELSE -amount_minor END, true, false
    FROM charges_common JOIN booked USING (account_id, item_id)
    UNION ALL
    SELECT common.item_id, booked.booked_on + 1, 0, false, false
    FROM charges_common AS common
    JOIN booked ON booked.account_id = common.account_id AND booked.item_id = common.interest_item_id
    WHERE %(on_account)s IN (booked.debit, booked.credit) AND booked.booked_on >= common.first_day
    UNION ALL
    SELECT item_id, rate.from_on, 0, false, true
    FROM charges_common AS common JOIN rate ON rate.rates = common.rates AND rate.from_on > common.first_day
), day AS (
    SELECT item_id, day, sum(sum(minor)) OVER item AS owed, bool_or(is_balance) AS is_balance, bool_or(is_balance OR is_rate) AS turns,
           lead(day) OVER item AS next_day
    FROM cut
    GROUP BY item_id, day
    WINDOW item AS (PARTITION BY item_id ORDER BY day)
), line AS (
    SELECT common.account_id, common.item_id, common.through_on, common.until_on, common.charged_minor, counting.year_days,
           day.day AS first_day, least(day.next_day - 1, common.until_on) AS last_day,
           charges_days(day.day - 1, least(day.next_day - 1, common.until_on), counting.is_thirty) AS days,
           charges_days(day.day - 1, least(day.next_day - 1, common.through_on), counting.is_thirty) AS was_days,
           greatest(day.owed, 0)::bigint AS base_minor, rate.percent, rate.rule, rate.row_from, rate.source,
           CASE WHEN rate.reads_start THEN common.first_day ELSE rate.read_on END AS read_on, rate.index_percent,
           turning.next_turn_on, turning.owed_after, turning.is_booked_after
    FROM charges_common AS common
    JOIN counting USING (agreement_id)
    JOIN (
        SELECT common.item_id, min(day.day) FILTER (WHERE day.turns AND day.day > common.until_on) AS next_turn_on,
               (array_agg(day.owed ORDER BY day.day DESC) FILTER (WHERE day.day <= common.until_on + 1))[1] AS owed_after,
               coalesce(bool_or(day.is_balance AND day.day > common.until_on + 1), false) AS is_booked_after
        FROM charges_common AS common JOIN day USING (item_id)
        GROUP BY common.item_id
    ) AS turning USING (item_id)
    JOIN day ON day.item_id = common.item_id AND day.day <= common.until_on
    JOIN rate ON rate.rates = common.rates AND day.day BETWEEN rate.from_on AND rate.until_on
), stretch AS (
    SELECT line.*, count(*) FILTER (WHERE is_another) OVER (PARTITION BY item_id ORDER BY first_day) AS stretch
    FROM (
        SELECT line.*, (base_minor, percent, rule, row_from) IS DISTINCT FROM (
            lag(base_minor) OVER item, lag(percent) OVER item, lag(rule) OVER item, lag(row_from) OVER item
        ) AS is_another
        FROM line
        WINDOW item AS (PARTITION BY item_id ORDER BY first_day)
    ) AS line
), counted AS (
    SELECT stretch.*, sum(days) OVER (PARTITION BY item_id, stretch ORDER BY first_day)::integer AS stretch_days FROM stretch
)
SELECT counted.*, sum(amount_minor) OVER (PARTITION BY item_id ORDER BY first_day)::bigint AS reached,
       first_day = max(first_day) OVER (PARTITION BY item_id) AS is_last
FROM (
    SELECT counted.*, charges_grown(base_minor, percent, year_days, stretch_days) - grown.before AS amount_minor,
           charges_grown(base_minor, percent, year_days, stretch_days - days + was_days) - grown.before AS was_minor
    FROM counted
    CROSS JOIN LATERAL (SELECT charges_grown(base_minor, percent, year_days, stretch_days - days) AS before) AS grown
) AS counted;

-- name: leave_what_differs
-- Leave to the rules what was charged and comes to something else now, on any of its days. Twin: `rules.accruing.first_difference`.
WITH kept AS (
    SELECT line.account_id, line.item_id, line.first_day, line.base_minor, line.percent, line.rule, line.row_from,
           line.stopped_by || line.held_by AS stopped_by,
           CASE WHEN is_last AND since_days > 0 THEN through_on ELSE last_day END AS last_day,
           amount_minor + CASE WHEN is_last THEN since_minor ELSE 0 END AS amount_minor
    FROM (
        SELECT line.*, common.through_on, common.since_days, common.since_minor,
               line.first_day = max(line.first_day) OVER (PARTITION BY line.item_id) AS is_last
        FROM charges_line AS line
        JOIN charges_common AS common USING (account_id, item_id)
        WHERE line.account_id BETWEEN %(low)s AND %(high)s AND line.taken_back_at IS NULL
    ) AS line
), now AS (
    SELECT item_id, first_day, least(last_day, through_on) AS last_day, base_minor, percent, rule, row_from, was_minor
    FROM charges_proof
    WHERE first_day <= through_on
), other AS (
    SELECT item_id
    FROM kept FULL JOIN now USING (item_id, first_day)
    WHERE (kept.last_day, kept.base_minor, kept.percent, kept.rule, kept.row_from, kept.amount_minor, kept.stopped_by)
          IS DISTINCT FROM (now.last_day, now.base_minor, now.percent, now.rule, now.row_from, now.was_minor, '')
    UNION
    SELECT common.item_id
    FROM charges_common AS common LEFT JOIN now USING (item_id)
    GROUP BY common.item_id, common.charged_minor
    HAVING common.charged_minor <> coalesce(sum(now.was_minor), 0)
)
DELETE FROM charges_common USING other WHERE charges_common.item_id = other.item_id;

-- name: fixed_sums
-- What was charged once because items are late, and what was owed when interest on them began.
SELECT common.item_id, common.agreement_id, common.first_day, common.currency, proof.base_minor AS owed_minor, bearing.fixed_minor
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND proof.first_day = common.first_day
JOIN charges_bearing AS bearing ON bearing.id = common.id
WHERE common.agreement_id = ANY(%(with_fixed_sum)s::bigint[]) AND bearing.account_id BETWEEN %(low)s AND %(high)s;

-- name: leave_items
-- Leave items to the rules.
DELETE FROM charges_common WHERE item_id = ANY(%(item_ids)s);

-- name: take_in_hand
-- What is proven here is due no more. Give how much it is.
DELETE FROM charges_due AS due USING charges_common AS common WHERE due.id = common.id;

-- name: without_an_item
-- What has come to something, and has no item of interest to hold it.
SELECT common.account_id, common.item_id, common.first_day
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND proof.is_last
WHERE common.interest_item_id IS NULL AND proof.reached > common.charged_minor;

-- name: name_items
-- Have each name the item that was opened beside it.
UPDATE charges_common AS common
SET interest_item_id = opened.interest_item_id
FROM unnest(%(item_id)s::bigint[], %(interest_item_id)s::bigint[]) AS opened(item_id, interest_item_id)
WHERE common.item_id = opened.item_id;

-- name: charged
-- The entries that charge what is missing of the lines, each on the last day of its line. Twin: `rules.accruing.entries`.
SELECT common.account_id, %(debit)s::smallint AS debit, %(credit)s::smallint AS credit,
       reached - greatest(reached - amount_minor, common.charged_minor) AS amount_minor, common.currency, last_day AS booked_on,
       %(interest)s::smallint AS cause_kind, common.item_id AS cause_id,
       common.charges + (row_number() OVER (PARTITION BY common.item_id ORDER BY proof.first_day))::integer - 1 AS cause_no,
       common.interest_item_id AS item_id
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id
WHERE reached > greatest(reached - amount_minor, common.charged_minor)
ORDER BY account_id, cause_id, cause_no;

-- name: growth_of_items
-- What the items of interest grew by.
SELECT common.account_id, common.interest_item_id AS item_id, proof.reached - common.charged_minor AS minor
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND proof.is_last
WHERE proof.reached > common.charged_minor;

-- name: told
-- One event an account: what was charged.
SELECT common.account_id,
       jsonb_build_object(
           'amount', jsonb_build_object('minor', sum(proof.reached - common.charged_minor)::bigint, 'currency', min(common.currency)),
           'items', count(*), 'until_on', max(common.until_on)
       ) AS data,
       max(common.until_on) AS happened_on
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND proof.is_last
WHERE proof.reached > common.charged_minor
GROUP BY common.account_id
ORDER BY common.account_id;

-- name: grow_lines
-- Write down how far the last lines that stood have grown.
UPDATE charges_line AS line
SET last_day = proof.last_day, days = proof.days, amount_minor = proof.amount_minor
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND common.through_on BETWEEN proof.first_day AND proof.last_day
WHERE line.account_id BETWEEN %(low)s AND %(high)s AND line.account_id = common.account_id AND line.item_id = common.item_id
  AND line.first_day = proof.first_day AND line.taken_back_at IS NULL AND line.last_day <> proof.last_day;

-- name: new_lines
-- Write down the lines that begin after what was charged.
INSERT INTO charges_line (
    account_id, item_id, first_day, last_day, days, base_minor, percent, rule, row_from, read_on, index_percent, source, amount_minor,
    stopped_by, is_capped, kept_at
)
SELECT common.account_id, common.item_id, proof.first_day, proof.last_day, proof.days, proof.base_minor, proof.percent, proof.rule,
       proof.row_from, proof.read_on, proof.index_percent, proof.source, proof.amount_minor, '', false, %(at)s
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id
WHERE common.through_on IS NULL OR proof.first_day > common.through_on
ORDER BY common.account_id, common.item_id, proof.first_day;

-- name: note
-- Note how far items are proven, and how their last lines go on: twin of `rules.accruing.last_of`, `steady_until` and `is_settled`.
UPDATE charges_bearing AS bearing
SET through_on = common.until_on, steady_until_on = least(common.known_until, proof.next_turn_on - 1),
    is_settled = proof.owed_after <= 0 AND NOT proof.is_booked_after, charged_minor = proof.reached, lifted_minor = 0, most_minor = NULL,
    charges = bearing.charges + coalesce(made.entries, 0), interest_item_id = common.interest_item_id, base_minor = proof.base_minor,
    percent = CASE WHEN proof.base_minor = 0 THEN 0 ELSE proof.percent END,
    year_days = CASE WHEN proof.base_minor = 0 THEN 365 ELSE proof.year_days END, is_thirty = counting.is_thirty,
    stretch_days = CASE WHEN proof.base_minor = 0 THEN 0 ELSE proof.stretch_days END,
    stretch_minor = charges_grown(proof.base_minor, proof.percent, proof.year_days, proof.stretch_days),
    since_days = 0, since_minor = 0, law = counting.law, entries_seen = coalesce(entries.number, 0)
FROM charges_common AS common
JOIN charges_proof AS proof ON proof.item_id = common.item_id AND proof.is_last
JOIN unnest(%(counted_agreement)s::bigint[], %(is_thirty)s::boolean[], %(counted_law)s::bigint[]) AS counting(agreement_id, is_thirty, law)
    ON counting.agreement_id = common.agreement_id
LEFT JOIN ({entries}) AS entries ON entries.account_id = common.account_id
LEFT JOIN (
    SELECT common.item_id, count(*) AS entries
    FROM charges_common AS common
    JOIN charges_proof AS proof ON proof.item_id = common.item_id
    WHERE proof.reached > greatest(proof.reached - proof.amount_minor, common.charged_minor)
    GROUP BY common.item_id
) AS made ON made.item_id = common.item_id
WHERE bearing.id = common.id AND bearing.account_id BETWEEN %(low)s AND %(high)s;
