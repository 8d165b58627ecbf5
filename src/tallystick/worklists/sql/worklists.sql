-- name: open_tasks
-- Ask for one piece of work on every chosen account; one that was asked for the same cause stands already and is left out.
INSERT INTO worklists_work_item (
    account_id, cause_id, cause_kind, action_no, client_id, team_id, assignee_id, created_by_id, created_by, created_at,
    due_on, priority, rank, kind, state, title, note, outcome, outcome_note, done_by, mark, asked_on, limit_on, is_awaited
)
SELECT account.id, chosen.cause_id, %(cause_kind)s, %(action_no)s, account.client_id,
       coalesce(%(team)s::bigint, client.team_id),
       CASE WHEN %(to_owner)s THEN account.owner_id ELSE %(assignee)s::bigint END,
       %(user_id)s, %(by)s, %(at)s, %(due_on)s, %(priority)s, %(rank)s, %(work_kind)s, 'open', %(title)s, %(note)s, '', '', '',
       %(mark)s, %(asked_on)s::date, %(limit_on)s::date, %(is_awaited)s
FROM unnest(%(account_ids)s::bigint[], %(cause_ids)s::bigint[]) AS chosen(account_id, cause_id)
JOIN accounts_account AS account ON account.id = chosen.account_id AND account.state = 'open'
JOIN accounts_client AS client ON client.id = account.client_id
ORDER BY account.id
ON CONFLICT (account_id, cause_kind, cause_id, action_no) DO NOTHING
RETURNING id, account_id, client_id;

-- name: told_opened
-- What the timeline is told of each task that was opened.
SELECT made.account_id, %(common)s::jsonb || jsonb_build_object('work_item_id', made.id) AS data, client.today AS happened_on
FROM made
JOIN (
    SELECT id, (%(at)s::timestamptz AT TIME ZONE time_zone)::date AS today FROM accounts_client
) AS client ON client.id = made.client_id;

-- name: recall_held
-- Ask for one look at each account, or item, whose hold ran out lately, where a person had placed it: the account's owner, or else
-- whoever placed the hold. What was paid meanwhile is let be.
INSERT INTO worklists_work_item (
    account_id, cause_id, cause_kind, action_no, client_id, team_id, assignee_id, created_by, created_at,
    due_on, priority, rank, kind, state, title, note, outcome, outcome_note, done_by
)
SELECT account.id, hold.id, 'hold', 0, account.client_id, client.team_id, coalesce(account.owner_id, person.id), %(by)s, %(at)s,
       local.today, %(priority)s, %(priority)s - (local.today - DATE '0001-01-01' + 1), %(kind)s, 'open',
       CASE WHEN item.id IS NULL THEN %(of_account)s ELSE replace(%(of_item)s, '{item}', item.reference) END, hold.note, '', '', ''
FROM holds_hold AS hold
JOIN accounts_account AS account ON account.id = hold.account_id AND account.state = 'open'
JOIN accounts_client AS client ON client.id = account.client_id
CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today) AS local
LEFT JOIN access_user AS person ON person.id = hold.placed_by_id AND person.is_active
LEFT JOIN accounts_item AS item ON item.id = hold.item_id
WHERE hold.account_id = ANY(%(account_ids)s) AND hold.ending = 'expired' AND hold.ended_at > %(since)s
  AND hold.placed_by_id IS NOT NULL AND (hold.item_id IS NULL OR item.open_minor > 0)
ORDER BY hold.id
ON CONFLICT (account_id, cause_kind, cause_id, action_no) DO NOTHING
RETURNING id, account_id, title, due_on;

-- name: cancel_tasks
-- Cancel all open work of some accounts.
UPDATE worklists_work_item
SET state = 'cancelled', done_at = %(at)s, done_by = %(by)s, done_by_id = %(user_id)s, outcome_note = %(reason)s
WHERE account_id = ANY(%(account_ids)s) AND state = 'open'
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
RETURNING id, account_id, title;

-- name: cancel_of_causes
-- Cancel the open work that causes had asked for.
UPDATE worklists_work_item
SET state = 'cancelled', done_at = %(at)s, done_by = %(by)s, done_by_id = %(user_id)s, outcome_note = %(reason)s
WHERE account_id = ANY(%(account_ids)s) AND cause_kind = %(cause_kind)s AND cause_id = ANY(%(cause_ids)s) AND state = 'open'
RETURNING id, account_id, title;

-- name: overrun_tasks
-- Say of the open work of a mark that it was not done in time, and give it more weight or to others where that is asked for. The rank
-- grows with the priority (`rules.rank`).
UPDATE worklists_work_item AS work
SET overran_at = %(at)s,
    priority = greatest(work.priority, coalesce(%(priority)s::smallint, work.priority)),
    rank = work.rank + greatest(work.priority, coalesce(%(priority)s::smallint, work.priority)) - work.priority,
    team_id = coalesce(%(team)s::bigint, work.team_id),
    assignee_id = CASE WHEN %(to_owner)s THEN coalesce(account.owner_id, work.assignee_id) WHEN %(team)s::bigint IS NULL THEN work.assignee_id END
