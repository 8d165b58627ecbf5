-- name: take
-- Count one attempt under %(key)s at %(at)s; no row comes back when the bucket is full. Twin of rules.throttling.after_attempt.
-- One statement, so that attempts made at the same time are counted one after the other.
INSERT INTO access_loginthrottle AS bucket (key, forgotten_at)
VALUES (%(key)s, %(at)s::timestamptz + %(interval)s)
ON CONFLICT (key) DO UPDATE
SET forgotten_at = greatest(bucket.forgotten_at, %(at)s) + %(interval)s
WHERE greatest(bucket.forgotten_at, %(at)s) + %(interval)s <= %(at)s::timestamptz + %(room)s
RETURNING forgotten_at;

-- name: give_back
-- Uncount one attempt under %(key)s: it was no guess.
UPDATE access_loginthrottle SET forgotten_at = forgotten_at - %(interval)s WHERE key = %(key)s;

-- name: empty
-- Empty the bucket of %(key)s.
DELETE FROM access_loginthrottle WHERE key = %(key)s;

-- name: forgotten_at
-- Give when the attempts under %(key)s are forgotten.
SELECT forgotten_at FROM access_loginthrottle WHERE key = %(key)s;

-- name: forget
-- Drop the buckets that are empty at %(at)s.
DELETE FROM access_loginthrottle WHERE forgotten_at <= %(at)s;
