-- name: people
-- Give who works accounts for some teams: what is assigned to them and due, where they are right now, and whom they called today. Within the scope.
WITH person AS (
    SELECT colleague.id, coalesce(nullif(colleague.full_name, ''), colleague.username) AS name,
           string_agg(team.name, ', ' ORDER BY team.name) AS teams
    FROM access_membership AS member
    JOIN access_user AS colleague ON colleague.id = member.user_id AND colleague.is_active
    JOIN access_team AS team ON team.id = member.team_id
    WHERE member.team_id = ANY(%(teams)s) AND EXISTS (
        SELECT FROM access_grant AS held
        WHERE held.user_id = colleague.id AND held.ended_at IS NULL AND held.role = ANY(%(working_roles)s)
    )
    GROUP BY colleague.id
)
SELECT person.id, person.name, person.teams, assigned.due, assigned.oldest_due_on,
       claim.account_id, claim.taken_at, account.reference, party.name AS party,
       called.calls, called.right_party
FROM person
LEFT JOIN LATERAL (
    SELECT count(*) AS due, min(due_on) AS oldest_due_on
    FROM worklists_work_item AS work
    WHERE work.assignee_id = person.id AND work.state = 'open' AND work.due_on <= %(today)s
      AND (%(clients)s::bigint[] IS NULL OR work.client_id = ANY(%(clients)s))
) AS assigned ON true
LEFT JOIN worklists_claim AS claim ON claim.user_id = person.id AND claim.until_at > %(at)s
LEFT JOIN accounts_account AS account ON account.id = claim.account_id
    AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
LEFT JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN LATERAL (
    SELECT count(*) AS calls, count(*) FILTER (WHERE outcome = ANY(%(right_party)s)) AS right_party
    FROM contact_call AS call
    WHERE call.caller_id = person.id AND call.called_at >= %(since)s AND call.called_at <= %(at)s
) AS called ON true
ORDER BY person.name, person.id;

-- name: promises
-- Give what people of some teams took as promises since an instant, by person and currency. Promises are numbered as they are
-- made, so that only those since then are looked at.
SELECT promise.made_by_id AS user_id, promise.currency, count(*) AS promises, sum(promise.amount_minor)::bigint AS amount_minor
FROM promises_promise AS promise
JOIN accounts_account AS account ON account.id = promise.account_id
WHERE promise.id > coalesce((SELECT max(id) FROM promises_promise WHERE made_at < %(since)s), 0)
  AND promise.made_at >= %(since)s AND promise.made_at <= %(at)s
  AND promise.made_by_id IN (SELECT user_id FROM access_membership WHERE team_id = ANY(%(teams)s))
  AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
GROUP BY promise.made_by_id, promise.currency
ORDER BY promise.made_by_id, promise.currency;

-- name: teams
-- Give what waits with each of some teams, unassigned and assigned, and how old it is.
SELECT team.id, team.name, unit.name AS unit,
       count(work.id) FILTER (WHERE work.assignee_id IS NULL) AS unassigned,
       count(work.id) FILTER (WHERE work.assignee_id IS NOT NULL) AS assigned,
       count(work.id) FILTER (WHERE work.due_on <= %(today)s - 7) AS old,
       min(work.due_on) AS oldest_due_on
FROM access_team AS team
JOIN access_businessunit AS unit ON unit.id = team.business_unit_id
LEFT JOIN worklists_work_item AS work ON work.team_id = team.id AND work.state = 'open' AND work.due_on <= %(today)s
    AND (%(clients)s::bigint[] IS NULL OR work.client_id = ANY(%(clients)s))
WHERE team.id = ANY(%(teams)s)
GROUP BY team.id, unit.name
ORDER BY unit.name, team.name, team.id;

-- name: teams_in_reach
-- Give the teams that work for the clients of a scope, and those a person is in.
SELECT team.id
FROM access_team AS team
WHERE team.id IN (SELECT team_id FROM access_membership WHERE user_id = %(user_id)s)
   OR team.id IN (SELECT team_id FROM accounts_client WHERE %(clients)s::bigint[] IS NULL OR id = ANY(%(clients)s))
ORDER BY team.id;

-- name: hands
-- Give whom work can be given to: the teams within reach, and the people in them who work accounts.
SELECT 'team' AS kind, team.id, team.name, '' AS teams
FROM access_team AS team
WHERE team.id = ANY(%(teams)s)
UNION ALL
SELECT 'user', colleague.id, coalesce(nullif(colleague.full_name, ''), colleague.username),
       string_agg(team.name, ', ' ORDER BY team.name)
FROM access_user AS colleague
JOIN access_membership AS member ON member.user_id = colleague.id
JOIN access_team AS team ON team.id = member.team_id
WHERE colleague.is_active AND member.team_id = ANY(%(teams)s) AND EXISTS (
    SELECT FROM access_grant AS held
    WHERE held.user_id = colleague.id AND held.ended_at IS NULL AND held.role = ANY(%(working_roles)s)
)
GROUP BY colleague.id
ORDER BY kind, name, id
