-- name: nowhere
-- Give the open accounts whose place in their strategy does not exist, or leads to no day, and those that are not in the strategy
-- assigned to them. Accounts that a job is about to settle are left to it.
WITH place AS (
    SELECT * FROM unnest(%(versions)s::integer[], %(places)s::smallint[], %(steps)s::text[]) AS place(version_id, number, step)
), treated AS (
    SELECT portfolio.id AS portfolio_id, (
        SELECT assignment.strategy_id
        FROM strategy_assignment AS assignment
        JOIN strategy_version AS version ON version.paper_id = assignment.strategy_id AND version.state = 'published'
        WHERE assignment.portfolio_id = portfolio.id
           OR assignment.portfolio_id IS NULL AND (assignment.client_id = portfolio.client_id OR assignment.client_id IS NULL)
        ORDER BY assignment.portfolio_id IS NULL, assignment.client_id IS NULL, assignment.id
        LIMIT 1
    ) AS strategy_id
    FROM accounts_portfolio AS portfolio
), standing AS (
    SELECT book.account_id, CASE
        WHEN book.version_id IS NULL THEN
            CASE WHEN treated.strategy_id IS NOT NULL AND {settled} THEN
                'is in no strategy, though ' || assigned.title || ' is assigned to it' END
        WHEN version.id IS NULL THEN 'is in version ' || book.version_id || ' of a strategy, which there is not'
        WHEN version.id <> ALL(%(understood)s::integer[]) THEN NULL
        WHEN place.number IS NULL THEN
            'stands in place ' || coalesce(book.place::text, 'unknown') || ' of ' || strategy.title || ' ' || version.number
            || ', which there is not'
        WHEN version.emptied_at IS NOT NULL THEN
            'is in ' || strategy.title || ' ' || version.number || ', which every account has left'
        WHEN treated.strategy_id IS DISTINCT FROM version.paper_id AND {settled} THEN
            'is in ' || strategy.title || ', though ' || coalesce(assigned.title, 'none') || ' is assigned to it'
        WHEN book.state_entered_on IS NULL THEN 'came to its state in ' || strategy.title || ' on no day'
        WHEN place.step IS NOT NULL AND book.next_review_on IS NULL THEN
            'waits for “' || place.step || '” of ' || strategy.title || ', on no day'
        END AS what
    FROM strategy_book AS book
    LEFT JOIN strategy_version AS version ON version.id = book.version_id
    LEFT JOIN strategy_paper AS strategy ON strategy.id = version.paper_id
    LEFT JOIN place ON place.version_id = book.version_id AND place.number = book.place
    LEFT JOIN treated ON treated.portfolio_id = book.portfolio_id
    LEFT JOIN strategy_paper AS assigned ON assigned.id = treated.strategy_id
    WHERE book.is_open AND NOT book.is_house AND {answered}
)
SELECT account_id, what FROM standing WHERE what IS NOT NULL;

-- name: twice
-- Give the decisions that an account has more than once.
SELECT account_id, 'effect ' || effect || ' of version ' || version_id || ' was decided ' || count(*) || ' times on ' || due_on AS what
FROM strategy_decision
GROUP BY account_id, version_id, effect, due_on, cause_id
HAVING count(*) > 1;

