-- name: claim
-- Take messages that are due in hand, oldest first; those that another worker is taking are left to it.
WITH due AS (
    SELECT id, account_id
    FROM contact_message
    WHERE state = 'queued' AND next_attempt_at <= %(at)s
    ORDER BY next_attempt_at, id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE contact_message AS message
SET state = 'sending', claimed_at = %(at)s, handed_at = NULL, attempts = message.attempts + 1, refusal = '', failure = ''
FROM due
WHERE message.id = due.id AND message.account_id = due.account_id
RETURNING message.id, message.account_id, message.channel, message.purpose, message.command, message.audience,
          message.attempts, message.client_id;

-- name: ask_again
-- Ask once more whether the claimed messages may be sent, with what is true now. Each stands in the record already, so none counts
-- against itself.
WITH chosen AS (
    SELECT account_id, message_id AS cause_id, message_id
    FROM unnest(%(account_ids)s::bigint[], %(message_ids)s::bigint[]) AS chosen(account_id, message_id)
), situation AS MATERIALIZED (
    {situation}
), counted AS (
    SELECT *, recent AS heard, recent < %(cap)s AS seldom FROM situation
)
UPDATE contact_message AS message
SET answers_sent = judged.answers, refusal = judged.refusal, recipient = judged.recipient,
    contact_point_id = judged.contact_point_id, party_id = judged.party_id,
    state = CASE WHEN judged.refusal = '' THEN message.state ELSE 'refused' END
FROM (SELECT counted.*, {answers} AS answers, {refusal} AS refusal FROM counted) AS judged
WHERE message.id = judged.cause_id AND message.account_id = judged.account_id
RETURNING message.id, message.account_id, message.refusal, judged.today;

-- name: stalled
-- Give, and lock, messages that a worker took in hand so long ago that it must be dead.
SELECT id, account_id, channel, attempts, handed_at IS NOT NULL AS handed_over
FROM contact_message
WHERE state = 'sending' AND claimed_at <= %(before)s
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: still_mine
-- Lock a message if it is still in the hands of the claim of this number, and not handed over.
SELECT true FROM contact_message
WHERE id = %(id)s AND account_id = %(account_id)s AND state = 'sending' AND attempts = %(attempts)s AND handed_at IS NULL
FOR UPDATE;

-- name: hand
-- Write down that a message is given to its provider now.
UPDATE contact_message
SET handed_at = %(at)s, document_id = %(document_id)s, subject = %(subject)s
WHERE id = %(id)s AND account_id = %(account_id)s;

-- name: sent
-- Write down that a message left.
UPDATE contact_message
SET state = 'sent', sent_at = %(at)s, provider_id = %(provider_id)s, acknowledged_at = %(acknowledged_at)s, failure = ''
WHERE id = %(id)s AND account_id = %(account_id)s AND state = 'sending' AND attempts = %(attempts)s;

-- name: put_back
-- Put claimed messages back into the queue, to be tried again at an instant.
UPDATE contact_message
SET state = 'queued', claimed_at = NULL, handed_at = NULL, next_attempt_at = %(next_attempt_at)s,
    attempts = attempts - %(uncount)s, failure = %(failure)s
WHERE id = ANY(%(ids)s) AND account_id = ANY(%(account_ids)s) AND state = 'sending';

-- name: fail
-- Write down that a message failed for good.
UPDATE contact_message
SET state = 'failed', refusal = %(code)s, failure = %(failure)s
WHERE id = %(id)s AND account_id = %(account_id)s AND state = 'sending' AND attempts = %(attempts)s;

-- name: imagine_sent
-- Write down that the claimed messages left, in a world that is only imagined.
UPDATE contact_message AS message
SET state = 'sent', sent_at = %(at)s, failure = ''
WHERE state = 'sending' AND handed_at IS NULL
  AND (message.id, message.account_id) IN (SELECT * FROM unnest(%(ids)s::bigint[], %(account_ids)s::bigint[]))
RETURNING message.*;

-- name: told_imagined
-- What is told of the messages that left, as it is told of those that do. No bytes are kept of them.
SELECT made.account_id, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS happened_on,
       CASE WHEN made.command <> '' THEN
           jsonb_build_object('message_id', made.id, 'command', made.command, 'document_id', 0)
       ELSE
           jsonb_build_object('message_id', made.id, 'channel', made.channel, 'template', coalesce(template.name, ''),
                              'recipient', made.recipient, 'subject', '', 'document_id', 0)
       END AS data
FROM made
JOIN accounts_client AS client ON client.id = made.client_id
LEFT JOIN contact_template AS template ON template.id = made.template_id
ORDER BY made.account_id, made.id;
