-- name: try_lock
-- Be the only sealer until the end of the transaction, or not at all.
SELECT pg_try_advisory_xact_lock(hashtext('timeline.seal_events'));

-- name: seal
-- Seal events that no seal covers, in the order of their ids: first those that were committed late, between ids that are sealed
-- already, then those after the last sealed id. Ids below the floor, the end of the seals older than a day, are sealed for good.
-- The digest is that of the seal before, followed by that of the digests of the events.
WITH chain AS (
    SELECT coalesce(max(upper(event_ids)), 1) AS top,
           coalesce(max(upper(event_ids)) FILTER (WHERE sealed_at <= %(at)s::timestamptz - interval '1 day'), 1) AS floor
    FROM timeline_seal
), gap AS (
    SELECT lower(gap) AS low, upper(gap) AS high
    FROM chain, unnest(
        int8multirange(int8range(chain.floor, chain.top)) - coalesce((
            SELECT range_agg(event_ids) FROM timeline_seal WHERE upper(event_ids) > chain.floor
        ), '{}')
    ) AS gap
), late AS (
    SELECT event.id, event.digest
    FROM gap
    CROSS JOIN LATERAL (
        SELECT id, {digest} AS digest
        FROM timeline_event AS event
        WHERE id >= gap.low AND id < gap.high
        OFFSET 0
    ) AS event
), fresh AS (
    SELECT id, {digest} AS digest
    FROM (
        SELECT * FROM timeline_event WHERE id >= (SELECT top FROM chain) ORDER BY id LIMIT %(limit)s
    ) AS event
), digested AS (
    SELECT id, digest FROM (SELECT * FROM late UNION ALL SELECT * FROM fresh) AS unsealed ORDER BY id LIMIT %(limit)s
)
INSERT INTO timeline_seal (event_ids, events, digest, sealed_at)
SELECT range_agg(int8range(id, id, '[]')), count(*),
       sha256(coalesce((SELECT digest FROM timeline_seal ORDER BY id DESC LIMIT 1), '')
              || sha256(string_agg(digest, ''::bytea ORDER BY id))),
       %(at)s
FROM digested
HAVING count(*) > 0
RETURNING events;

-- name: digest
-- The digest of an event.
timeline_digest(id, account_id, user_id, recorded_at, happened_on, kind, actor, data);

-- name: broken_links
-- Recompute every link of the chain on top of the link stored before it, and give those that do not match.
SELECT NULL::bigint AS account_id,
       CASE WHEN found.events < seal.events THEN
                'seal ' || seal.id || ': ' || seal.events - found.events || ' of its events are gone, the first is ' || (
                    SELECT min(number) FROM unnest(seal.event_ids) AS part,
                        LATERAL generate_series(lower(part), upper(part) - 1) AS number
                    WHERE NOT EXISTS (SELECT FROM timeline_event AS event WHERE event.id = number)
                )
            WHEN found.events > seal.events THEN 'seal ' || seal.id || ': an event was added under an id that it covers'
            ELSE 'seal ' || seal.id || ': an event from ' || lower(seal.event_ids) || ' to ' || upper(seal.event_ids) - 1
                 || ', or the seal, was changed' END AS what
FROM (
    SELECT id, event_ids, events, digest, coalesce(lag(digest) OVER (ORDER BY id), '') AS before FROM timeline_seal
) AS seal
CROSS JOIN LATERAL (
    SELECT count(*) AS events, sha256(coalesce(string_agg({digest}, ''::bytea ORDER BY event.id), '')) AS digest
    FROM timeline_event AS event
    WHERE event.id >= lower(seal.event_ids) AND event.id < upper(seal.event_ids) AND event.id <@ seal.event_ids
) AS found
WHERE found.events <> seal.events OR sha256(seal.before || found.digest) <> seal.digest
ORDER BY seal.id

-- name: slipped_in
-- Find events with an id that was sealed for good by the newest seal's day, and that no seal covers.
SELECT event.account_id, 'event ' || event.id || ' stands between sealed ones and no seal covers it' AS what
FROM timeline_event AS event
WHERE event.id < (
    SELECT max(upper(event_ids)) FROM timeline_seal
    WHERE sealed_at <= (SELECT max(sealed_at) FROM timeline_seal) - interval '1 day'
) AND NOT event.id <@ (SELECT range_agg(event_ids) FROM timeline_seal)
ORDER BY event.id
