-- name: item_rows
-- The items of lines that stand, one each.
SELECT ready.line AS key, {account_id} AS account_id, %(client)s::bigint AS client_id, ready.item_kind AS kind,
       ready.item_ref AS reference, ready.issued_on, ready.due_on, ready.amount_minor,
       ready.open_minor AS stated_open_minor, ready.settled_on, ready.currency, ready.description, ready.value_minor
FROM {ready} AS ready
{accounts}
WHERE ready.errors IS NULL AND NOT ready.is_repeat AND NOT ready.is_credit {bound};

-- name: placed_item_rows
-- The items of placements that stand: one for each head that has a balance.
SELECT ready.line AS key, {account_id} AS account_id, %(client)s::bigint AS client_id, head.kind,
       ready.item_ref AS reference, ready.issued_on, ready.due_on, head.minor AS amount_minor,
       NULL::bigint AS stated_open_minor, NULL::date AS settled_on, ready.currency, ready.description, ready.value_minor
FROM {ready} AS ready
{accounts}
CROSS JOIN LATERAL (VALUES
    (ready.item_kind, ready.amount_minor), ('interest', ready.interest_minor), ('fee', ready.fees_minor),
    ('cost', ready.costs_minor)
) AS head(kind, minor)
WHERE ready.errors IS NULL AND NOT ready.is_repeat AND head.minor > 0 {bound};

-- name: credit_rows
-- The credits of lines that stand.
SELECT ready.line AS key, {account_id} AS account_id, ready.item_kind AS kind, ready.item_ref AS reference,
       ready.issued_on AS booked_on, ready.amount_minor, ready.currency, ready.value_minor
FROM {ready} AS ready
{accounts}
WHERE ready.errors IS NULL AND NOT ready.is_repeat AND ready.is_credit {bound};

-- name: debtor_verdicts
-- Judge what lines say of debtors against what is known of them. What a line leaves out is not known there, and no change.
SELECT ready.line AS key, ready.currency, ready.value_minor, NULL::text AS refusal, false AS is_ahead_of_source,
       CASE
           WHEN account.id IS NULL THEN 'new'
           WHEN party.name <> ready.name
               OR party.company_number <> coalesce(ready.company_number, party.company_number)
               OR party.born_on IS DISTINCT FROM coalesce(ready.born_on, party.born_on)
               OR party.language <> coalesce(ready.language, party.language)
               OR party.country <> coalesce(ready.country, party.country)
               OR ready.group_name IS NOT NULL AND party_group.name IS DISTINCT FROM ready.group_name
               OR (ready.address_1 IS NOT NULL OR ready.postcode IS NOT NULL)
                   AND (address.lines, address.town, address.county, address.postcode)
                       IS DISTINCT FROM (
                           to_jsonb(array_remove(ARRAY[ready.address_1, ready.address_2, ready.address_3], NULL)),
                           coalesce(ready.town, ''), coalesce(ready.county, ''), coalesce(ready.postcode, '')
                       )
               OR EXISTS (
                   SELECT FROM (VALUES
                       ('email', ready.email_key), ('phone', ready.phone_key), ('mobile', ready.mobile_key)
                   ) AS given(kind, key)
                   WHERE given.key IS NOT NULL AND NOT EXISTS (
                       SELECT FROM parties_contact_point AS point
                       WHERE point.party_id = party.id AND point.kind = given.kind AND point.value_key = given.key
                   )
               )
               THEN 'changed'
           ELSE 'unchanged'
       END AS verdict
FROM {ready} AS ready
LEFT JOIN accounts_account_lookup AS looked
    ON looked.client_id = %(client)s AND looked.reference = ready.account_key
LEFT JOIN accounts_account AS account ON account.id = looked.account_id
LEFT JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN parties_group AS party_group ON party_group.id = party.group_id
LEFT JOIN parties_address AS address ON address.party_id = party.id AND address.until_on IS NULL
WHERE ready.errors IS NULL AND NOT ready.is_repeat {bound};

-- name: one_verdict
-- Give each line one verdict, where a line brings several things: it is new when all of it is, and unchanged when all of it is.
SELECT key, min(currency) AS currency, max(value_minor) AS value_minor, min(refusal) AS refusal,
       bool_or(is_ahead_of_source) AS is_ahead_of_source,
       CASE WHEN bool_and(verdict = 'new') THEN 'new' WHEN bool_and(verdict = 'unchanged') THEN 'unchanged'
            ELSE 'changed' END AS verdict
FROM ({judged}) AS judged
GROUP BY key;

-- name: tally
-- Count what became of lines by verdict and currency, and of how many there is something to note. It only reads, so that
-- workers can share it.
SELECT verdict, currency, count(*)::integer AS lines, sum(value_minor)::bigint AS value_minor,
       count(*) FILTER (WHERE is_noted) AS noted
