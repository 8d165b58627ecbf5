-- name: add_parties
-- Write down new parties under ids drawn before.
INSERT INTO parties_party (id, kind, name, name_key, company_number, born_on, language, country, created_at)
SELECT party_id, kind, name, name_key, coalesce(company_number, ''), born_on, coalesce(language, 'en'),
       coalesce(country, 'GB'), %(at)s
FROM {rows} AS row;

-- name: correct_parties
-- Correct what is said of parties: what a row leaves out stays as it is.
UPDATE parties_party AS party
SET name = row.name, name_key = row.name_key,
    company_number = coalesce(row.company_number, party.company_number),
    born_on = coalesce(row.born_on, party.born_on),
    language = coalesce(row.language, party.language),
    country = coalesce(row.country, party.country)
FROM {rows} AS row
WHERE party.id = row.party_id
  AND (party.name, party.company_number, party.born_on, party.language, party.country) IS DISTINCT FROM (
      row.name, coalesce(row.company_number, party.company_number), coalesce(row.born_on, party.born_on),
      coalesce(row.language, party.language), coalesce(row.country, party.country)
  )
RETURNING party.id;

-- name: add_contact_points
-- Add ways to reach parties; those that stand already are left as they are.
INSERT INTO parties_contact_point (party_id, kind, value, value_key, label, state, preferred, created_at)
SELECT DISTINCT ON (party_id, kind, value_key)
       party_id, kind, value, value_key, '', %(state)s, false, %(at)s
FROM {rows} AS row
ORDER BY party_id, kind, value_key
ON CONFLICT (party_id, kind, value_key) DO NOTHING
RETURNING party_id;

-- name: end_addresses
-- End the current addresses of parties whose new one says something else.
UPDATE parties_address AS address
SET until_on = %(from_on)s
FROM {rows} AS row
WHERE address.party_id = row.party_id AND address.until_on IS NULL
  AND (address.lines, address.town, address.county, address.postcode, address.country)
      IS DISTINCT FROM (row.lines, row.town, row.county, row.postcode, coalesce(row.country, address.country));

-- name: add_addresses
-- Add addresses to the parties that have no current one.
INSERT INTO parties_address (party_id, lines, town, county, postcode, postcode_key, country, state, from_on)
SELECT party_id, lines, town, county, postcode, upper(regexp_replace(postcode, '\s', '', 'g')),
       coalesce(country, 'GB'), %(state)s, %(from_on)s
FROM {rows} AS row
WHERE NOT EXISTS (
    SELECT FROM parties_address AS address WHERE address.party_id = row.party_id AND address.until_on IS NULL
)
RETURNING party_id;

-- name: add_groups
-- Add groups by name where there is none of that name.
INSERT INTO parties_group (name)
SELECT DISTINCT row.name
FROM {rows} AS row
WHERE NOT EXISTS (SELECT FROM parties_group AS known WHERE known.name = row.name);

-- name: join_groups
-- Put parties into the groups of those names.
UPDATE parties_party AS party
SET group_id = known.id
FROM {rows} AS row
JOIN LATERAL (SELECT min(id) AS id FROM parties_group WHERE name = row.name) AS known ON known.id IS NOT NULL
WHERE party.id = row.party_id AND party.group_id IS DISTINCT FROM known.id
RETURNING party.id;
