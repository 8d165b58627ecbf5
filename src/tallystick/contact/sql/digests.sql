-- name: gather
-- Part claimed notices by how soon their receivers want to be told. Who waits for a digest gets a copy; who is told at once stays the
-- recipient. A copy that there is already stays one: a notice that is claimed again is told nobody twice.
WITH claimed AS (
    SELECT message.id, message.account_id, message.recipient, message.audience, template.name AS kind
    FROM unnest(%(ids)s::bigint[], %(account_ids)s::bigint[], %(attempts)s::int[]) AS held(id, account_id, attempts)
    JOIN contact_message AS message USING (id, account_id, attempts)
    JOIN contact_template AS template ON template.id = message.template_id
    WHERE message.state = 'sending' AND message.handed_at IS NULL
), receiver AS (
    SELECT claimed.*, said.email, said.place, colleague.user_id
    FROM claimed
    CROSS JOIN LATERAL unnest(string_to_array(claimed.recipient, ', ')) WITH ORDINALITY AS said(email, place)
    LEFT JOIN LATERAL (
        SELECT min(person.id) AS user_id FROM access_user AS person
        WHERE person.is_active AND lower(person.email) = lower(said.email)
    ) AS colleague ON true
), paced AS (
    SELECT receiver.*, coalesce((
        SELECT choice.pace
        FROM contact_notice_choice AS choice
        WHERE (choice.user_id = receiver.user_id OR choice.user_id IS NULL) AND choice.kind IN ('', receiver.kind)
          AND choice.audience IN ('', receiver.audience, split_part(receiver.audience, ':', 1) || ':')
        ORDER BY choice.user_id NULLS LAST, choice.kind = '', length(choice.audience) DESC
        LIMIT 1
    ), 'at_once') AS pace
    FROM receiver
), gathered AS (
    INSERT INTO contact_notice_copy (account_id, message_id, email, user_id, pace, gathered_at, left_out)
    SELECT account_id, id, email, user_id, pace, %(at)s, '' FROM paced WHERE pace <> 'at_once'
    ORDER BY account_id, id, place
    ON CONFLICT (account_id, message_id, email) DO NOTHING
), remaining AS (
    SELECT paced.id, paced.account_id, string_agg(paced.email, ', ' ORDER BY paced.place) FILTER (
               WHERE paced.pace = 'at_once' AND copy.id IS NULL
           ) AS recipient
    FROM paced
    LEFT JOIN contact_notice_copy AS copy
        ON copy.account_id = paced.account_id AND copy.message_id = paced.id AND copy.email = paced.email
    GROUP BY paced.id, paced.account_id
)
UPDATE contact_message AS message
SET recipient = coalesce(remaining.recipient, message.recipient),
    state = CASE WHEN remaining.recipient IS NULL THEN 'gathered' ELSE message.state END
FROM remaining
WHERE message.id = remaining.id AND message.account_id = remaining.account_id
  AND message.recipient IS DISTINCT FROM remaining.recipient
RETURNING message.id, message.state;

-- name: hours
-- The hours by which copies wait: one's own, else the house's.
SELECT DISTINCT copy.pace, timed.* FROM {waiting} WHERE copy.digest_id IS NULL AND copy.left_out = '';

-- name: waiting
-- Copies with the hours of their receivers.
contact_notice_copy AS copy
LEFT JOIN access_user AS person ON person.id = copy.user_id
LEFT JOIN contact_notice_hours AS own ON own.user_id = copy.user_id
LEFT JOIN contact_notice_hours AS house ON house.user_id IS NULL
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(person.time_zone, ''), %(time_zone)s) AS time_zone,
           coalesce(own.hour, house.hour, %(hour)s) AS hour,
           coalesce(own.weekday, house.weekday, %(weekday)s) AS weekday,
           coalesce(own.calendar, house.calendar, %(calendar)s) AS calendar
) AS timed;

