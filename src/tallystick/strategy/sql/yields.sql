-- name: of_steps
-- Give what is known of some steps: how often accounts waited for each with its day from %(since)s + %(days)s until %(until)s, how often they
-- got it, and their first payments with the days at risk, in the %(days)s days before the planned day and after the step. The step
-- that is waited for is named by version and place, and the effect by which it comes by number.
WITH stay AS (
    -- An account stood before a step until something moved it: the step, or whatever came first.
    SELECT step.number, decision.id, decision.account_id, decision.due_on AS left_on, decision.effect = step.effect AS is_given,
        decision.from_review_on AS planned_on, greatest(decision.from_entered_on, decision.from_stepped_on) AS came_on
    FROM strategy_decision AS decision
    JOIN unnest(%(versions)s::integer[], %(places)s::smallint[], %(effects)s::smallint[], %(numbers)s::integer[])
        AS step(version_id, from_place, effect, number) USING (version_id, from_place)
    WHERE decision.due_on >= %(since)s AND decision.to_place <> decision.from_place
        AND decision.from_review_on BETWEEN %(since)s::date + %(days)s::integer AND %(until)s
        AND (%(clients)s::bigint[] IS NULL OR EXISTS (
            SELECT FROM accounts_account AS account
            WHERE account.id = decision.account_id AND account.client_id = ANY(%(clients)s)
        ))
),
spell AS (
    -- An account is at risk on the day it leaves by itself, and no more on the day of the step.
    SELECT stay.number, stay.account_id, false AS is_after, greatest(stay.came_on, stay.planned_on - %(days)s::integer) AS begins_on,
        least(stay.planned_on, stay.left_on + CASE WHEN stay.is_given THEN 0 ELSE 1 END) AS ends_on
    FROM stay
    UNION ALL
    SELECT stay.number, stay.account_id, true, stay.left_on, least(stay.left_on + %(days)s::integer, another.due_on)
    FROM stay
    LEFT JOIN LATERAL (
        SELECT min(decision.due_on) AS due_on FROM strategy_decision AS decision
        JOIN unnest(%(felt_versions)s::integer[], %(felt_effects)s::smallint[]) AS felt(version_id, effect) USING (version_id, effect)
        WHERE decision.account_id = stay.account_id AND decision.id > stay.id AND decision.due_on >= stay.left_on
            AND decision.due_on < stay.left_on + %(days)s::integer
    ) AS another ON true
    WHERE stay.is_given AND stay.left_on <= %(until)s
),
paid AS (
    SELECT spell.number, spell.is_after, first.day IS NOT NULL AS has_paid,
        coalesce(first.day + 1, spell.ends_on) - spell.begins_on AS days
    FROM spell
    LEFT JOIN LATERAL (
        SELECT min(entry.booked_on) AS day FROM ledger_entry AS entry
        WHERE entry.account_id = spell.account_id AND entry.debit = ANY(%(money)s) AND entry.credit = ANY(%(owed)s)
            AND entry.booked_on >= spell.begins_on AND entry.booked_on < spell.ends_on
    ) AS first ON true
    WHERE spell.ends_on > spell.begins_on
)
SELECT number, waited, given,
    coalesce(paid_before, 0) AS paid_before, coalesce(days_before, 0)::bigint AS days_before,
    coalesce(paid_after, 0) AS paid_after, coalesce(days_after, 0)::bigint AS days_after
FROM (
    SELECT number, count(*) AS waited, count(*) FILTER (WHERE is_given AND left_on <= %(until)s) AS given FROM stay GROUP BY number
) AS stays
LEFT JOIN (
    SELECT number,
        count(*) FILTER (WHERE has_paid AND NOT is_after) AS paid_before, sum(days) FILTER (WHERE NOT is_after) AS days_before,
        count(*) FILTER (WHERE has_paid AND is_after) AS paid_after, sum(days) FILTER (WHERE is_after) AS days_after
    FROM paid GROUP BY number
) AS rates USING (number)
ORDER BY number
