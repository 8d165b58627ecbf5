-- name: found
-- Give the accounts behind hits, with what a result shows. House accounts are nobody's debt and are never found.
WITH hit AS ({hits})
SELECT account.id AS account_id, account.reference, account.currency, account.state, client.name AS client,
       party.name AS party, hit.hit, address.postcode,
       (coalesce(open.minor, 0) - account.on_account_minor)::bigint AS balance_minor
FROM hit
JOIN accounts_account AS account ON account.id = hit.account_id AND NOT account.is_house
JOIN accounts_client AS client ON client.id = account.client_id
JOIN parties_party AS party ON party.id = account.party_id
LEFT JOIN parties_address AS address ON address.party_id = party.id AND address.until_on IS NULL
LEFT JOIN LATERAL (
    SELECT sum(open_minor) AS minor FROM accounts_item AS item WHERE item.account_id = account.id AND open_minor > 0
) AS open ON true
WHERE %(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s)
ORDER BY hit.place, party.name_key, account.id
LIMIT %(limit)s;

-- name: by_contact
-- By an e-mail address or a telephone number, whole.
SELECT account.id AS account_id, point.value AS hit, 0 AS place
FROM parties_contact_point AS point
JOIN accounts_account AS account ON account.party_id = point.party_id
WHERE point.value_key = %(value)s;

-- name: by_reference
-- By the client's reference, whole, however it is written.
SELECT lookup.account_id, lookup.reference AS hit, 0 AS place
FROM accounts_account_lookup AS lookup
WHERE accounts_reference_key(lookup.reference) = %(value)s
  AND client_id = ANY(coalesce(%(clients)s::bigint[], ARRAY(SELECT id FROM accounts_client)));

-- name: by_item
-- By the reference of an item, whole, however it is written.
SELECT item.account_id, item.reference AS hit, 0 AS place
FROM accounts_item AS item
WHERE accounts_reference_key(item.reference) = %(value)s
LIMIT 200;

-- name: by_postcode
-- By the beginning of a postcode.
SELECT account.id AS account_id, address.postcode AS hit, 0 AS place
FROM (
    SELECT party_id, postcode FROM parties_address
    WHERE postcode_key COLLATE "C" LIKE %(prefix)s AND postcode_key <> '' AND until_on IS NULL
    LIMIT 500
) AS address
JOIN accounts_account AS account ON account.party_id = address.party_id;

-- name: by_name
-- By the beginning of a name.
SELECT account.id AS account_id, party.name AS hit, 0 AS place
FROM (
    SELECT id, name, name_key FROM parties_party
    WHERE name_key COLLATE "C" LIKE %(prefix)s
    ORDER BY name_key COLLATE "C"
    LIMIT 500
) AS party
JOIN accounts_account AS account ON account.party_id = party.id;

-- name: by_name_inside
-- By something inside a name.
SELECT account.id AS account_id, party.name AS hit, 1 AS place
FROM (
    SELECT id, name FROM parties_party WHERE name_key LIKE '%%' || %(prefix)s LIMIT 500
) AS party
JOIN accounts_account AS account ON account.party_id = party.id;

-- name: by_name_alike
-- By a name that is spelt nearly so.
SELECT account.id AS account_id, party.name AS hit, 2 AS place
FROM (
    SELECT id, name FROM parties_party
    WHERE name_key %% %(value)s
    ORDER BY similarity(name_key, %(value)s) DESC
    LIMIT 50
) AS party
JOIN accounts_account AS account ON account.party_id = party.id
