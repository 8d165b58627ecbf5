-- name: take_portfolio
-- Put lines that name no portfolio into the one that was opened for them.
UPDATE {ready} SET portfolio_id = %(portfolio)s WHERE portfolio_id IS NULL AND errors IS NULL;

-- name: note_listed
-- Note which items a file lists, where its silence about one will mean that it is settled. A refused line lists its item too.
INSERT INTO intake_listed (source_id, account_id, item_id)
SELECT %(source)s, account_id, coalesce(item_id, id)
FROM {judged}
WHERE refusal IS NULL OR item_id IS NOT NULL
ORDER BY account_id, coalesce(item_id, id)
ON CONFLICT (source_id, account_id, item_id) DO NOTHING;

-- name: make_chunks
-- Make a mark for each chunk of a batch; those of an earlier attempt stand.
INSERT INTO intake_chunk (batch_id, position)
SELECT %(batch)s, generate_series(0, max(chunk)) FROM {ready}
ON CONFLICT DO NOTHING;

-- name: take_chunk
-- Take the next chunk that is not loaded and that nobody else is loading.
SELECT position FROM intake_chunk
WHERE batch_id = %(batch)s AND done_at IS NULL
ORDER BY position LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: mark_chunk
-- Mark a chunk as loaded, in the transaction that loads it.
UPDATE intake_chunk SET done_at = %(at)s WHERE batch_id = %(batch)s AND position = %(chunk)s;

-- name: forget_accounts
-- Forget the accounts of an earlier chunk of the same transaction.
DROP TABLE IF EXISTS intake_account;

-- name: find_accounts
-- Find the accounts of a chunk's lines, each by its last line, and draw ids for those to be. LIMIT has each account looked up by
-- itself: joined, all of the client's accounts might be read for the sake of one chunk.
CREATE TEMP TABLE intake_account ON COMMIT DROP AS
SELECT named.*, looked.account_id IS NULL AS is_new, coalesce(looked.account_id, {new_account_id}) AS account_id,
       looked.party_id, false AS is_new_party
FROM (
    SELECT DISTINCT ON (account_key COLLATE "C")
           account_key, debtor_key, name, name_key, party_kind, company_number, born_on, language, country, group_name,
           address_1, address_2, address_3, town, county, postcode, email, email_key, phone, phone_key, mobile, mobile_key,
           portfolio_id, currency
    FROM {ready}
    WHERE chunk = %(chunk)s AND errors IS NULL AND NOT is_repeat
    ORDER BY account_key COLLATE "C", line DESC
) AS named
LEFT JOIN LATERAL (
    SELECT looked.account_id, account.party_id
    FROM accounts_account_lookup AS looked
    LEFT JOIN accounts_account AS account ON account.id = looked.account_id
    WHERE looked.client_id = %(client)s AND looked.reference = named.account_key
    LIMIT 1
) AS looked ON true
ORDER BY named.account_key COLLATE "C";

-- name: take_claimed
-- Take the accounts that somebody else opened in the meantime as they are.
UPDATE intake_account AS mine
SET account_id = looked.account_id, is_new = false, party_id = account.party_id
FROM accounts_account_lookup AS looked
JOIN accounts_account AS account ON account.id = looked.account_id
WHERE mine.is_new AND looked.client_id = %(client)s AND looked.reference = mine.account_key
  AND looked.account_id <> mine.account_id;

-- name: know_debtors
-- Give every debtor reference of accounts to be a party: that of the account it names, else one to be.
INSERT INTO intake_debtor_lookup (source_id, reference, party_id)
SELECT %(source)s, debtor_key, coalesce(party_id, {new_party_id})
FROM (
    SELECT mine.debtor_key, max(account.party_id) AS party_id
    FROM intake_account AS mine
    LEFT JOIN accounts_account_lookup AS looked ON looked.client_id = %(client)s AND looked.reference = mine.debtor_key
    LEFT JOIN accounts_account AS account ON account.id = looked.account_id
    WHERE mine.is_new AND mine.debtor_key IS NOT NULL
    GROUP BY mine.debtor_key
    ORDER BY mine.debtor_key
) AS debtor
ON CONFLICT (source_id, reference) DO NOTHING;

