-- name: messages
-- What was said to the debtor and told to the creditor's systems, as the book keeps it. A command that waits counts: it will be carried
-- out. Days are those of the creditor.
SELECT account_id,
       max(sent_on) AS contact_message_on,
       coalesce((array_agg(command ORDER BY queued_at DESC, id DESC) FILTER (WHERE command <> ''))[1] = 'suspend', false)
           AS contact_suspended,
       array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'email' AND sent_on > %(day)s::date - {kept}) AS contact_email_days,
       array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'letter' AND sent_on > %(day)s::date - {kept})
           AS contact_letter_days,
       array_agg(sent_on ORDER BY sent_on) FILTER (WHERE channel = 'sms' AND sent_on > %(day)s::date - {kept}) AS contact_sms_days
FROM (
    SELECT message.account_id, message.id, message.queued_at, message.command, message.channel,
           CASE WHEN message.channel IN ('email', 'letter', 'sms') THEN (message.sent_at AT TIME ZONE client.time_zone)::date END
               AS sent_on
    FROM contact_message AS message
    JOIN accounts_client AS client ON client.id = message.client_id
    WHERE {scope} AND message.state IN ('queued', 'sending', 'sent')
) AS message
GROUP BY account_id;

-- name: calls
-- The calls to the debtor as the book keeps them. An attempt is a call of ours that did not reach the right person, since one last did.
SELECT account_id,
       max(called_on) AS contact_call_on,
       max(called_on) FILTER (WHERE is_right_party) AS contact_right_party_on,
       (array_agg(outcome ORDER BY called_at DESC, id DESC))[1] AS contact_call_outcome,
       (count(*) FILTER (WHERE direction = 'out' AND called_at > coalesce(reached_at, '-infinity')))::smallint
           AS contact_attempts,
       array_agg(called_on ORDER BY called_on) FILTER (WHERE direction = 'out' AND called_on > %(day)s::date - {kept})
           AS contact_calls_out_days,
       array_agg(called_on ORDER BY called_on) FILTER (WHERE direction = 'in' AND called_on > %(day)s::date - {kept})
           AS contact_calls_in_days,
       array_agg(called_on ORDER BY called_on) FILTER (WHERE is_right_party AND called_on > %(day)s::date - {kept})
           AS contact_right_party_days
FROM (
    SELECT call.*, (call.called_at AT TIME ZONE client.time_zone)::date AS called_on,
           call.outcome = ANY({right_party}) AS is_right_party,
           max(call.called_at) FILTER (WHERE call.outcome = ANY({right_party})) OVER (PARTITION BY call.account_id) AS reached_at
    FROM contact_call AS call
    JOIN accounts_account AS account ON account.id = call.account_id
    JOIN accounts_client AS client ON client.id = account.client_id
    WHERE {scope}
) AS call
GROUP BY account_id;
