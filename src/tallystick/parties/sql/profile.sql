-- name: said_otherwise
-- Find parties whose profile says something else of them, or counts other ways to reach them, than there are.
SELECT NULL::bigint AS account_id,
       'party ' || party_id || ': ' || sum(counted) || ' ways of kind ' || kind || ' are counted, ' || sum(found) || ' found' AS what
FROM (
    SELECT party_id, way.kind, way.counted, 0 AS found
    FROM parties_profile
    CROSS JOIN LATERAL (
        VALUES ('email', emails), ('mobile', mobiles), ('phone', phones), ('address', addresses)
    ) AS way(kind, counted)
    UNION ALL
    SELECT party_id, kind, 0, 1 FROM parties_contact_point WHERE state <> 'bad' AND consent IS DISTINCT FROM false
    UNION ALL
    SELECT party_id, 'address', 0, 1 FROM parties_address WHERE state <> 'bad' AND until_on IS NULL
) AS way
GROUP BY party_id, kind
HAVING sum(counted) <> sum(found)
UNION ALL
SELECT NULL, 'party ' || party.id || ' is not what its profile says'
FROM parties_party AS party
LEFT JOIN parties_profile AS profile ON profile.party_id = party.id
WHERE (party.kind = 'company', party.country, party.language)
      IS DISTINCT FROM (profile.is_company, profile.country::varchar, profile.language);
