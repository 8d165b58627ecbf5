-- name: starts
-- On which days interest on items starts, by agreement, those included whose interest has not begun: so many days the law is asked for.
SELECT agreement_id, first_day FROM ({items}) AS item GROUP BY agreement_id, first_day ORDER BY agreement_id, first_day;

-- name: items
-- The common part: items that bear interest, paid ones too, and open items of the debt that will, by their agreement.
SELECT bearing.agreement_id, bearing.first_day, item.account_id, item.id AS item_id, item.client_id, item.currency,
       bearing.through_on, bearing.charged_minor, CASE WHEN bearing.through_on IS NULL THEN item.open_minor WHEN item.open_minor = 0 OR bearing.is_settled THEN 0
            ELSE bearing.base_minor END AS base_minor,
       item.open_minor, bearing.since_days
FROM charges_bearing AS bearing
JOIN accounts_item AS item ON item.account_id = bearing.account_id AND item.id = bearing.item_id
WHERE bearing.agreement_id = ANY(%(agreement)s::bigint[])
UNION ALL
SELECT agreed.id, item.due_on + 1 + agreed.after_days, item.account_id, item.id, item.client_id, item.currency,
       NULL, 0, item.open_minor, item.open_minor, 0
FROM accounts_item AS item
JOIN accounts_account AS account ON account.id = item.account_id AND account.state = 'open' AND NOT account.is_house
CROSS JOIN LATERAL (
    SELECT agreed.*
    FROM unnest(
        %(agreement)s::bigint[], %(client)s::bigint[], %(portfolio)s::bigint[], %(from_on)s::date[], %(after_days)s::integer[]
    ) AS agreed(id, client_id, portfolio_id, from_on, after_days)
    WHERE agreed.client_id = account.client_id AND (agreed.portfolio_id IS NULL OR agreed.portfolio_id = account.portfolio_id)
      AND agreed.from_on <= item.due_on + 1
    ORDER BY agreed.portfolio_id NULLS LAST, agreed.from_on DESC, agreed.id DESC
    LIMIT 1
) AS agreed
WHERE item.client_id = ANY(%(client)s::bigint[]) AND item.head = %(principal)s AND item.open_minor > 0
  AND EXISTS (
      SELECT FROM unnest(%(kind_agreement)s::bigint[], %(kind)s::text[]) AS bears(agreement_id, kind)
      WHERE bears.agreement_id = agreed.id AND bears.kind = item.kind
  )
  AND NOT EXISTS (
      SELECT FROM charges_bearing AS bearing WHERE bearing.account_id = item.account_id AND bearing.item_id = item.id
  );

-- name: interest
-- By how much interest differs where rates do, by agreement and currency: what is charged of days gone by, by its lines, and what would be of
-- the days until the last one if nothing more is paid. Each item is rounded once.
WITH differing AS MATERIALIZED (
    SELECT * FROM unnest(
        %(at_agreement)s::bigint[], %(at_first_day)s::date[], %(from_day)s::date[], %(until_day)s::date[], %(points)s::numeric[],
        %(year_days)s::integer[]
    ) AS segment(agreement_id, first_day, from_day, until_day, points, year_days)
), touched AS (
    SELECT item.*, segment.from_day, segment.until_day, segment.points, segment.year_days
    FROM ({items}) AS item
    JOIN differing AS segment USING (agreement_id, first_day)
), by_item AS (
    SELECT touched.agreement_id, touched.account_id, touched.item_id, touched.currency,
           -- Days that are charged lie in lines; without any of them nothing is looked up.
           sum(points / year_days * CASE WHEN touched.through_on >= touched.from_day THEN coalesce((
               SELECT sum(line.base_minor * least(
                   line.days + CASE WHEN line.is_last THEN touched.since_days ELSE 0 END,
                   least(touched.until_day - 1, CASE WHEN line.is_last THEN touched.through_on ELSE line.last_day END)
                       - greatest(line.first_day, touched.from_day) + 1
               ))
               FROM (
                   SELECT line.*, line.first_day = max(line.first_day) OVER () AS is_last
                   FROM charges_line AS line
                   WHERE line.account_id = touched.account_id AND line.item_id = touched.item_id AND line.taken_back_at IS NULL
               ) AS line
               WHERE line.first_day < touched.until_day
                 AND CASE WHEN line.is_last THEN touched.through_on ELSE line.last_day END >= touched.from_day
           ), 0) ELSE 0 END) AS gone_by,
           sum(points / year_days * touched.base_minor * greatest(
               least(touched.until_day - 1, %(last_day)s)
                   - greatest(touched.from_day, touched.first_day, touched.through_on + 1) + 1, 0
           )) AS ahead
    FROM touched
    GROUP BY touched.agreement_id, touched.account_id, touched.item_id, touched.currency
)
SELECT agreement_id, currency, count(DISTINCT account_id) AS accounts, count(*) AS items,
       coalesce(sum(round(gone_by / 100)), 0)::bigint AS gone_by_minor, coalesce(sum(round(ahead / 100)), 0)::bigint AS ahead_minor
