-- name: sums
-- What ways of dealing accounts out say of a split, in accounts that came to its state from %(since)s on and whose window is over
-- by %(day)s. An account that came within the window before counts as having come then. It weighs what the policy would have given
-- its arm over the chance that was kept with the decision, in millionths, so that sums are exact. Measures are those of trials.sql.
-- Rows without a policy only count accounts by arm: all that "came", and those whose window is "over" with what they have.
WITH entered AS (
    SELECT decision.account_id, decision.due_on AS entered_on, decision.facts ->> %(word)s AS arm,
        (decision.facts -> %(chances)s ->> (decision.facts ->> %(word)s))::integer AS chance,
        decision.due_on - lag(decision.due_on) OVER (
            PARTITION BY decision.account_id ORDER BY decision.due_on, decision.id
        ) AS days_since
    FROM strategy_decision AS decision
    JOIN unnest(%(versions)s::integer[], %(effects)s::smallint[]) AS entering(version_id, effect) USING (version_id, effect)
    WHERE decision.due_on BETWEEN %(since)s::date - %(window)s::integer AND %(day)s
),
came AS (
    SELECT came.*, CASE WHEN %(by_debtor)s THEN account.party_id ELSE account.id END AS unit,
        came.entered_on + %(window)s::integer AS over_on, owed.balance
    FROM entered AS came
    JOIN accounts_account AS account ON account.id = came.account_id AND NOT account.is_house
    CROSS JOIN LATERAL {balance} AS owed
    WHERE came.entered_on >= %(since)s AND (came.days_since IS NULL OR came.days_since >= %(window)s)
        AND came.chance > 0 AND owed.balance > 0
),
measured AS (
    SELECT came.*, (CASE %(measure)s
        WHEN 'paid_in_full' THEN coalesce({collected}, 0) >= came.balance
        WHEN 'promise_kept' THEN {promise_kept}
        END)::integer AS reached,
        {disputed}::integer AS disputed
    FROM came WHERE came.over_on <= %(day)s
),
of_units AS (
    SELECT policy.name, value.measure, measured.unit, sum(weight.of_one * value.y)::numeric AS y, sum(weight.of_one)::numeric AS x
    FROM measured
    JOIN unnest(%(policies)s::text[], %(arms)s::text[], %(shares)s::integer[]) AS policy(name, arm, share) USING (arm)
    CROSS JOIN LATERAL (SELECT round(1000000.0 * policy.share / measured.chance) AS of_one) AS weight
    CROSS JOIN LATERAL (VALUES (%(measure)s, measured.reached), ('disputed', measured.disputed)) AS value(measure, y)
    WHERE policy.share > 0
    GROUP BY policy.name, value.measure, measured.unit
)
SELECT name, measure, count(*)::bigint AS units, sum(y)::numeric AS y, sum(x)::numeric AS x,
    sum(y * y)::numeric AS yy, sum(x * y)::numeric AS xy, sum(x * x)::numeric AS xx
FROM of_units GROUP BY name, measure
UNION ALL
SELECT arm, 'came', count(*), 0, 0, 0, 0, 0 FROM came GROUP BY arm
UNION ALL
SELECT arm, 'over', count(*), sum(reached), sum(disputed), 0, 0, 0 FROM measured GROUP BY arm

-- name: unsound
-- Find shares that deal out more or less than everybody, that held on a day already decided, or that were set while frozen. A freeze
-- that waited for them says an earlier instant than theirs, by a moment.
SELECT NULL::bigint AS account_id,
    learned.strategy || ', ' || learned.split || ', from ' || learned.since || ': ' || concat_ws(', ',
        CASE WHEN share.total <> 100 OR share.least < 1 THEN 'its shares are not a hundred, or one is nothing' END,
        CASE WHEN learned.since <= (learned.set_at AT TIME ZONE %(zone)s)::date THEN 'it held before it was set' END,
        CASE WHEN act.kind = 'frozen' THEN 'it was set while frozen' END
    ) AS what
FROM strategy_learned_shares AS learned
CROSS JOIN LATERAL (
    SELECT sum(value::integer) AS total, min(value::integer) AS least FROM jsonb_each_text(learned.shares)
) AS share
LEFT JOIN LATERAL (
    SELECT kind FROM strategy_split_act AS act
    WHERE act.strategy = learned.strategy AND act.split = learned.split AND act.at < learned.set_at - interval '1 minute'
    ORDER BY act.id DESC LIMIT 1
) AS act ON true
WHERE share.total <> 100 OR share.least < 1 OR act.kind = 'frozen'
    OR learned.since <= (learned.set_at AT TIME ZONE %(zone)s)::date

-- name: other_chances
-- Find decisions that kept other chances than the shares that their split had on the day the account came to the state: the day of
-- the decision by which it came, the day it had come for every other.
SELECT decision.account_id, 'was decided for on ' || decision.due_on || ' by other chances than the split '
    || learner.split || ' had on ' || came.day AS what
FROM jsonb_to_recordset(%(learners)s::jsonb) AS learner(
    version_id integer, word text, strategy text, split text, terms text, shares jsonb, coming smallint[]
)
JOIN strategy_decision AS decision USING (version_id)
CROSS JOIN LATERAL (
    SELECT CASE WHEN decision.effect = ANY(learner.coming) THEN decision.due_on ELSE decision.from_entered_on END AS day
) AS came
WHERE decision.facts -> (learner.word || %(behind)s) <> coalesce(
    (
        SELECT learned.shares FROM strategy_learned_shares AS learned
        WHERE learned.strategy = learner.strategy AND learned.split = learner.split AND learned.terms = learner.terms
            AND learned.since <= came.day
        ORDER BY learned.since DESC LIMIT 1
    ),
    learner.shares
)
