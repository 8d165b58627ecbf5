-- name: place
-- Place a hold on each chosen account that is open, from today in its creditor's time zone. A cause that placed one already is left out.
INSERT INTO holds_hold (
    account_id, reason, note, from_on, until_on, placed_at, placed_by, placed_by_id, ended_by, ending,
    cause_kind, cause_id, action_no
)
SELECT account.id, %(reason)s, %(note)s, local.today, local.today + %(days)s::integer, %(at)s, %(by)s, %(by_id)s, '', '',
       %(cause_kind)s, chosen.cause_id, %(action_no)s
FROM unnest(%(account_ids)s::bigint[], %(cause_ids)s::bigint[]) AS chosen(account_id, cause_id)
JOIN accounts_account AS account ON account.id = chosen.account_id AND account.state = 'open'
JOIN accounts_client AS client ON client.id = account.client_id
CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today) AS local
ORDER BY account.id
ON CONFLICT (account_id, cause_kind, cause_id, action_no) DO NOTHING
RETURNING account_id, id AS hold_id, reason, from_on, until_on, note;

-- name: lift
-- Lift every standing hold of some reasons on the chosen accounts; those on one item stay.
UPDATE holds_hold AS hold
SET ended_at = %(at)s, ended_by = %(by)s, ending = 'lifted'
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
WHERE hold.account_id = ANY(%(account_ids)s) AND hold.ended_at IS NULL AND hold.item_id IS NULL AND hold.reason = ANY(%(reasons)s)
  AND account.id = hold.account_id