-- name: may_see
-- Whether the receiver of a copy may see its account now: their roles cover the client, or they are still its account manager.
CASE WHEN copy.user_id IS NULL THEN lower(client.account_manager_email) = lower(copy.email) ELSE person.is_active AND EXISTS (
    SELECT FROM access_grant AS held
    WHERE held.user_id = copy.user_id AND held.ended_at IS NULL AND held.role = ANY(%(roles)s) AND (
        held.client_id = client.id OR (held.client_id IS NULL AND held.business_unit_id IS NULL)
        OR held.business_unit_id IN (
            SELECT scope.business_unit_id FROM access_clientscope AS scope WHERE scope.client_id = client.id
        )
    )
) END;

-- name: make
-- Make the digests of all whose hour has come: one e-mail for each receiver, of every copy that waited when the hour struck. What its
-- receiver may no longer see is left out, and who has nothing left gets none. Another maker waits, and finds nothing to do.
WITH due AS MATERIALIZED (
    SELECT copy.id, copy.user_id, coalesce(nullif(person.email, ''), copy.email) AS recipient, hour.leaves_at,
           {may_see} AS is_seen
    FROM {waiting}
    JOIN unnest(%(paces)s::text[], %(time_zones)s::text[], %(hours)s::int[], %(weekdays)s::int[], %(calendars)s::text[],
                %(instants)s::timestamptz[]) AS hour(pace, time_zone, hour, weekday, calendar, leaves_at)
        ON (hour.pace, hour.time_zone, hour.hour, hour.weekday, hour.calendar)
         = (copy.pace, timed.time_zone, timed.hour, timed.weekday, timed.calendar)
    JOIN accounts_account AS account ON account.id = copy.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    WHERE copy.digest_id IS NULL AND copy.left_out = '' AND copy.gathered_at < hour.leaves_at
    FOR UPDATE OF copy
), made AS (
    INSERT INTO contact_digest (user_id, recipient, leaves_at, made_at, next_attempt_at, attempts, state, subject,
                                refusal, failure, provider_id)
    SELECT user_id, recipient, max(leaves_at), %(at)s, %(at)s, 0, 'queued', '', '', '', ''
    FROM due WHERE is_seen GROUP BY user_id, recipient ORDER BY user_id, recipient
    ON CONFLICT (user_id, recipient, leaves_at) DO NOTHING
    RETURNING id, user_id, recipient
)
UPDATE contact_notice_copy AS copy
SET digest_id = CASE WHEN due.is_seen THEN made.id END, left_out = CASE WHEN due.is_seen THEN '' ELSE %(code)s END
FROM due
LEFT JOIN made ON made.recipient = due.recipient AND made.user_id IS NOT DISTINCT FROM due.user_id
WHERE copy.id = due.id
RETURNING copy.digest_id, copy.left_out;

-- name: take
-- Take one digest that is due, for as long as the transaction lasts.
SELECT id FROM contact_digest
WHERE state = 'queued' AND next_attempt_at <= %(at)s
ORDER BY next_attempt_at, id
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: leave_out
-- Leave out of a digest what its receiver may no longer see.
UPDATE contact_notice_copy AS gone
SET digest_id = NULL, left_out = %(code)s
FROM contact_notice_copy AS copy
LEFT JOIN access_user AS person ON person.id = copy.user_id
JOIN accounts_account AS account ON account.id = copy.account_id
JOIN accounts_client AS client ON client.id = account.client_id
WHERE copy.digest_id = %(digest_id)s AND gone.id = copy.id AND NOT {may_see};

-- name: stalled
-- Lock and give digests that a worker handed over so long ago that it must be dead.
SELECT id FROM contact_digest
WHERE state = 'sending' AND handed_at <= %(before)s
ORDER BY id
FOR UPDATE SKIP LOCKED;

-- name: told
-- What is told on the timelines of the accounts of a digest that left.
SELECT copy.account_id, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS happened_on,
       jsonb_build_object('message_id', copy.message_id, 'template', template.name, 'recipient', digest.recipient,
                          'digest_id', digest.id) AS data
FROM contact_notice_copy AS copy
JOIN contact_digest AS digest ON digest.id = copy.digest_id
JOIN contact_message AS message ON message.id = copy.message_id AND message.account_id = copy.account_id
JOIN contact_template AS template ON template.id = message.template_id
JOIN accounts_client AS client ON client.id = message.client_id
WHERE copy.digest_id = %(digest_id)s
ORDER BY copy.account_id, copy.id;
