-- name: stale
-- Find decisions of a run that say otherwise than what stood on the timeline when the run looked at their account. `looks` are what
-- each part of the book had seen: `upto`, the first transaction that had not begun, and those in flight. An event was known when its
-- transaction had ended by then: surely so when it began before all of those in flight, for one in flight may have written under the
-- number of a part of itself, which is not listed. Between the two it may have been known or not, and either is right. What a
-- decision went by is today's row with everything undone that came after it. Events of the days before have long been answered: they
-- are left to the facts' own invariant.
--
-- What one restore brought in one transaction says nothing of its order, and is passed over.
WITH look AS (
    SELECT leaf, upto, in_flight, mark
    FROM unnest(%(leaves)s::text[], %(uptos)s::bigint[], %(in_flights)s::text[], %(marks)s::bigint[])
        AS given(leaf, upto, in_flight, mark)
), told AS MATERIALIZED (
    SELECT event.account_id, event.id, event.kind, event.happened_on, event.data,
           event.xmin::text::bigint AS writer_as_kept,
           -- The number in full, of which a row keeps the lower half.
           now.next - (now.next - event.xmin::text::bigint) %% 4294967296 AS writer
    FROM timeline_event AS event
    CROSS JOIN (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS now
    WHERE event.recorded_at >= %(since)s AND event.kind = ANY(%(kinds)s)
), decided AS MATERIALIZED (
    SELECT decision.account_id, decision.id AS decision_id, look.upto, look.in_flight::bigint[] AS in_flight, look.mark
    FROM strategy_decision AS decision
    JOIN strategy_book AS book ON book.account_id = decision.account_id
    JOIN look ON look.leaf IN ('strategy_book', book.tableoid::regclass::text)
    WHERE decision.run_id = %(run)s AND decision.due_on = %(day)s
      AND decision.account_id IN (SELECT account_id FROM told)
), seen AS (
    SELECT decided.account_id, decided.decision_id, told.id AS event_id, told.kind, told.happened_on, told.data,
           told.writer < least(decided.upto, (SELECT min(writer) FROM unnest(decided.in_flight) AS writer)) AS was_known,
           told.writer < decided.upto AND told.writer <> ALL(decided.in_flight) AS may_be_known
    FROM decided
    JOIN told ON told.account_id = decided.account_id AND told.writer_as_kept <> decided.mark
), stood AS (
    SELECT decided.account_id, decided.decision_id, was.*
    FROM decided
    JOIN strategy_book AS book ON book.account_id = decided.account_id
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(changed.key, changed.value ORDER BY past.id DESC), '{}') AS undone
        FROM strategy_past AS past
        CROSS JOIN LATERAL jsonb_each(past.was) AS changed
        WHERE past.account_id = decided.account_id AND past.id > decided.decision_id
    ) AS after
    CROSS JOIN LATERAL jsonb_to_record(to_jsonb(book) || after.undone)
        AS was(paid_count integer, promises_due_on date, holds_standing integer, disputes_open integer, contact_call_on date)
), paid AS (
    -- Of the payments that stand now: how many surely were known, and how many more or fewer may have been.
    SELECT account_id, decision_id,
           sum(CASE kind WHEN 'payments.PaymentReceived' THEN 1 ELSE -1 END) FILTER (WHERE NOT was_known) AS since,
           count(*) FILTER (WHERE NOT was_known AND may_be_known AND kind = 'payments.PaymentReceived') AS perhaps_more,
           count(*) FILTER (WHERE NOT was_known AND may_be_known AND kind = 'payments.PaymentReversed') AS perhaps_fewer
    FROM seen
    WHERE kind IN ('payments.PaymentReceived', 'payments.PaymentReversed')
    GROUP BY 1, 2
), latest AS (
    SELECT DISTINCT ON (account_id, decision_id, split_part(kind, '.', 1)) account_id, decision_id, kind, happened_on, data, was_known
    FROM seen
    WHERE was_known OR may_be_known
    ORDER BY account_id, decision_id, split_part(kind, '.', 1), event_id DESC
)
SELECT stood.account_id, 'decision ' || decision_id || ' counts ' || stood.paid_count || ' payments, and there were ' || known AS what
FROM stood
JOIN paid USING (account_id, decision_id)
CROSS JOIN LATERAL (
    SELECT (SELECT count(*) FROM payments_payment AS payment
            WHERE payment.account_id = stood.account_id AND payment.state = 'received') - coalesce(paid.since, 0) AS known
) AS counted
WHERE stood.paid_count NOT BETWEEN known - perhaps_fewer AND known + perhaps_more
UNION ALL
SELECT stood.account_id, 'decision ' || decision_id || ' does not know of ' || latest.kind
FROM stood
JOIN latest USING (account_id, decision_id)
WHERE latest.was_known AND CASE latest.kind
          WHEN 'promises.PromiseMade' THEN stood.promises_due_on IS NULL
          WHEN 'promises.PromiseWithdrawn' THEN stood.promises_due_on IS NOT NULL
          WHEN 'disputes.DisputeRaised' THEN stood.disputes_open = 0
          WHEN 'contact.CallLogged' THEN coalesce(stood.contact_call_on < latest.happened_on, true)
          -- A pause is no hold that forbids: it has columns of its own.
          WHEN 'holds.HoldPlaced' THEN stood.holds_standing = 0 AND latest.data ->> 'from_on' <= %(day)s::text
              AND coalesce(latest.data ->> 'until_on' > %(day)s::text, true) AND latest.data ->> 'reason' <> 'pause'
          ELSE false
      END;

-- name: met
-- Count the decisions of a run about accounts of which something was told since the day before.
SELECT count(*)
FROM strategy_decision AS decision
WHERE decision.run_id = %(run)s AND decision.due_on = %(day)s AND EXISTS (
    SELECT FROM timeline_event AS event
    WHERE event.account_id = decision.account_id AND event.recorded_at >= %(since)s AND event.kind = ANY(%(kinds)s)
);