-- name: take_debtors
-- Take the parties of debtor references, and say which of them are yet to be written down, each with one account.
UPDATE intake_account AS mine
SET party_id = debtor.party_id, is_new_party = debtor.nth = 1 AND NOT debtor.is_known
FROM (
    SELECT mine.account_key, lookup.party_id, row_number() OVER (PARTITION BY lookup.party_id ORDER BY mine.account_key) AS nth,
           EXISTS (SELECT FROM parties_party AS party WHERE party.id = lookup.party_id) AS is_known
    FROM intake_account AS mine
    JOIN intake_debtor_lookup AS lookup ON lookup.source_id = %(source)s AND lookup.reference = mine.debtor_key
    WHERE mine.is_new
) AS debtor
WHERE mine.account_key = debtor.account_key;

-- name: draw_parties
-- Draw ids for the parties of accounts to be that share theirs with no other.
UPDATE intake_account SET party_id = {new_party_id}, is_new_party = true
WHERE is_new AND party_id IS NULL;

-- name: accounts_to_be
-- The accounts to be, as `accounts.actions` wants them.
SELECT account_id, %(client)s::bigint AS client_id, portfolio_id, party_id, account_key AS reference, currency
FROM intake_account WHERE is_new ORDER BY account_id;

-- name: standing_accounts
-- The accounts that stood before.
SELECT account_id FROM intake_account WHERE NOT is_new;

-- name: parties_to_be
-- The parties to be, as `parties.actions` wants them. What a file does not say of their kind is told by what else it says.
SELECT party_id,
       CASE
           WHEN party_kind IN ('person', 'company') THEN party_kind
           WHEN company_number IS NOT NULL THEN 'company'
           WHEN born_on IS NOT NULL THEN 'person'
           WHEN name_key ~ '\m(ltd|limited|plc|llp|llc|lp|inc|corp|corporation|gmbh|ag|bv|sarl|sa|spa|srl|pty|cic|company|co)\M'
               THEN 'company'
           ELSE %(party_kind)s
       END AS kind,
       name, name_key, company_number, born_on, language, country
FROM intake_account WHERE is_new_party ORDER BY party_id;

-- name: known_parties
-- The parties that stood before, with what the file says of them.
SELECT DISTINCT ON (party_id) party_id, name, name_key, company_number, born_on, language, country
FROM intake_account WHERE NOT is_new_party ORDER BY party_id, account_key;

-- name: contact_points
-- The contact points that the file gives, of parties to be or, where the file tells of debtors, of all.
SELECT party_id, given.kind, given.value, given.key AS value_key
FROM intake_account
CROSS JOIN LATERAL (VALUES ('email', email, email_key), ('phone', phone, phone_key), ('mobile', mobile, mobile_key))
    AS given(kind, value, key)
WHERE given.key IS NOT NULL AND (is_new_party OR %(tells_of_debtors)s);

-- name: addresses
-- The addresses that the file gives, one a party.
SELECT DISTINCT ON (party_id)
       party_id, to_jsonb(array_remove(ARRAY[address_1, address_2, address_3], NULL)) AS lines, coalesce(town, '') AS town,
       coalesce(county, '') AS county, coalesce(postcode, '') AS postcode, country
FROM intake_account
WHERE (address_1 IS NOT NULL OR postcode IS NOT NULL) AND (is_new_party OR %(tells_of_debtors)s)
ORDER BY party_id, account_key;

-- name: accounts_of_debtors
-- The accounts that stood before, of the parties of which something changed, with what their timeline says of it.
SELECT account.id AS account_id, jsonb_build_object('origin', %(origin)s::text) AS data, %(today)s::date AS happened_on
FROM accounts_account AS account
WHERE account.party_id = ANY(%(party_ids)s)
  AND NOT EXISTS (SELECT FROM intake_account AS mine WHERE mine.is_new AND mine.account_id = account.id)
ORDER BY account.id;

-- name: groups
-- The groups that the file gives, one a party.
SELECT DISTINCT ON (party_id) party_id, group_name AS name
FROM intake_account
WHERE group_name IS NOT NULL AND (is_new_party OR %(tells_of_debtors)s)
ORDER BY party_id, account_key;