FROM (
    SELECT CASE WHEN refusal IS NULL THEN verdict ELSE 'refused' END AS verdict, currency, value_minor,
           refusal IS NOT NULL OR is_ahead_of_source AS is_noted
    FROM ({judged}) AS judged
    UNION ALL
    SELECT CASE WHEN errors IS NULL THEN 'repeated' ELSE 'refused' END, total_currency, value_minor, false
    FROM {ready} AS ready
    WHERE (errors IS NOT NULL OR is_repeat) {bound}
) AS line
GROUP BY verdict, currency;

-- name: add_totals
-- Add to the totals of a batch, in one order, so that two chunks never wait for each other in a ring.
INSERT INTO intake_batch_total AS total (batch_id, phase, verdict, currency, lines, value_minor)
SELECT %(batch)s, %(phase)s, verdict, currency, lines, value_minor
FROM unnest(%(verdicts)s::text[], %(currencies)s::text[], %(lines)s::integer[], %(values)s::bigint[])
    AS found(verdict, currency, lines, value_minor)
ORDER BY verdict, currency
ON CONFLICT (batch_id, phase, verdict, currency)
    DO UPDATE SET lines = total.lines + excluded.lines, value_minor = total.value_minor + excluded.value_minor;

-- name: note_refusals
-- Note what the book forbids, and where it is ahead of the source.
INSERT INTO intake_row_error (batch_id, line, field, "column", code, value, is_warning, phase)
SELECT %(batch)s, key, '', '', coalesce(refusal, 'ahead_of_source'), '', refusal IS NULL, %(phase)s
FROM ({judged}) AS judged WHERE refusal IS NOT NULL OR is_ahead_of_source;

-- name: note_changes
-- Write down what lines would change of amounts and days of items that stand, the largest changes first.
INSERT INTO intake_change (
    batch_id, line, account, reference, currency, was_minor, minor, was_open_minor, open_minor, was_issued_on, issued_on,
    was_due_on, due_on
)
SELECT %(batch)s, judged.key, ready.account_key, judged.reference, judged.currency, judged.was_minor, judged.amount_minor,
       judged.was_open_minor, becomes.open_minor, judged.was_issued_on, judged.issued_on, judged.was_due_on, judged.due_on
FROM ({judged}) AS judged
JOIN {ready} AS ready ON ready.line = judged.key
CROSS JOIN LATERAL (
    SELECT least(judged.stated_open_minor, judged.was_open_minor + judged.amount_minor - judged.was_minor) AS open_minor
) AS becomes
WHERE judged.verdict = 'changed' AND judged.refusal IS NULL
  AND (judged.amount_minor, becomes.open_minor, judged.issued_on, judged.due_on)
      IS DISTINCT FROM (judged.was_minor, judged.was_open_minor, judged.was_issued_on, judged.was_due_on)
ORDER BY greatest(abs(judged.amount_minor - judged.was_minor), abs(becomes.open_minor - judged.was_open_minor)) DESC, judged.key
LIMIT %(most)s;

-- name: in_book
-- Ask the book itself what it holds for the lines that were taken: an item or a credit with exactly the amount of its line. There
-- is one of each at most, so all are joined, which workers can share.
SELECT ready.total_currency AS currency, count(*) AS lines, sum(ready.value_minor)::bigint AS minor
FROM {ready} AS ready
JOIN accounts_account_lookup AS looked ON looked.client_id = %(client)s AND looked.reference = ready.account_key
LEFT JOIN accounts_source_credit AS credit
    ON ready.is_credit AND credit.account_id = looked.account_id AND credit.kind = ready.item_kind
   AND credit.reference = ready.item_ref AND credit.taken_back_on IS NULL AND credit.item_id IS NULL
LEFT JOIN accounts_item AS item
    ON NOT %(is_customers)s AND item.account_id = looked.account_id AND item.reference = ready.item_ref AND item.kind = ready.item_kind
LEFT JOIN accounts_item AS interest
    ON %(is_placements)s AND ready.interest_minor > 0 AND interest.account_id = looked.account_id
   AND interest.reference = ready.item_ref AND interest.kind = 'interest'
LEFT JOIN accounts_item AS fee
    ON %(is_placements)s AND ready.fees_minor > 0 AND fee.account_id = looked.account_id
   AND fee.reference = ready.item_ref AND fee.kind = 'fee'
LEFT JOIN accounts_item AS cost
    ON %(is_placements)s AND ready.costs_minor > 0 AND cost.account_id = looked.account_id
   AND cost.reference = ready.item_ref AND cost.kind = 'cost'
WHERE ready.errors IS NULL AND NOT ready.is_repeat AND ready.line <> ALL (%(refused)s) AND CASE
    WHEN %(is_customers)s THEN true
    WHEN ready.is_credit THEN ready.amount_minor = 0 OR credit.amount_minor = ready.amount_minor
    ELSE (ready.amount_minor = 0 OR item.amount_minor = ready.amount_minor)
        AND (coalesce(ready.interest_minor, 0) <= 0 OR interest.amount_minor = ready.interest_minor)
        AND (coalesce(ready.fees_minor, 0) <= 0 OR fee.amount_minor = ready.fees_minor)
        AND (coalesce(ready.costs_minor, 0) <= 0 OR cost.amount_minor = ready.costs_minor)
END
GROUP BY ready.total_currency;