FROM accounts_account AS account
WHERE work.account_id = ANY(%(account_ids)s) AND work.state = 'open' AND work.mark = %(mark)s AND work.overran_at IS NULL
  AND work.limit_on <= %(on)s
  AND account.id = work.account_id
RETURNING work.id, work.account_id, work.title, work.limit_on;

-- name: weigh_tasks
-- Give the open work of some accounts the points of each; what has them already stays as it is.
UPDATE worklists_work_item AS work
SET points = weighed.points, rank = work.rank + weighed.points - work.points
FROM {rows} AS weighed
WHERE work.account_id = weighed.account_id AND work.state = 'open' AND work.points <> weighed.points;

-- name: put_off_tasks
-- Put open work off to another day; the rank is priority and points less the number of the day (`rules.rank`).
UPDATE worklists_work_item
SET due_on = %(due_on)s, due_at = NULL, rank = priority + points - %(day_number)s
WHERE id = ANY(%(ids)s) AND state = 'open' AND (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
RETURNING id, account_id, title;

-- name: next_of_mine
-- Give the foremost work that is assigned to a person and due, past accounts that somebody else is at.
SELECT work.id, work.account_id
FROM worklists_work_item AS work
WHERE work.state = 'open' AND work.assignee_id = %(user_id)s AND work.due_on <= %(today)s
  AND (work.due_at IS NULL OR work.due_at <= %(at)s)
  AND (%(clients)s::bigint[] IS NULL OR work.client_id = ANY(%(clients)s))
  AND work.account_id <> ALL(%(passed)s::bigint[])
  AND NOT EXISTS (
      SELECT FROM worklists_claim AS claim
      WHERE claim.account_id = work.account_id AND claim.until_at > %(at)s AND claim.user_id <> %(user_id)s
  )
ORDER BY work.rank DESC, work.id
LIMIT 1
FOR UPDATE OF work SKIP LOCKED;

-- name: next_of_team
-- Give the foremost work of any of the teams that nobody is assigned to and that is due, past accounts that somebody else is at.
SELECT foremost.id, foremost.account_id
FROM unnest(%(teams)s::bigint[]) AS team(id)
CROSS JOIN LATERAL (
    SELECT work.id, work.account_id, work.rank
    FROM worklists_work_item AS work
    WHERE work.state = 'open' AND work.assignee_id IS NULL AND work.team_id = team.id AND work.due_on <= %(today)s
      AND (work.due_at IS NULL OR work.due_at <= %(at)s)
      AND (%(clients)s::bigint[] IS NULL OR work.client_id = ANY(%(clients)s))
      AND work.account_id <> ALL(%(passed)s::bigint[])
      AND NOT EXISTS (
          SELECT FROM worklists_claim AS claim
          WHERE claim.account_id = work.account_id AND claim.until_at > %(at)s AND claim.user_id <> %(user_id)s
      )
    ORDER BY work.rank DESC, work.id
    LIMIT 1
    FOR UPDATE OF work SKIP LOCKED
) AS foremost
ORDER BY foremost.rank DESC, foremost.id
LIMIT 1;

-- name: claim
-- Take an account for a person unless somebody else is at it. No row: somebody else was faster.
INSERT INTO worklists_claim (account_id, user_id, work_item_id, taken_at, until_at)
VALUES (%(account)s, %(user_id)s, %(work_item)s, %(at)s, %(until)s)
ON CONFLICT (account_id) DO UPDATE
SET user_id = excluded.user_id, work_item_id = excluded.work_item_id, taken_at = excluded.taken_at,
    until_at = excluded.until_at
WHERE worklists_claim.user_id = excluded.user_id OR worklists_claim.until_at <= excluded.taken_at
RETURNING account_id;

-- name: worklist
-- Give a page of open work with the account behind it, foremost first. The next page begins after (rank, id) of the last row.
SELECT work.id, work.account_id, work.kind, work.title, work.due_on, work.due_at, work.priority, work.points, work.rank,
       work.assignee_id,
       work.team_id, account.reference, account.currency, client.name AS client, party.name AS party,
       coalesce(open.minor, 0)::bigint - account.on_account_minor AS balance_minor, open.oldest_due_on,
       claim.user_id AS taken_by
FROM worklists_work_item AS work
JOIN accounts_account AS account ON account.id = work.account_id
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN LATERAL (
    SELECT sum(open_minor) AS minor, min(due_on) AS oldest_due_on
    FROM accounts_item AS item
    WHERE item.account_id = work.account_id AND open_minor > 0
) AS open ON true
LEFT JOIN worklists_claim AS claim ON claim.account_id = work.account_id AND claim.until_at > %(at)s
WHERE work.id IN (SELECT id FROM ({page}) AS page)
ORDER BY work.rank DESC, work.id;

-- name: page_of_person
-- A page of the work assigned to a person.
SELECT id, rank FROM worklists_work_item
WHERE assignee_id = %(assignee)s AND {wanted}
ORDER BY rank DESC, id
LIMIT %(limit)s;

-- name: page_of_teams
-- A page of the work that nobody of some teams is assigned to: the foremost of each team, and of those the foremost.
SELECT foremost.id, foremost.rank
FROM unnest(%(teams)s::bigint[]) AS team(id)
CROSS JOIN LATERAL (
    SELECT id, rank FROM worklists_work_item
    WHERE team_id = team.id AND assignee_id IS NULL AND {wanted}
    ORDER BY rank DESC, id
    LIMIT %(limit)s
) AS foremost
ORDER BY foremost.rank DESC, foremost.id
LIMIT %(limit)s;

-- name: page_of_all
-- A page of all work: the foremost of each team, of each person and of what lies with no team, and of those the foremost. So it is
-- read along the indexes of teams and people, and never sorted as a whole.
SELECT id, rank
FROM (
    SELECT foremost.id, foremost.rank
    FROM access_team AS team
    CROSS JOIN LATERAL (
        SELECT id, rank FROM worklists_work_item
        WHERE team_id = team.id AND assignee_id IS NULL AND {wanted}
        ORDER BY rank DESC, id
        LIMIT %(limit)s
    ) AS foremost
    UNION ALL
    SELECT foremost.id, foremost.rank
    FROM access_user AS person
    CROSS JOIN LATERAL (
        SELECT id, rank FROM worklists_work_item
        WHERE assignee_id = person.id AND {wanted}
        ORDER BY rank DESC, id
        LIMIT %(limit)s
    ) AS foremost
    UNION ALL
    (
        SELECT id, rank FROM worklists_work_item
        WHERE team_id IS NULL AND assignee_id IS NULL AND {wanted}
        ORDER BY rank DESC, id
        LIMIT %(limit)s
    )
) AS foremost
ORDER BY rank DESC, id
LIMIT %(limit)s;

-- name: wanted
-- The common condition of pages: open, due by a day, within the scope and the filters, after the last row of the page before.
state = 'open' AND due_on <= %(due_by)s
AND (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
AND (%(kind)s::text IS NULL OR kind = %(kind)s)
AND (%(client)s::bigint IS NULL OR client_id = %(client)s)
AND (%(after_rank)s::integer IS NULL OR (
    rank <= %(after_rank)s AND (rank < %(after_rank)s OR id > %(after_id)s::bigint)
));

-- name: totals
-- Count the work of a worklist, its accounts, and what they owe, by currency. An account with two pieces of work owes once.
WITH wanted AS (
    SELECT account_id, count(*) AS tasks FROM worklists_work_item AS work
    WHERE (%(assignee)s::bigint IS NULL OR assignee_id = %(assignee)s)
      AND (%(teams)s::bigint[] IS NULL OR (assignee_id IS NULL AND team_id = ANY(%(teams)s)))
      AND {wanted}
    GROUP BY account_id
)
SELECT account.currency, sum(wanted.tasks)::bigint AS tasks, count(*) AS accounts,
       (coalesce(sum(open.minor), 0) - sum(account.on_account_minor))::bigint AS balance_minor
FROM wanted
JOIN accounts_account AS account ON account.id = wanted.account_id
LEFT JOIN (
    SELECT account_id, sum(open_minor) AS minor
    FROM accounts_item
    WHERE open_minor > 0 AND account_id IN (SELECT account_id FROM wanted)
    GROUP BY account_id
) AS open ON open.account_id = account.id
GROUP BY account.currency
ORDER BY account.currency;

-- name: depth
-- Count open work that is due, and the oldest of it, for a person and for some teams: of each up to a number, along the index that a
-- worklist is read by. Nobody waits until a million tasks are counted.
WITH mine AS (
    SELECT due_on FROM worklists_work_item
    WHERE state = 'open' AND assignee_id = %(user_id)s AND due_on <= %(today)s
      AND (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
    LIMIT %(most)s + 1
), team AS (
    SELECT work.due_on
    FROM unnest(%(teams)s::bigint[]) AS team(id)
    CROSS JOIN LATERAL (
        SELECT due_on FROM worklists_work_item
        WHERE state = 'open' AND assignee_id IS NULL AND team_id = team.id AND due_on <= %(today)s
          AND (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
        LIMIT %(most)s + 1
    ) AS work
    LIMIT %(most)s + 1
)
SELECT (SELECT count(*) FROM mine) AS mine, (SELECT count(*) FROM team) AS team,
       least((SELECT min(due_on) FROM mine), (SELECT min(due_on) FROM team)) AS oldest_due_on;
