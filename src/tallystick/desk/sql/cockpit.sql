-- name: glance
-- Give what is only counted or looked up for the page of an account: paid items, who is at it since when, and how much still waits
-- for the reader, counted no further than anybody cares.
SELECT (SELECT count(*) FROM accounts_item WHERE account_id = %(account)s AND open_minor = 0) AS settled_items,
       claim.user_id AS taken_by, claim.taken_at, claim.work_item_id,
       coalesce(nullif(colleague.full_name, ''), colleague.username, '') AS taken_by_name,
       CASE WHEN %(user_id)s::bigint IS NULL THEN 0 ELSE (
           SELECT count(*) FROM (
               SELECT FROM worklists_work_item
               WHERE state = 'open' AND assignee_id = %(user_id)s AND due_on <= %(today)s
               LIMIT %(most)s
           ) AS mine
       ) + (
           SELECT count(*) FROM (
               SELECT FROM access_membership AS member
               JOIN worklists_work_item AS work ON work.team_id = member.team_id
               WHERE member.user_id = %(user_id)s AND work.state = 'open' AND work.assignee_id IS NULL
                 AND work.due_on <= %(today)s
                 AND (%(clients)s::bigint[] IS NULL OR work.client_id = ANY(%(clients)s))
               LIMIT %(most)s
           ) AS of_teams
       ) END AS waiting
FROM (SELECT) AS nothing
LEFT JOIN worklists_claim AS claim ON claim.account_id = %(account)s AND claim.until_at > %(at)s
LEFT JOIN access_user AS colleague ON colleague.id = claim.user_id;

-- name: others
-- Give the other accounts of a party within the scope, what is open on each, and how old it is; those that owe most first.
SELECT account.id, account.reference, account.currency, account.state, client.name AS client,
       (coalesce(open.minor, 0) - account.on_account_minor)::bigint AS balance_minor, open.oldest_due_on
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
LEFT JOIN LATERAL (
    SELECT sum(open_minor) AS minor, min(due_on) AS oldest_due_on
    FROM accounts_item AS item
    WHERE item.account_id = account.id AND open_minor > 0
) AS open ON true
WHERE account.party_id = %(party)s AND account.id <> %(account)s AND NOT account.is_house
  AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
ORDER BY account.state = 'closed', balance_minor DESC, account.id
LIMIT %(most)s;

-- name: related
-- Give the other parties of an account, with a number to reach each.
SELECT related.id, related.role, related.has_authority, party.name, party.id AS party_id, point.value AS reach, point.kind AS reach_kind,
       point.value_key AS reach_key
FROM accounts_related_party AS related
JOIN parties_party AS party ON party.id = related.party_id
LEFT JOIN LATERAL (
    SELECT value, kind, value_key FROM parties_contact_point
    WHERE party_id = party.id AND state <> 'bad' AND consent IS NOT false
    ORDER BY preferred DESC, kind = 'email', id
    LIMIT 1
) AS point ON true
WHERE related.account_id = %(account)s
ORDER BY related.role, party.name, related.id;

-- name: entries_of_item
-- Give what happened to an item in the ledger, oldest first, with what was open after each.
SELECT entry.id, entry.booked_on, entry.posted_at, entry.amount_minor, entry.cause_kind, entry.cause_id,
       entry.reverses_id IS NOT NULL AS is_reversal, entry.debit = item.head AS is_charge,
       (sum(CASE WHEN entry.debit = item.head THEN entry.amount_minor ELSE -entry.amount_minor END)
           OVER (ORDER BY entry.booked_on, entry.id))::bigint AS open_minor
FROM accounts_item AS item
JOIN ledger_entry AS entry ON entry.account_id = item.account_id AND entry.item_id = item.id
WHERE item.account_id = %(account)s AND item.id = %(item)s
ORDER BY entry.booked_on, entry.id;

-- name: seen
-- Give the accounts a person looked at last, the latest first, those within the scope.
WITH looked AS (
    SELECT account_id, max(at) AS at
    FROM (
        SELECT account_id, at FROM access_auditevent
        WHERE user_id = %(user_id)s AND account_id IS NOT NULL
        ORDER BY at DESC
        LIMIT 200
    ) AS lately
    GROUP BY account_id
)
SELECT account.id AS account_id, account.reference, account.currency, account.state, client.name AS client, party.name AS party,
       looked.at, (coalesce(open.minor, 0) - account.on_account_minor)::bigint AS balance_minor
FROM looked
JOIN accounts_account AS account ON account.id = looked.account_id AND NOT account.is_house
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN LATERAL (
    SELECT sum(open_minor) AS minor FROM accounts_item AS item WHERE item.account_id = account.id AND open_minor > 0
) AS open ON true
WHERE %(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s)
ORDER BY looked.at DESC
LIMIT %(most)s
