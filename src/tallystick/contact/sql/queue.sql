-- name: queue
-- Queue a message for each chosen account, or record why it may not be sent. A cause that has its message already is left out. Within
-- the set, messages to one person count against each other in the order of their accounts. Accounts are looked up in their order, in
-- which indexes are read page by page. A server may take longer for a random number than for a row: one is drawn for the set, and each
-- message's key is a digest of it.
WITH chosen AS (
    SELECT DISTINCT account_id, cause_id, NULL::bigint AS message_id
    FROM unnest(%(account_ids)s::bigint[], %(cause_ids)s::bigint[]) AS chosen(account_id, cause_id)
    ORDER BY account_id
), situation AS MATERIALIZED (
    {situation}
), heard AS (
    SELECT *, least(recent + count(*) FILTER (WHERE {otherwise}) OVER (
               PARTITION BY party_id ORDER BY account_id, cause_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), greatest(recent, %(cap)s)) AS heard
    FROM situation
), counted AS (
    -- Where a template speaks one language, nobody is asked for theirs.
    SELECT *, heard < %(cap)s AS seldom,
           CASE WHEN cardinality(%(languages)s::text[]) > 1 THEN (
               SELECT language FROM parties_party AS party WHERE party.id = heard.party_id
           ) END AS party_language
    FROM heard
), judged AS (
    SELECT counted.*, {answers} AS answers, {refusal} AS refusal,
           coalesce(exact.template_id, base.template_id, %(template)s::bigint) AS template_id,
           coalesce(exact.language, base.language, %(language)s) AS language
    FROM counted
    LEFT JOIN unnest(%(languages)s::text[], %(templates)s::bigint[]) AS exact(language, template_id)
        ON exact.language = party_language
    LEFT JOIN unnest(%(languages)s::text[], %(templates)s::bigint[]) AS base(language, template_id)
        ON base.language = split_part(party_language, '-', 1)
), queued AS (
    INSERT INTO contact_message (
        account_id, party_id, client_id, contact_point_id, cause_id, template_id, queued_at, next_attempt_at,
        action_no, attempts, cause_kind, channel, state, purpose, command, language, recipient, subject,
        refusal, failure, provider_id, answers_queued, audience, levels, of_debtor, queued_by, queued_by_id, key
    )
    SELECT account_id, party_id, client_id, contact_point_id, cause_id, template_id, %(at)s, %(at)s,
           %(action_no)s, 0, %(cause_kind)s, %(channel)s, CASE WHEN refusal = '' THEN 'queued' ELSE 'refused' END,
           %(purpose)s, %(command)s, language, recipient, '',
           refusal, '', '', answers, %(audience_text)s, %(levels)s::jsonb, %(of_debtor)s, %(by)s, %(by_id)s,
           md5(concat_ws(' ', random.of_set, account_id, cause_id))::uuid
    FROM judged, (SELECT gen_random_uuid() AS of_set OFFSET 0) AS random
    ORDER BY account_id, cause_id
    ON CONFLICT (account_id, cause_kind, cause_id, action_no) DO NOTHING
    RETURNING id, account_id, cause_id, refusal
)
SELECT queued.refusal, count(*) AS number,
       array_agg(queued.account_id ORDER BY queued.account_id, queued.id) FILTER (WHERE {told}) AS account_ids,
       array_agg(queued.id ORDER BY queued.account_id, queued.id) FILTER (WHERE {told}) AS message_ids,
       array_agg(judged.today ORDER BY queued.account_id, queued.id) FILTER (WHERE {told}) AS days
FROM queued
JOIN judged USING (account_id, cause_id)
GROUP BY queued.refusal;
