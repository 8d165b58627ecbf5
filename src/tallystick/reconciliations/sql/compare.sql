-- name: make_there
-- What the statement says, line by line, as it streams in.
CREATE TEMP TABLE reconciliations_said (
    line integer NOT NULL, account_ref text NOT NULL, item_ref text NOT NULL, portfolio text NOT NULL, minor bigint NOT NULL,
    currency text NOT NULL, issued_on date, due_on date
) ON COMMIT DROP;

-- name: find_accounts
-- The lines with the account that each is about: documents in another currency than a customer's own stand on an account named
-- after both, as intake opens them.
CREATE TEMP TABLE reconciliations_there ON COMMIT DROP AS
SELECT said.line, coalesce(account.id, 0) AS account_id,
       coalesce(account.reference, CASE WHEN said.account_ref = '' THEN '' ELSE %(prefix)s || said.account_ref END) AS account_ref,
       said.item_ref, said.portfolio, said.minor, said.currency, said.issued_on, said.due_on
FROM reconciliations_said AS said
LEFT JOIN LATERAL (
    SELECT account.id, account.reference
    FROM accounts_account_lookup AS lookup
    JOIN accounts_account AS account ON account.id = lookup.account_id
    WHERE lookup.client_id = %(client)s AND said.account_ref <> ''
      AND lookup.reference IN (%(prefix)s || said.account_ref, %(prefix)s || said.account_ref || '/' || said.currency)
    ORDER BY account.currency = said.currency DESC, length(lookup.reference)
    LIMIT 1
) AS account ON true;

-- name: find_later
-- What was booked after the day or known after the instant, and moved what is owed on an item or what a credit has left: the day's
-- balance is what stands now, less these. An allocation moves both.
CREATE TEMP TABLE reconciliations_later ON COMMIT DROP AS
WITH entry AS (
    SELECT entry.*, account.reference AS account_ref, account.portfolio_id
    FROM ledger_entry AS entry
    JOIN accounts_account AS account
        ON account.id = entry.account_id AND account.client_id = %(client)s AND NOT account.is_house
    WHERE (entry.booked_on > %(on)s OR entry.posted_at > %(known_at)s)
      AND (%(currencies)s::text[] IS NULL OR entry.currency = ANY(%(currencies)s))
)
SELECT entry.account_id, entry.account_ref, entry.portfolio_id, entry.id AS entry_id, entry.item_id,
       0::smallint AS cause_kind, 0::bigint AS cause_id, entry.currency,
       CASE WHEN entry.debit IN (1, 2, 3, 4) THEN entry.amount_minor ELSE -entry.amount_minor END AS minor
FROM entry
WHERE (entry.debit IN (1, 2, 3, 4)) <> (entry.credit IN (1, 2, 3, 4))
UNION ALL
SELECT entry.account_id, entry.account_ref, entry.portfolio_id, entry.id, NULL,
       coalesce(back.cause_kind, entry.cause_kind), coalesce(back.cause_id, entry.cause_id), entry.currency,
       CASE WHEN entry.debit = 9 THEN entry.amount_minor ELSE -entry.amount_minor END
FROM entry
LEFT JOIN ledger_entry AS back ON back.account_id = entry.account_id AND back.id = entry.reverses_id
WHERE entry.debit = 9 OR entry.credit = 9;

