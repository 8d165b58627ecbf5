-- name: orders_of
-- Give the orders that were set for some clients and some accounts, with the calendar of the client, the latest to hold last.
SELECT ordering.client_id, NULL::bigint AS account_id, ordering.id, ordering.from_on, ordering.basis, ordering.title, ordering.law,
       ordering.ordering, ordering.set_at, ordering.set_by, client.calendar
FROM accounts_client_order AS ordering
JOIN accounts_client AS client ON client.id = ordering.client_id
WHERE ordering.client_id = ANY(%(client_id)s)
UNION ALL
SELECT account.client_id, ordering.account_id, ordering.id, ordering.from_on, ordering.basis, ordering.title, ordering.law,
       ordering.ordering, ordering.set_at, ordering.set_by, client.calendar
FROM accounts_account_order AS ordering
JOIN accounts_account AS account ON account.id = ordering.account_id
JOIN accounts_client AS client ON client.id = account.client_id
WHERE ordering.account_id = ANY(%(account_id)s)
ORDER BY from_on, set_at, id;

-- name: pay_by_order
-- Share out what is left of each credit over the open items of its account, by the order of the credit. The twin of
-- `charges.rules.allocation.allocate`, for all accounts at once. Credits of one account take turns, and each finds what those before it
-- left open. What is on hold or disputed today lies behind all that is chased. Parts that the order does not tell apart are a
-- group: as they are listed each is its own; in proportion they share what reaches the group, rounded down, and what is left
-- over goes to the largest.
WITH RECURSIVE credit AS (
    SELECT credit.account_id, credit.place, credit.amount_minor, credit.booked_on,
           ordering.by, ordering.places, ordering.is_proportional,
           row_number() OVER (PARTITION BY credit.account_id ORDER BY credit.place) AS turn
    FROM unnest(
        %(account_id)s::bigint[], %(place)s::integer[], %(amount_minor)s::bigint[], %(booked_on)s::date[], %(order_no)s::integer[]
    ) AS credit(account_id, place, amount_minor, booked_on, order_no)
    JOIN jsonb_to_recordset(%(orders)s::jsonb) AS ordering(number integer, by text[], places jsonb, is_proportional boolean)
        ON ordering.number = credit.order_no
), owed AS (
    SELECT account_id, array_agg(id ORDER BY is_held, due_on, id) AS items, array_agg(head ORDER BY is_held, due_on, id) AS heads,
           array_agg(due_on ORDER BY is_held, due_on, id) AS dues, array_agg(is_held ORDER BY is_held, due_on, id) AS helds,
           array_agg(minor ORDER BY is_held, due_on, id) AS minors
    FROM (
        SELECT item.account_id, item.id, item.head, item.due_on, part.is_held, part.minor
        FROM accounts_item AS item
        JOIN accounts_client AS client ON client.id = item.client_id
        CROSS JOIN LATERAL (
            SELECT accounts_chased_minor(
                item.open_minor, item.held_minor, item.held_from_on, item.held_until_on, item.disputed_minor,
                (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
            ) AS minor
        ) AS chased
        CROSS JOIN LATERAL (VALUES (false, chased.minor), (true, item.open_minor - chased.minor)) AS part(is_held, minor)
        WHERE item.account_id = ANY(%(account_id)s) AND item.open_minor > 0 AND part.minor > 0
    ) AS listed
    GROUP BY account_id
), shared AS (
    SELECT owed.*, 0::bigint AS turn, NULL::integer AS place, NULL::bigint[] AS paid
    FROM owed
    UNION ALL
    SELECT shared.account_id, shared.items, shared.heads, shared.dues, shared.helds, after.minors, credit.turn, credit.place, after.paid
    FROM shared
    JOIN credit ON credit.account_id = shared.account_id AND credit.turn = shared.turn + 1
    CROSS JOIN LATERAL (
        WITH weighed AS (
            SELECT part.n, part.minor, part.is_held, ARRAY(
                SELECT CASE comparison
                    WHEN 'due' THEN (part.due_on > credit.booked_on)::integer
                    WHEN 'head' THEN (credit.places ->> part.head::text)::integer
                    WHEN 'oldest' THEN part.due_on - date '2000-01-01'
                    WHEN 'newest' THEN date '2000-01-01' - part.due_on
                    WHEN 'smallest' THEN part.minor
                    WHEN 'largest' THEN -part.minor
                END::bigint
                FROM unnest(credit.by) WITH ORDINALITY AS compared(comparison, number)
                ORDER BY number
            ) AS weights
            FROM unnest(shared.heads, shared.dues, shared.helds, shared.minors) WITH ORDINALITY AS part(head, due_on, is_held, minor, n)
        ), ranked AS (
            SELECT n, minor,
                   rank() OVER (ORDER BY is_held, weights, CASE WHEN credit.is_proportional THEN 0 ELSE n END) AS equals
            FROM weighed
        ), summed AS (
            SELECT n, minor, equals, sum(minor) OVER (PARTITION BY equals) AS total, sum(minor) OVER (ORDER BY equals) AS reached
            FROM ranked
        ), given AS (
            SELECT n, minor, equals, total, least(greatest(credit.amount_minor - (reached - total), 0), total) AS given
            FROM summed
        ), rounded AS (
            SELECT n, minor, equals, given, coalesce(div(minor * given, nullif(total, 0)), 0) AS base
            FROM given
        ), topped AS (
            SELECT n, minor, base, given - sum(base) OVER (PARTITION BY equals) AS over,
                   sum(minor - base) OVER (PARTITION BY equals ORDER BY minor DESC, n) - (minor - base) AS before
            FROM rounded
        ), share AS (
            SELECT n, minor, (base + least(greatest(over - before, 0), minor - base))::bigint AS paid
            FROM topped
        )
        SELECT array_agg(minor - paid ORDER BY n) AS minors, array_agg(paid ORDER BY n) AS paid
        FROM share
    ) AS after
)
SELECT shared.place, part.item_id, part.head, sum(part.paid)::bigint AS amount_minor
FROM shared
CROSS JOIN LATERAL unnest(shared.items, shared.heads, shared.paid) AS part(item_id, head, paid)
WHERE part.paid > 0
GROUP BY shared.place, part.item_id, part.head
ORDER BY shared.place, part.item_id
;

-- name: note
-- Write down how it was decided what some credits pay.
INSERT INTO accounts_allocation (
    account_id, cause_kind, cause_id, number, booked_on, by, order_id, reason, decided_at, decided_by
)
SELECT account_id, cause_kind, cause_id, number, booked_on, by, order_id, %(reason)s, %(at)s, %(decided_by)s
FROM unnest(
    %(account_id)s::bigint[], %(cause_kind)s::smallint[], %(cause_id)s::bigint[], %(number)s::integer[], %(booked_on)s::date[],
    %(by)s::text[], %(order_id)s::bigint[]
) AS decided(account_id, cause_kind, cause_id, number, booked_on, by, order_id)
