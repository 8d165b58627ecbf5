-- name: sums
-- Give the sums of a trial on a day: by measure, by what accounts are grouped by, and by arm. An account enters when it first comes
-- to the state of the trial from %(starts_on)s on, in one of the versions; its window is over when %(window)s days have passed, the
-- day it came included. Rows of the dimension "excluded" only count accounts, by why; "waiting" those whose window is not over.
-- Where a version had no such split yet, accounts count to the arm %(otherwise)s, or to none.
WITH came AS (
    SELECT decision.account_id, min(decision.due_on) FILTER (WHERE decision.due_on >= %(starts_on)s) AS entered_on,
        bool_or(decision.due_on < %(starts_on)s) AS was_before,
        (array_agg(coalesce(decision.facts ->> %(word)s, %(otherwise)s) ORDER BY decision.id)
            FILTER (WHERE decision.due_on >= %(starts_on)s))[1] AS arm
    FROM strategy_decision AS decision
    JOIN unnest(%(versions)s::integer[], %(effects)s::smallint[]) AS entering(version_id, effect) USING (version_id, effect)
    WHERE decision.due_on BETWEEN %(starts_on)s::date - %(window)s::integer AND %(day)s
    GROUP BY decision.account_id
    HAVING bool_or(decision.due_on >= %(starts_on)s)
),
known AS (
    SELECT came.*, account.currency, client.name AS client, client.name || ', ' || portfolio.name AS portfolio,
        coalesce(team.name, '') AS team, party.kind, owed.balance,
        came.entered_on - oldest.due_on AS age_then,
        CASE WHEN %(by_debtor)s THEN account.party_id ELSE account.id END AS unit,
        came.entered_on + %(window)s::integer AS over_on,
        CASE
            WHEN came.was_before THEN 'before'
            WHEN EXISTS (
                SELECT FROM strategy_decision AS other
                WHERE other.account_id = came.account_id AND other.due_on BETWEEN %(starts_on)s AND %(day)s
                    AND other.version_id = ANY(%(of_strategy)s::integer[]) AND other.facts ->> %(word)s <> came.arm
            ) THEN 'changed'
            WHEN %(currency)s <> '' AND account.currency <> %(currency)s THEN 'currency'
            WHEN coalesce(owed.balance, 0) <= 0 THEN 'owed_nothing'
        END AS excluded
    FROM came
    JOIN accounts_account AS account ON account.id = came.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    JOIN accounts_portfolio AS portfolio ON portfolio.id = account.portfolio_id
    JOIN parties_party AS party ON party.id = account.party_id
    LEFT JOIN access_team AS team ON team.id = client.team_id
    CROSS JOIN LATERAL {balance} AS owed
    CROSS JOIN LATERAL (
        SELECT min(item.due_on) AS due_on FROM accounts_item AS item
        WHERE item.account_id = came.account_id AND item.issued_on <= came.entered_on
            AND (item.settled_on IS NULL OR item.settled_on >= came.entered_on)
    ) AS oldest
    WHERE came.arm = ANY(%(arms)s::text[]) AND NOT account.is_house
        AND (%(client)s::bigint IS NULL OR account.client_id = %(client)s)
),
measured AS (
    SELECT came.*, least(greatest(coalesce(money.collected, 0), 0), came.balance) AS collected,
        {promise_kept}::integer AS promise_kept,
        {disputed}::integer AS disputed,
        (
            SELECT count(*) FROM contact_message AS message
            WHERE message.account_id = came.account_id AND message.channel IN ('email', 'letter', 'sms')
                AND (message.sent_at AT TIME ZONE %(zone)s)::date >= came.entered_on
                AND (message.sent_at AT TIME ZONE %(zone)s)::date < came.over_on
        ) + (
            SELECT count(*) FROM contact_call AS call
            WHERE call.account_id = came.account_id AND call.direction = 'out'
                AND (call.called_at AT TIME ZONE %(zone)s)::date >= came.entered_on
                AND (call.called_at AT TIME ZONE %(zone)s)::date < came.over_on
        ) AS contacts
    FROM known AS came
    CROSS JOIN LATERAL {collected} AS money
    WHERE came.excluded IS NULL AND came.over_on <= %(day)s
),
of_units AS (
    SELECT value.measure, part.dimension, part.value, measured.arm, measured.unit,
        sum(value.y)::numeric AS y, sum(value.x)::numeric AS x
    FROM measured
    CROSS JOIN LATERAL (VALUES
        ('paid_in_full', (measured.collected >= measured.balance)::integer::bigint, 1::bigint),
        ('collected', measured.collected::bigint, measured.balance),
        ('promise_kept', measured.promise_kept::bigint, 1),
        ('contacts', measured.contacts, 1),
        ('disputed', measured.disputed::bigint, 1)
    ) AS value(measure, y, x)
    CROSS JOIN LATERAL (VALUES
        ('all', ''), ('client', measured.client), ('portfolio', measured.portfolio), ('team', measured.team), ('kind', measured.kind),
        ('age', CASE WHEN measured.age_then IS NULL OR measured.age_then <= 0 THEN '0' WHEN measured.age_then <= 30 THEN '1'
            WHEN measured.age_then <= 60 THEN '31' WHEN measured.age_then <= 90 THEN '61' ELSE '91' END)
    ) AS part(dimension, value)
    WHERE (part.dimension = 'all' OR value.measure = %(measure)s) AND (value.measure <> 'collected' OR %(currency)s <> '')
    GROUP BY value.measure, part.dimension, part.value, measured.arm, measured.unit
)
SELECT measure, dimension, value, arm, count(*)::bigint AS units, sum(y)::numeric AS y, sum(x)::numeric AS x,
    sum(y * y)::numeric AS yy, sum(x * y)::numeric AS xy, sum(x * x)::numeric AS xx
