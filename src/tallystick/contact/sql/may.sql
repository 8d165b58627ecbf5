-- name: situation
-- Everything that decides whether a message may be sent, for each chosen account: twin of `rules.may.Situation`. A question that does
-- not concern the message (its marker is false) is null. `seldom` is worked out by the caller's query.
SELECT chosen.account_id, chosen.cause_id, account.party_id, account.client_id, account.reference,
       local.today,
       address.contact_point_id, coalesce(address.recipient, '') AS recipient,
       CASE WHEN {ask_open} THEN account.state = 'open' END AS open,
       CASE WHEN {ask_owed} THEN item.is_open END AS owed,
       CASE WHEN {ask_not_held} THEN item.is_chased AND NOT EXISTS (
           SELECT FROM holds_hold AS hold
           WHERE hold.account_id = account.id AND hold.ended_at IS NULL AND hold.item_id IS NULL AND hold.reason = ANY(%(stopping)s)
             AND hold.from_on <= local.today AND (hold.until_on IS NULL OR hold.until_on > local.today)
       ) END AS not_held,
       CASE WHEN {ask_not_represented} THEN NOT EXISTS (
           SELECT FROM accounts_related_party AS related
           WHERE related.account_id = account.id AND related.role IN ('solicitor', 'adviser')
       ) END AS not_represented,
       CASE WHEN {ask_addressed} THEN coalesce(address.recipient, '') <> '' END AS addressed,
       CASE WHEN {ask_working} THEN address.state IS DISTINCT FROM 'bad' END AS working,
       CASE WHEN {ask_agreed} THEN address.consent IS DISTINCT FROM false END AS agreed,
       CASE WHEN {ask_seldom} THEN (
           SELECT count(*) FROM contact_message AS said
           WHERE said.party_id = account.party_id AND coalesce(said.sent_at, said.queued_at) > %(heard_since)s
             AND said.channel IN ('email', 'letter', 'sms') AND said.state IN ('queued', 'sending', 'sent')
             AND said.id IS DISTINCT FROM chosen.message_id
       ) END AS recent
FROM chosen
JOIN accounts_account AS account ON account.id = chosen.account_id AND NOT account.is_house
JOIN accounts_client AS client ON client.id = account.client_id
CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today) AS local
-- What is open may be on hold, item by item: nothing is left to ask for where all of it is.
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_open, coalesce(bool_or(accounts_chased_minor(
               item.open_minor, item.held_minor, item.held_from_on, item.held_until_on, item.disputed_minor, local.today
           ) > 0), true) AS is_chased
    FROM accounts_item AS item WHERE {ask_owed} AND item.account_id = account.id AND item.open_minor > 0
) AS item
{address}

-- name: address_point
-- The best e-mail address or mobile number: not refused, working, preferred, confirmed, newest.
LEFT JOIN LATERAL (
    SELECT point.id AS contact_point_id, point.state, point.consent,
           CASE WHEN point.kind = 'email' THEN point.value ELSE point.value_key END AS recipient
    FROM parties_contact_point AS point
    WHERE point.party_id = account.party_id AND point.kind = %(point_kind)s
    ORDER BY (point.consent IS FALSE), point.state = 'bad', point.preferred DESC, point.state = 'confirmed' DESC, point.id DESC
    LIMIT 1
) AS address ON true

-- name: address_postal
-- The current postal address, on one line.
LEFT JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, postal.state, NULL::boolean AS consent,
           concat_ws(', ', (SELECT string_agg(line, ', ') FROM jsonb_array_elements_text(postal.lines) AS line),
                     nullif(postal.town, ''), nullif(postal.county, ''), nullif(postal.postcode, '')) AS recipient
    FROM parties_address AS postal
    WHERE postal.party_id = account.party_id AND postal.until_on IS NULL
) AS address ON true

-- name: address_service
-- The service is known to its system by the account's reference.
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent, account.reference AS recipient
) AS address

-- name: address_role
-- Everybody who holds a role for the client and has an e-mail address.
LEFT JOIN (
    SELECT client.id AS client_id, string_agg(DISTINCT colleague.email, ', ') AS recipient
    FROM accounts_client AS client
    JOIN access_grant AS held ON held.role = %(audience)s AND held.ended_at IS NULL
    JOIN access_user AS colleague ON colleague.id = held.user_id AND colleague.is_active AND colleague.email <> ''
    WHERE held.client_id = client.id
       OR (held.client_id IS NULL AND held.business_unit_id IS NULL)
       OR held.business_unit_id IN (SELECT scope.business_unit_id FROM access_clientscope AS scope WHERE scope.client_id = client.id)
    GROUP BY client.id
) AS colleagues ON colleagues.client_id = client.id
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent, colleagues.recipient
) AS address

-- name: address_team
-- Everybody in a team: the one of that name, or the client's own where none is named.
LEFT JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent,
           string_agg(DISTINCT colleague.email, ', ') AS recipient
    FROM access_team AS team
    JOIN access_membership AS member ON member.team_id = team.id
    JOIN access_user AS colleague ON colleague.id = member.user_id AND colleague.is_active AND colleague.email <> ''
    WHERE CASE WHEN %(audience)s = '' THEN team.id = client.team_id ELSE team.name = %(audience)s END
) AS address ON true

-- name: address_user
-- One colleague by user name.
LEFT JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent, colleague.email AS recipient
    FROM access_user AS colleague
    WHERE colleague.username = lower(%(audience)s) AND colleague.is_active
) AS address ON true

-- name: address_owner
-- The colleague who looks after the account.
LEFT JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent, colleague.email AS recipient
    FROM access_user AS colleague
    WHERE colleague.id = account.owner_id AND colleague.is_active
) AS address ON true

-- name: address_account_manager
-- Whom the client's key accounts are looked after by.
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS contact_point_id, 'confirmed' AS state, NULL::boolean AS consent,
           client.account_manager_email AS recipient
) AS address;

-- name: beforehand
-- Ask everything of one account before anything is queued.
WITH chosen AS (
    SELECT %(account)s::bigint AS account_id, 0::bigint AS cause_id, NULL::bigint AS message_id
), situation AS (
    {situation}
), counted AS (
    SELECT *, recent AS heard, recent < %(cap)s AS seldom FROM situation
)
SELECT recipient, {answers} AS answers, {refusal} AS refusal FROM counted