-- name: find_here
-- What the book says of the day: what is open on items, and what credits have left, which is less than nothing.
CREATE TEMP TABLE reconciliations_here ON COMMIT DROP AS
WITH item AS (
    SELECT item.account_id, account.reference AS account_ref, account.portfolio_id, item.id AS item_id,
           0::smallint AS cause_kind, 0::bigint AS cause_id, item.reference AS item_ref, item.currency,
           item.head <> 1 AS is_charge, item.open_minor - coalesce(later.minor, 0) AS minor
    FROM accounts_item AS item
    JOIN accounts_account AS account ON account.id = item.account_id AND NOT account.is_house
    LEFT JOIN (
        SELECT account_id, item_id, sum(minor)::bigint AS minor
        FROM reconciliations_later WHERE item_id IS NOT NULL GROUP BY account_id, item_id
    ) AS later ON later.account_id = item.account_id AND later.item_id = item.id
    WHERE item.client_id = %(client)s AND (%(currencies)s::text[] IS NULL OR item.currency = ANY(%(currencies)s))
      AND item.open_minor <> coalesce(later.minor, 0)
), crediting AS (
    SELECT id AS account_id FROM accounts_account
    WHERE client_id = %(client)s AND NOT is_house AND on_account_minor <> 0
    UNION
    SELECT account_id FROM reconciliations_later WHERE item_id IS NULL
), credit AS (
    SELECT entry.account_id, account.reference AS account_ref, account.portfolio_id,
           coalesce(back.cause_kind, entry.cause_kind) AS cause_kind, coalesce(back.cause_id, entry.cause_id) AS cause_id,
           entry.currency,
           sum(CASE WHEN entry.debit = 9 THEN entry.amount_minor ELSE -entry.amount_minor END)::bigint AS minor
    FROM crediting
    JOIN accounts_account AS account ON account.id = crediting.account_id
    JOIN ledger_entry AS entry ON entry.account_id = crediting.account_id AND (entry.debit = 9 OR entry.credit = 9)
    LEFT JOIN ledger_entry AS back ON back.account_id = entry.account_id AND back.id = entry.reverses_id
    WHERE entry.booked_on <= %(on)s AND entry.posted_at <= %(known_at)s
      AND (%(currencies)s::text[] IS NULL OR entry.currency = ANY(%(currencies)s))
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT * FROM item
UNION ALL
SELECT credit.account_id, credit.account_ref, credit.portfolio_id, NULL, credit.cause_kind, credit.cause_id,
       coalesce(source.reference, payment.reference, ''), credit.currency, false, credit.minor
FROM credit
LEFT JOIN accounts_source_credit AS source
    ON credit.cause_kind = 3 AND source.account_id = credit.account_id AND source.id = credit.cause_id
LEFT JOIN payments_payment AS payment
    ON credit.cause_kind = 2 AND payment.account_id = credit.account_id AND payment.id = credit.cause_id
WHERE credit.minor <> 0;

-- name: name_later
-- The same names for what came later: the reference of the item or of the credit.
ALTER TABLE reconciliations_later ADD COLUMN item_ref text NOT NULL DEFAULT '';
UPDATE reconciliations_later AS later SET item_ref = item.reference
FROM accounts_item AS item WHERE item.account_id = later.account_id AND item.id = later.item_id;
UPDATE reconciliations_later AS later SET item_ref = source.reference
FROM accounts_source_credit AS source
WHERE later.cause_kind = 3 AND source.account_id = later.account_id AND source.id = later.cause_id;
UPDATE reconciliations_later AS later SET item_ref = payment.reference
FROM payments_payment AS payment
WHERE later.cause_kind = 2 AND payment.account_id = later.account_id AND payment.id = later.cause_id;

-- name: coarsen_accounts
-- A balance of an account names no documents.
UPDATE reconciliations_here SET item_ref = '', is_charge = false;
UPDATE reconciliations_later SET item_ref = '';

-- name: coarsen_control
-- A control total names no accounts either: portfolios, or nothing.
UPDATE reconciliations_here SET item_ref = '', is_charge = false, account_id = 0, account_ref = '', item_id = NULL;
UPDATE reconciliations_later SET item_ref = '', account_id = 0, account_ref = '', item_id = NULL;

-- name: index
-- Let the comparison know how much there is of each.
CREATE INDEX ON reconciliations_here (item_ref);
CREATE INDEX ON reconciliations_later (account_ref, item_ref);
ANALYZE reconciliations_there;
ANALYZE reconciliations_here;
ANALYZE reconciliations_later;

-- name: compare
-- Each document of an account and currency on both sides, where they differ. Equal lines are one and a repetition of it, unless
-- all together are what stands here.
CREATE TEMP TABLE reconciliations_found ON COMMIT DROP AS
WITH told AS (
    SELECT *, row_number() OVER (
        PARTITION BY account_ref, item_ref, portfolio, currency, minor, issued_on, due_on ORDER BY line
    ) > 1 AS is_again
    FROM reconciliations_there
), there AS (
    SELECT account_ref, max(account_id) AS account_id, item_ref, portfolio, currency, min(line) AS line,
           max(line) FILTER (WHERE is_again) AS again_line, sum(minor)::bigint AS minor,
           coalesce(sum(minor) FILTER (WHERE is_again), 0)::bigint AS again_minor
    FROM told GROUP BY account_ref, item_ref, portfolio, currency
), here AS (
    SELECT here.account_ref, max(here.account_id) AS account_id, here.item_ref,
           CASE WHEN %(by_portfolio)s THEN portfolio.code ELSE '' END AS portfolio, here.currency,
           min(here.item_id) AS item_id, max(here.cause_kind) AS cause_kind, max(here.cause_id) AS cause_id,
           bool_and(here.is_charge) AS is_charge, sum(here.minor)::bigint AS minor
    FROM reconciliations_here AS here
    JOIN accounts_portfolio AS portfolio ON portfolio.id = here.portfolio_id
    GROUP BY here.account_ref, here.item_ref, 4, here.currency
), both_sides AS (
    SELECT coalesce(here.account_ref, there.account_ref) AS account_ref,
           coalesce(nullif(here.account_id, 0), nullif(there.account_id, 0)) AS account_id,
           coalesce(here.item_ref, there.item_ref) AS item_ref, coalesce(here.portfolio, there.portfolio) AS portfolio,
           coalesce(here.currency, there.currency) AS currency, there.line, there.again_line, here.item_id, here.cause_kind,
           here.cause_id, coalesce(here.is_charge, false) AS is_charge, there.line IS NOT NULL AS is_there,
           here.account_ref IS NOT NULL AS is_here, coalesce(there.minor, 0) AS said_minor,
           CASE WHEN there.minor = coalesce(here.minor, 0) THEN 0 ELSE coalesce(there.again_minor, 0) END AS again_minor,
           coalesce(here.minor, 0) AS here_minor
    FROM there
    FULL JOIN here ON here.account_ref = there.account_ref AND here.item_ref = there.item_ref
                  AND here.portfolio = there.portfolio AND here.currency = there.currency
)
SELECT account_ref, account_id, item_ref, portfolio, currency, line, item_id, cause_kind, cause_id, is_charge, is_there, is_here,
       said_minor - again_minor AS there_minor, here_minor, said_minor - again_minor - here_minor AS minor,
       NULL::text AS kind, ''::text AS other, NULL::bigint AS entry_id,
       is_here OR %(level)s = 'control' OR (%(level)s = 'accounts' AND account_id IS NOT NULL) AS is_known
FROM both_sides
WHERE said_minor - again_minor <> here_minor
UNION ALL
SELECT account_ref, account_id, item_ref, portfolio, currency, again_line, item_id, cause_kind, cause_id, false, true, is_here,
       again_minor, 0, again_minor, 'duplicate', '', NULL, is_here
FROM both_sides
WHERE again_minor <> 0;

-- name: find_settled
-- A document that nothing is open on here is known all the same.
UPDATE reconciliations_found AS found
SET item_id = item.id, is_known = true
FROM accounts_item AS item
WHERE NOT found.is_here AND found.item_ref <> '' AND item.account_id = found.account_id AND item.reference = found.item_ref;
UPDATE reconciliations_found AS found
SET cause_kind = 3, cause_id = source.id, is_known = true
FROM accounts_source_credit AS source
WHERE NOT found.is_known AND found.item_ref <> '' AND source.account_id = found.account_id
  AND source.reference = found.item_ref AND source.item_id IS NULL;
UPDATE reconciliations_found AS found
SET cause_kind = 2, cause_id = payment.id, is_known = true
FROM payments_payment AS payment
WHERE NOT found.is_known AND found.item_ref <> '' AND payment.account_id = found.account_id
  AND payment.reference = found.item_ref;

-- name: name_timing
-- What came later is the whole difference: one entry of it, or all together.
WITH later AS (
    SELECT later.account_ref, later.item_ref, CASE WHEN %(by_portfolio)s THEN portfolio.code ELSE '' END AS portfolio,
           later.currency, later.minor, later.entry_id
    FROM reconciliations_later AS later
    JOIN accounts_portfolio AS portfolio ON portfolio.id = later.portfolio_id
), whole AS (
    SELECT account_ref, item_ref, portfolio, currency, sum(minor)::bigint AS minor, max(entry_id) AS entry_id
    FROM later GROUP BY account_ref, item_ref, portfolio, currency
    UNION ALL
    SELECT account_ref, item_ref, portfolio, currency, minor, max(entry_id)
    FROM later GROUP BY account_ref, item_ref, portfolio, currency, minor
)
UPDATE reconciliations_found AS found
SET kind = 'timing', entry_id = whole.entry_id
FROM whole
WHERE found.kind IS NULL AND whole.account_ref = found.account_ref AND whole.item_ref = found.item_ref
  AND whole.portfolio = found.portfolio AND whole.currency = found.currency AND whole.minor = found.minor;

-- name: name_plainly
-- What both sides show by themselves.
UPDATE reconciliations_found SET kind = CASE
    WHEN is_there AND is_here AND there_minor = -here_minor THEN 'sign'
    WHEN is_charge AND NOT is_there THEN 'charged_here'
END
WHERE kind IS NULL;

-- name: name_currency
-- The same document of an account, in one currency there and in another here.
UPDATE reconciliations_found AS found
SET kind = 'currency', other = pair.currency
FROM reconciliations_found AS pair
WHERE found.kind IS NULL AND pair.kind IS NULL AND found.item_ref <> '' AND pair.account_ref = found.account_ref
  AND pair.item_ref = found.item_ref AND pair.currency <> found.currency
  AND pair.is_there = found.is_here AND pair.is_here = found.is_there AND found.is_there <> found.is_here;

-- name: name_other_account
-- The same document on one account there and on another here: of the same amount, or the only one of its name on either side.
WITH one_sided AS (
    SELECT *, count(*) OVER (PARTITION BY item_ref, currency, is_there) AS namesakes
    FROM reconciliations_found
    WHERE kind IS NULL AND item_ref <> '' AND is_there <> is_here
)
UPDATE reconciliations_found AS found
SET kind = 'other_account', other = pair.account_ref
FROM (
    SELECT one.account_ref AS of_ref, one.item_ref, one.currency, one.is_there, min(other.account_ref) AS account_ref
    FROM one_sided AS one
    JOIN one_sided AS other
        ON other.item_ref = one.item_ref AND other.currency = one.currency AND other.is_there = one.is_here
       AND other.account_ref <> one.account_ref
       AND (other.minor = -one.minor OR (one.namesakes = 1 AND other.namesakes = 1))
    GROUP BY one.account_ref, one.item_ref, one.currency, one.is_there
) AS pair
WHERE found.kind IS NULL AND pair.of_ref = found.account_ref AND pair.item_ref = found.item_ref
  AND pair.currency = found.currency AND pair.is_there = found.is_there;

-- name: name_allocated
-- What is left of an account comes to nothing, and every document of it is known here: only what pays what differs.
UPDATE reconciliations_found AS found
SET kind = 'allocated'
FROM (
    SELECT account_ref, currency
    FROM reconciliations_found
    WHERE kind IS NULL AND account_id IS NOT NULL
    GROUP BY account_ref, currency
    HAVING sum(minor) = 0 AND count(*) > 1 AND bool_and(is_known OR there_minor < 0)
) AS even
WHERE found.kind IS NULL AND even.account_ref = found.account_ref AND even.currency = found.currency;

-- name: name_rest
-- Everything else is missing on a side, or differs: no difference is without a name.
UPDATE reconciliations_found SET kind = CASE
    WHEN NOT is_there THEN 'missing_there'
    WHEN NOT is_known THEN 'missing_here'
    ELSE 'amount'
END
WHERE kind IS NULL;

-- name: find_entries
-- The entry that a difference rests on: one of just that amount which the other side lacks, else the latest there is.
UPDATE reconciliations_found AS found
SET entry_id = resting.entry_id
FROM (
    SELECT found.account_id, found.item_ref, found.currency, found.kind, entry.id AS entry_id
    FROM reconciliations_found AS found
    CROSS JOIN LATERAL (
        SELECT entry.id
        FROM ledger_entry AS entry
        LEFT JOIN ledger_entry AS back ON back.account_id = entry.account_id AND back.id = entry.reverses_id
        WHERE entry.account_id = found.account_id AND entry.currency = found.currency
          AND entry.booked_on <= %(on)s AND entry.posted_at <= %(known_at)s
          AND CASE WHEN found.item_id IS NOT NULL THEN entry.item_id = found.item_id
                   WHEN found.cause_kind > 0 THEN coalesce(back.cause_kind, entry.cause_kind) = found.cause_kind
                                              AND coalesce(back.cause_id, entry.cause_id) = found.cause_id
                   ELSE found.item_ref = '' AND found.is_here END
        ORDER BY (CASE WHEN entry.debit IN (1, 2, 3, 4) OR (found.item_id IS NULL AND entry.debit = 9)
                       THEN entry.amount_minor ELSE -entry.amount_minor END) = -found.minor DESC,
                 entry.booked_on DESC, entry.id DESC
        LIMIT 1
    ) AS entry
    WHERE found.entry_id IS NULL AND found.account_id IS NOT NULL
) AS resting
WHERE found.entry_id IS NULL AND resting.account_id = found.account_id AND resting.item_ref = found.item_ref
  AND resting.currency = found.currency AND resting.kind = found.kind;

-- name: keep_totals
-- What both sides come to.
INSERT INTO reconciliations_total (reconciliation_id, currency, there_minor, here_minor, there_lines, here_lines)
SELECT %(reconciliation)s, currency, sum(there_minor), sum(here_minor), sum(there), sum(here)
FROM (
    SELECT currency, minor AS there_minor, 0 AS here_minor, 1 AS there, 0 AS here FROM reconciliations_there
    UNION ALL
    SELECT currency, 0, minor, 0, 1 FROM reconciliations_here
) AS side
GROUP BY currency;

-- name: keep_differences
-- Keep each difference; one that the run before had found too keeps its note and who follows it up, and stays explained if its
-- amount is the same.
INSERT INTO reconciliations_difference (
    reconciliation_id, kind, account_id, item_id, entry_id, line, portfolio, account_ref, item_ref, currency, there_minor,
    here_minor, minor, other, since_on, state, owner_id, note, changed_at, changed_by
)
SELECT %(reconciliation)s, found.kind, found.account_id, found.item_id, found.entry_id, found.line, found.portfolio,
       found.account_ref, found.item_ref, found.currency, found.there_minor, found.here_minor, found.minor, found.other,
       coalesce(before.since_on, %(on)s),
       CASE WHEN before.state = 'explained' AND before.minor = found.minor THEN 'explained' ELSE 'open' END,
       coalesce(before.owner_id, %(owner)s), coalesce(before.note, ''), before.changed_at, coalesce(before.changed_by, '')
FROM reconciliations_found AS found
LEFT JOIN reconciliations_difference AS before
    ON before.reconciliation_id = %(before)s AND before.kind = found.kind AND before.portfolio = found.portfolio
   AND before.account_ref = found.account_ref AND before.item_ref = found.item_ref AND before.currency = found.currency
ORDER BY abs(found.minor) DESC, found.account_ref, found.item_ref;

-- name: solve
-- What the run before had found and this one does not is solved.
UPDATE reconciliations_difference AS before
SET state = 'solved', solved_by_id = %(reconciliation)s, changed_at = %(at)s, changed_by = %(by)s
WHERE before.reconciliation_id = %(before)s AND before.state <> 'solved'
  AND NOT EXISTS (
      SELECT FROM reconciliations_found AS found
      WHERE before.kind = found.kind AND before.portfolio = found.portfolio AND before.account_ref = found.account_ref
        AND before.item_ref = found.item_ref AND before.currency = found.currency
  );
