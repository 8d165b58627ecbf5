-- name: in_hand
-- Give the chunks of runs that are being done now: the key of each, who does it, and for how many seconds.
SELECT held.objid::bigint AS key, at_work.application_name AS worker,
       extract(epoch FROM clock_timestamp() - at_work.xact_start)::double precision AS seconds
FROM pg_locks AS held
JOIN pg_stat_activity AS at_work ON at_work.pid = held.pid
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2 AND held.classid::bigint = %(lock)s
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY key