-- name: undone
-- Give the orders of decisions that left nothing behind, and what names a decision as its cause that did not order it. An order may
-- be refused: that stands on the timeline, or the account is closed.
WITH ordered AS (
    SELECT decision.account_id, decision.id AS decision_id, each.number, each.said
    FROM (SELECT * FROM strategy_decision WHERE {reach}) AS decision
    JOIN unnest(%(versions)s::integer[], %(effects)s::smallint[], %(numbers)s::smallint[], %(orders)s::text[])
        AS each(version_id, effect, number, said) ON each.version_id = decision.version_id AND each.effect = decision.effect
), done AS (
    SELECT account_id, cause_id AS decision_id, action_no AS number, id,
           'message ' || channel || CASE WHEN command <> '' THEN ' ' || command ELSE '' END AS said
    FROM contact_message WHERE cause_kind = 'decision' AND {reach}
    UNION ALL
    SELECT account_id, cause_id, action_no, id, 'task ' || kind FROM worklists_work_item WHERE cause_kind = 'decision' AND {reach}
    UNION ALL
    SELECT account_id, cause_id, action_no, id, 'hold ' || reason FROM holds_hold WHERE cause_kind = 'decision' AND {reach}
), compared AS (
    SELECT account_id, decision_id, number, ordered.said AS ordered, done.said AS done, done.id
    FROM ordered
    FULL JOIN done USING (account_id, decision_id, number, said)
)
SELECT compared.account_id,
       CASE WHEN compared.done IS NULL THEN 'decision ' || decision_id || ' ordered a ' || ordered || ', and there is none'
            ELSE done || ' ' || id || ' comes of decision ' || decision_id || ', which did not order it' END AS what
FROM compared
WHERE compared.done IS NULL AND NOT EXISTS (
    SELECT FROM timeline_event AS event
    WHERE event.account_id = compared.account_id AND event.kind IN ('strategy.OrderRefused', 'strategy.SpokenFor')
      AND (event.data ->> 'decision_id')::bigint = compared.decision_id AND (event.data ->> 'order_no')::smallint = compared.number
) AND NOT EXISTS (
    SELECT FROM accounts_account AS account WHERE account.id = compared.account_id AND account.state = 'closed'
) OR compared.ordered IS NULL AND NOT EXISTS (
    SELECT FROM strategy_decision AS decision
    WHERE decision.account_id = compared.account_id AND decision.id = compared.decision_id
      AND decision.version_id <> ALL(%(understood)s::integer[])
);

-- name: unnoted
-- Give the decisions that left another number of notes than they ordered. A note is an event, and names its decision.
SELECT compared.account_id, 'decision ' || decision_id || ' ordered notes: ' || ordered || ', on the timeline: ' || written AS what
FROM (
    SELECT account_id, decision_id, coalesce(ordered.notes, 0) AS ordered, coalesce(written.notes, 0) AS written
    FROM (
        SELECT decision.account_id, decision.id AS decision_id, each.notes
        FROM (SELECT * FROM strategy_decision WHERE {reach}) AS decision
        JOIN unnest(%(versions)s::integer[], %(effects)s::smallint[], %(notes)s::bigint[]) AS each(version_id, effect, notes)
            ON each.version_id = decision.version_id AND each.effect = decision.effect
    ) AS ordered
    FULL JOIN (
        SELECT account_id, (data ->> 'decision')::bigint AS decision_id, count(*) AS notes
        FROM timeline_event
        WHERE {reach} AND kind = 'timeline.NoteAdded' AND data ->> 'decision' IS NOT NULL
        GROUP BY 1, 2
    ) AS written USING (account_id, decision_id)
) AS compared
WHERE ordered <> written AND NOT EXISTS (
    SELECT FROM timeline_event AS event
    WHERE event.account_id = compared.account_id AND event.kind = 'strategy.OrderRefused'
      AND (event.data ->> 'decision_id')::bigint = compared.decision_id AND event.data ->> 'order' = 'note'
) AND NOT EXISTS (
    SELECT FROM strategy_decision AS decision
    WHERE decision.account_id = compared.account_id AND decision.id = compared.decision_id
      AND decision.version_id <> ALL(%(understood)s::integer[])
);

-- name: untold
-- Give the decisions of which the timeline tells not once, and events of strategy that tell of no decision of the account.
SELECT account_id,
       CASE WHEN decision.id IS NULL THEN 'the timeline tells of decision ' || told.decision_id || ', which there is not'
            WHEN told.times IS NULL THEN 'decision ' || decision.id || ' of ' || decision.due_on || ' is not on the timeline'
            ELSE 'decision ' || decision.id || ' is on the timeline ' || told.times || ' times' END AS what
