-- name: diary
-- Accounts that get a task in the diary: one in so many of those that are open.
SELECT id FROM accounts_account WHERE state = 'open' AND NOT is_house AND id %% %(every)s = 0 ORDER BY id;

-- name: user_names
SELECT username FROM access_user;

-- name: same_password
-- Give everybody the password of one.
UPDATE access_user SET password = (SELECT password FROM access_user WHERE username = %(name)s);

-- name: teams
SELECT id FROM access_team ORDER BY id;

-- name: payments_to_come
-- Open items of a client whose payment comes in: first of accounts for which something is due on a day, then of as many others.
WITH candidate AS (
    SELECT DISTINCT ON (item.account_id) item.reference, item.open_minor, item.account_id,
           book.next_review_on IS NOT DISTINCT FROM %(day)s::date AS is_due
    FROM accounts_item AS item
    JOIN strategy_book AS book ON book.account_id = item.account_id
    WHERE item.client_id = %(client)s AND item.open_minor > 0 AND item.currency = 'GBP'
    ORDER BY item.account_id, item.id
), dealt AS (
    SELECT reference, open_minor, row_number() OVER (PARTITION BY is_due ORDER BY hashint8extended(account_id, 8)) AS place
    FROM candidate
)
SELECT reference, open_minor FROM dealt WHERE place <= %(half)s ORDER BY place;

-- name: paid_since
SELECT count(*) FROM payments_payment WHERE source = 'bank_line' AND received_at >= %(at)s;

-- name: rest_of_work
SELECT (SELECT count(*) FROM strategy_touched)
     + (SELECT count(*) FROM procrastinate_jobs
        WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at <= now(), true)));

-- name: decided
SELECT count(*) FROM strategy_decision WHERE run_id = %(run)s;

-- name: due_tasks
SELECT team.name, count(*) AS tasks
FROM worklists_work_item AS work
JOIN access_team AS team ON team.id = work.team_id
WHERE work.state = 'open'
GROUP BY team.name
ORDER BY team.name;