RETURNING hold.account_id, hold.id AS hold_id, hold.reason,
          (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today;

-- name: lift_of_causes
-- Lift the standing holds that causes had placed on accounts as a whole.
UPDATE holds_hold AS hold
SET ended_at = %(at)s, ended_by = %(by)s, ending = 'lifted'
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
WHERE hold.account_id = ANY(%(account_ids)s) AND hold.cause_kind = %(cause_kind)s AND hold.cause_id = ANY(%(cause_ids)s)
  AND hold.ended_at IS NULL AND hold.item_id IS NULL AND account.id = hold.account_id
RETURNING hold.account_id, hold.id AS hold_id, hold.reason,
          (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today;

-- name: lift_of_items
-- Lift the standing holds on some items.
UPDATE holds_hold AS hold
SET ended_at = %(at)s, ended_by = %(by)s, ending = 'lifted'
FROM unnest(%(accounts)s::bigint[], %(items)s::bigint[]) AS gone(account_id, item_id)
JOIN accounts_item AS item ON item.id = gone.item_id AND item.account_id = gone.account_id
JOIN accounts_client AS client ON client.id = item.client_id
WHERE hold.account_id = gone.account_id AND hold.item_id = gone.item_id AND hold.ended_at IS NULL
RETURNING hold.account_id, hold.id AS hold_id, hold.item_id, hold.reason, item.reference,
          (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today;

-- name: accounts_of_items
-- The accounts of the holds on items whose last day is over: they are locked before their items are written.
SELECT DISTINCT account_id FROM ({over}) AS over WHERE item_id IS NOT NULL;

-- name: over
-- The common part: holds whose last day is over where their creditor is.
SELECT hold.id, hold.account_id, hold.item_id
FROM holds_hold AS hold
JOIN accounts_account AS account ON account.id = hold.account_id
JOIN accounts_client AS client ON client.id = account.client_id
WHERE hold.ended_at IS NULL AND hold.until_on <= (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
  AND hold.until_on <= (%(at)s::timestamptz)::date + 1
ORDER BY hold.id
LIMIT %(limit)s;

-- name: run_out
-- End holds whose last day is over where their creditor is. Rows that somebody else is ending are left to them.
WITH over AS (
    {over}
    FOR UPDATE OF hold SKIP LOCKED
)
UPDATE holds_hold AS hold
SET ended_at = %(at)s, ended_by = %(by)s, ending = 'expired'
FROM over
WHERE hold.id = over.id
RETURNING hold.account_id, hold.id AS hold_id, hold.reason, hold.until_on, hold.item_id, (
    SELECT item.reference FROM accounts_item AS item WHERE item.id = hold.item_id
) AS item;

-- name: in_force
-- Give the holds in force on a day on some accounts as a whole.
SELECT account_id, id AS hold_id, reason, from_on, until_on, note, placed_at, placed_by
FROM holds_hold
WHERE account_id = ANY(%(account_ids)s) AND ended_at IS NULL AND item_id IS NULL
  AND from_on <= %(on)s AND (until_on IS NULL OR until_on > %(on)s)
ORDER BY account_id, id;

-- name: facts
-- The holds that stand, as the book keeps them: how long the account is held, why, and what that stops. A hold without an end ends
-- on the last day there is.
SELECT account_id,
       max(until_on) FILTER (WHERE from_on <= %(day)s) AS holds_until_on,
       (array_agg(reason ORDER BY weight) FILTER (WHERE from_on <= %(day)s))[1] AS holds_reason,
       min(from_on) FILTER (WHERE from_on <= %(day)s) AS holds_since_on,
       (count(*) FILTER (WHERE from_on <= %(day)s))::smallint AS holds_standing,
       coalesce(bool_or(stops_contact) FILTER (WHERE from_on <= %(day)s), false) AS holds_stops_contact,
       coalesce(bool_or(stops_enforcement) FILTER (WHERE from_on <= %(day)s), false) AS holds_stops_enforcement,
       least(min(until_on), min(from_on) FILTER (WHERE from_on > %(day)s)) AS holds_stale_on
FROM (
    SELECT hold.account_id, hold.reason, hold.from_on, coalesce(hold.until_on, '9999-12-31') AS until_on,
           stop.weight, stop.stops_contact, stop.stops_enforcement
    FROM holds_hold AS hold
    JOIN (VALUES {stops}) AS stop(reason, weight, stops_contact, stops_enforcement) ON stop.reason = hold.reason
    WHERE {scope} AND hold.ended_at IS NULL AND hold.item_id IS NULL AND (hold.until_on IS NULL OR hold.until_on > %(day)s)
) AS standing
GROUP BY account_id;

-- name: pauses
-- The days on which a strategy stood still, as the book keeps them. Pauses may overlap: a day counts once. While an account is paused the
-- count grows every day, so the book looks again every day.
SELECT account_id, holds_paused, pauses_stale_on,
       (SELECT coalesce(sum(upper(span) - lower(span)), 0)::integer FROM unnest(spans) AS span) AS holds_paused_days
FROM (
    SELECT account_id, bool_or(days @> %(day)s::date) AS holds_paused,
           range_agg(days * daterange(NULL, %(day)s)) AS spans,
           min(CASE WHEN days @> %(day)s::date THEN %(day)s::date + 1 WHEN lower(days) > %(day)s THEN lower(days) END) AS pauses_stale_on
    FROM (
        SELECT hold.account_id, daterange(hold.from_on, CASE
                   WHEN hold.ended_at IS NULL THEN hold.until_on
                   ELSE greatest(hold.from_on, least(hold.until_on, (hold.ended_at AT TIME ZONE client.time_zone)::date))
               END) AS days
        FROM holds_hold AS hold
        JOIN accounts_account AS account ON account.id = hold.account_id
        JOIN accounts_client AS client ON client.id = account.client_id
        WHERE hold.reason = 'pause' AND {scope}
    ) AS pause
    GROUP BY account_id
) AS counted;

-- name: days_held
-- The days on which holds held some accounts, or an amount of one item: until the day before one was lifted or ran out. Without a last day it
-- stands until it is lifted.
SELECT account_id, item_id, amount_minor, reason, first_day, last_day
FROM (
    SELECT hold.account_id, hold.item_id, hold.amount_minor, hold.reason, hold.from_on AS first_day,
           CASE
               WHEN hold.ended_at IS NULL THEN hold.until_on
               ELSE least(hold.until_on, (hold.ended_at AT TIME ZONE client.time_zone)::date)
           END - 1 AS last_day
    FROM holds_hold AS hold
    JOIN accounts_account AS account ON account.id = hold.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    WHERE hold.account_id = ANY(%(account_ids)s)
) AS held
WHERE last_day IS NULL OR last_day >= first_day
ORDER BY account_id, first_day, last_day;
