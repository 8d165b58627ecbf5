-- name: usable
-- Give, of each pair within %(codes)s, the last rate on or before a day that is at most %(most_days)s days old, as known at an
-- instant. Of two rates of one day the one that became known last holds.
SELECT DISTINCT ON (base, quote) base, quote, day, rate, source, known_at
FROM exchange_rate
WHERE base = ANY(%(codes)s) AND quote = ANY(%(codes)s)
  AND day BETWEEN %(on)s::date - %(most_days)s AND %(on)s
  AND (%(known_at)s::timestamptz IS NULL OR known_at <= %(known_at)s)
ORDER BY base, quote, day DESC, known_at DESC, load_id DESC;

-- name: take
-- Add the rates of a load that say something other than what is known, and tell which of them correct a rate.
INSERT INTO exchange_rate (load_id, base, quote, day, rate, source, known_at)
SELECT %(load)s, given.base, given.quote, given.day, given.rate, given.source, %(at)s
FROM unnest(%(bases)s::text[], %(quotes)s::text[], %(days)s::date[], %(rates)s::numeric[], %(sources)s::text[])
    AS given(base, quote, day, rate, source)
LEFT JOIN LATERAL (
    SELECT rate FROM exchange_rate AS known
    WHERE known.base = given.base AND known.quote = given.quote AND known.day = given.day
    ORDER BY known.known_at DESC, known.load_id DESC LIMIT 1
) AS known ON true
WHERE known.rate IS DISTINCT FROM given.rate;

-- name: counts
-- Tell how many rates of a load are new, and how many of them correct one that was known before.
SELECT count(*)::integer AS rates_new,
       (count(*) FILTER (WHERE EXISTS (
           SELECT FROM exchange_rate AS before
           WHERE before.base = rate.base AND before.quote = rate.quote AND before.day = rate.day AND before.load_id < rate.load_id
       )))::integer AS rates_corrected
FROM exchange_rate AS rate WHERE load_id = %(load)s;

-- name: history
-- Give what was ever said of a pair, the latest day first; of a day what became known last first.
SELECT base, quote, day, rate, source, known_at,
       row_number() OVER (PARTITION BY day ORDER BY known_at DESC, load_id DESC) = 1 AS holds
FROM exchange_rate
WHERE base = %(base)s AND quote = %(quote)s AND (%(on)s::date IS NULL OR day <= %(on)s)
  AND (%(known_at)s::timestamptz IS NULL OR known_at <= %(known_at)s)
ORDER BY day DESC, known_at DESC, load_id DESC
LIMIT %(limit)s;

-- name: pairs
-- Give every pair with its last rate as known at an instant.
SELECT DISTINCT ON (base, quote) base, quote, day, rate, source, known_at
FROM exchange_rate
WHERE (%(on)s::date IS NULL OR day <= %(on)s) AND (%(known_at)s::timestamptz IS NULL OR known_at <= %(known_at)s)
ORDER BY base, quote, day DESC, known_at DESC, load_id DESC;