FROM (SELECT account_id, id, id AS decision_id, due_on FROM strategy_decision WHERE {reach}) AS decision
FULL JOIN (
    SELECT account_id, (data ->> 'decision_id')::bigint AS decision_id, count(*) AS times
    FROM timeline_event
    WHERE {reach} AND kind IN ('strategy.StepTaken', 'strategy.StepSkipped', 'strategy.StateLeft', 'strategy.EventAnswered',
                                         'strategy.WaitEnded', 'strategy.LimitCame')
    GROUP BY 1, 2
) AS told USING (account_id, decision_id)
WHERE decision.id IS NULL OR told.times IS DISTINCT FROM 1;

-- name: unapproved
-- Find versions that were published and are not what was approved, or not what they restore. Those of before approvals were kept are left out.
SELECT NULL::bigint AS account_id, paper.title || ' ' || version.number || ' was published, and is not what was approved' AS what
FROM strategy_version AS version
JOIN strategy_paper AS paper ON paper.id = version.paper_id
WHERE version.state IN ('published', 'retired') AND version.restores_id IS NULL
  AND EXISTS (
      SELECT FROM strategy_act AS drafted
      WHERE drafted.version_id = version.id AND drafted.kind = 'drafted' AND drafted.details ->> 'document' IS NOT NULL
  )
  AND NOT EXISTS (
      SELECT FROM strategy_act AS approved
      WHERE approved.version_id = version.id AND approved.kind = 'approved' AND approved.at <= version.published_at
        AND approved.details ->> 'document' = encode(sha256(convert_to(version.document, 'UTF8')), 'hex')
  )
UNION ALL
SELECT NULL::bigint, paper.title || ' ' || version.number || ' is not the version ' || before.number || ' that it restores'
FROM strategy_version AS version
JOIN strategy_version AS before ON before.id = version.restores_id
JOIN strategy_paper AS paper ON paper.id = version.paper_id
WHERE version.document <> before.document;

-- name: refused_twice
-- Give the orders of decisions of which the timeline tells more than once that they were refused, or that were carried out as well.
WITH refused AS (
    SELECT account_id, (data ->> 'decision_id')::bigint AS decision_id, (data ->> 'order_no')::smallint AS number, count(*) AS times
    FROM timeline_event
    WHERE {reach} AND kind = 'strategy.OrderRefused'
    GROUP BY 1, 2, 3
), done AS (
    SELECT account_id, cause_id AS decision_id, action_no AS number FROM contact_message WHERE cause_kind = 'decision' AND {reach}
    UNION ALL
    SELECT account_id, cause_id, action_no FROM worklists_work_item WHERE cause_kind = 'decision' AND {reach}
    UNION ALL
    SELECT account_id, cause_id, action_no FROM holds_hold WHERE cause_kind = 'decision' AND {reach}
)
SELECT refused.account_id,
       'order ' || refused.number || ' of decision ' || refused.decision_id
       || CASE WHEN done.account_id IS NULL THEN ' was refused ' || refused.times || ' times'
               ELSE ' was refused, and carried out' END AS what
FROM refused
LEFT JOIN done USING (account_id, decision_id, number)
WHERE refused.times > 1 OR done.account_id IS NOT NULL;

-- name: half_run
-- Give the runs that are finished though a part of them has no mark, and parts that are marked and have failed at once.
SELECT NULL::bigint AS account_id,
       'the run of ' || run.day || ' is finished, and of its ' || run.chunks || ' parts ' || count(mark.chunk) || ' are done' AS what
FROM strategy_run AS run
LEFT JOIN strategy_run_chunk AS mark ON mark.run_id = run.id AND mark.chunk < run.chunks
WHERE run.finished_at IS NOT NULL
GROUP BY run.id
HAVING count(mark.chunk) <> run.chunks
UNION ALL
SELECT NULL, 'part ' || failure.chunk + 1 || ' of the run of ' || run.day || ' is done, and has failed'
FROM strategy_run_failure AS failure
JOIN strategy_run_chunk AS mark ON mark.run_id = failure.run_id AND mark.chunk = failure.chunk
JOIN strategy_run AS run ON run.id = failure.run_id
WHERE failure.closed_at IS NULL