FROM by_item
WHERE gone_by <> 0 OR ahead <> 0
GROUP BY agreement_id, currency
ORDER BY agreement_id, currency;

-- name: without_rate
-- Items whose interest could not be worked out any more, by agreement.
SELECT item.agreement_id, item.currency, count(DISTINCT item.account_id) AS accounts, count(*) AS items
FROM ({items}) AS item
JOIN unnest(%(at_agreement)s::bigint[], %(at_first_day)s::date[]) AS missing(agreement_id, first_day) USING (agreement_id, first_day)
WHERE item.open_minor > 0
GROUP BY item.agreement_id, item.currency
ORDER BY item.agreement_id, item.currency;

-- name: owed
-- What is owed on items whose fixed sum differs, by agreement, day and amount.
SELECT item.agreement_id, item.first_day, item.currency, item.open_minor, count(*) AS items, count(DISTINCT item.account_id) AS accounts
FROM ({items}) AS item
JOIN unnest(%(at_agreement)s::bigint[], %(at_first_day)s::date[]) AS differing(agreement_id, first_day) USING (agreement_id, first_day)
WHERE item.open_minor > 0
GROUP BY item.agreement_id, item.first_day, item.currency, item.open_minor
ORDER BY item.agreement_id, item.first_day, item.currency, item.open_minor;

-- name: due_days
-- On which days the open items of the debt of some jurisdictions were due, and how much of them is open.
SELECT item.due_on AS day, item.currency, count(*) AS items, count(DISTINCT item.account_id) AS accounts, sum(item.open_minor)::bigint AS minor
FROM accounts_item AS item
JOIN accounts_client AS client ON client.id = item.client_id
WHERE item.head = %(principal)s AND item.open_minor > 0 AND client.calendar = %(jurisdiction)s
  AND (%(clients)s::bigint[] IS NULL OR item.client_id = ANY(%(clients)s::bigint[]))
GROUP BY item.due_on, item.currency
ORDER BY item.due_on, item.currency;

-- name: breathing_spaces
-- The day before standing breathing spaces began, which is that of their entry in the register, and what is owed on their accounts.
SELECT hold.from_on - 1 AS day, account.currency, count(DISTINCT account.id) AS accounts, count(item.id) AS items,
       coalesce(sum(item.open_minor), 0)::bigint AS minor
FROM holds_hold AS hold
JOIN accounts_account AS account ON account.id = hold.account_id
JOIN accounts_client AS client ON client.id = account.client_id
LEFT JOIN accounts_item AS item ON item.account_id = account.id AND item.open_minor > 0
    AND (hold.item_id IS NULL OR hold.item_id = item.id)
WHERE hold.reason = %(reason)s AND hold.ended_at IS NULL AND client.calendar = %(jurisdiction)s
  AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s::bigint[]))
GROUP BY hold.from_on, account.currency
ORDER BY hold.from_on, account.currency;

-- name: orders
-- Clients, and accounts by themselves, that pay by a rule of the law.
SELECT ordering.law AS rule, count(DISTINCT client.id) AS clients, count(account.id) AS accounts
FROM (
    SELECT client_id, NULL::bigint AS account_id, law FROM accounts_client_order
    UNION ALL
    SELECT account.client_id, account.id, ordering.law
    FROM accounts_account_order AS ordering JOIN accounts_account AS account ON account.id = ordering.account_id
) AS ordering
JOIN accounts_client AS client ON client.id = ordering.client_id
LEFT JOIN accounts_account AS account ON account.client_id = client.id AND account.state = 'open' AND NOT account.is_house
    AND (ordering.account_id IS NULL OR ordering.account_id = account.id)
WHERE ordering.law = ANY(%(rules)s) AND client.calendar = ANY(%(jurisdictions)s)
  AND (%(clients)s::bigint[] IS NULL OR client.id = ANY(%(clients)s::bigint[]))
GROUP BY ordering.law
ORDER BY ordering.law;

-- name: prove_again
-- Have interest that was worked out by rates which read otherwise now proven afresh, what is settled too.
UPDATE charges_bearing AS bearing
SET law = NULL
FROM unnest(%(at_agreement)s::bigint[], %(at_first_day)s::date[], %(from_day)s::date[]) AS differing(agreement_id, first_day, from_day)
WHERE bearing.agreement_id = differing.agreement_id AND bearing.first_day = differing.first_day
  AND bearing.through_on >= differing.from_day AND bearing.law IS NOT NULL;