FROM of_units GROUP BY measure, dimension, value, arm
UNION ALL
SELECT '', 'excluded', excluded, arm, count(*), 0, 0, 0, 0, 0 FROM known WHERE excluded IS NOT NULL GROUP BY excluded, arm
UNION ALL
SELECT '', 'waiting', '', arm, count(DISTINCT unit), 0, 0, 0, 0, 0
FROM known WHERE excluded IS NULL AND over_on > %(day)s GROUP BY arm
UNION ALL
-- Every unit that was dealt out, whether its window is over or not: what the shares are checked by.
SELECT '', 'entered', '', arm, count(DISTINCT unit), 0, 0, 0, 0, 0 FROM known WHERE excluded IS NULL GROUP BY arm

-- name: balance
-- What an account that came to a state owed then: all that was booked before, and what was added on the day.
(
    SELECT sum(CASE WHEN entry.debit = ANY(%(owed)s) THEN entry.amount_minor ELSE 0 END
        - CASE WHEN entry.credit = ANY(%(owed)s) THEN entry.amount_minor ELSE 0 END)::bigint AS balance
    FROM ledger_entry AS entry
    WHERE entry.account_id = came.account_id
        AND (entry.booked_on < came.entered_on OR (entry.booked_on = came.entered_on AND entry.cause_kind = %(added)s))
)

-- name: collected
-- What it paid in its window.
(
    SELECT sum(CASE WHEN entry.debit = ANY(%(money)s) AND entry.credit = ANY(%(owed)s) THEN entry.amount_minor
        WHEN entry.credit = ANY(%(money)s) AND entry.debit = ANY(%(owed)s) THEN -entry.amount_minor END) AS collected
    FROM ledger_entry AS entry
    WHERE entry.account_id = came.account_id AND entry.booked_on >= came.entered_on AND entry.booked_on < came.over_on
)

-- name: promise_kept
-- Whether a promise of it was kept in its window.
EXISTS (
    SELECT FROM promises_promise AS promise
    WHERE promise.account_id = came.account_id AND promise.state IN ('kept', 'partly_kept')
        AND promise.ended_on >= came.entered_on AND promise.ended_on < came.over_on
)

-- name: disputed
-- Whether it was disputed in its window.
EXISTS (
    SELECT FROM disputes_dispute AS dispute
    WHERE dispute.account_id = came.account_id AND dispute.raised_on >= came.entered_on AND dispute.raised_on < came.over_on
)
