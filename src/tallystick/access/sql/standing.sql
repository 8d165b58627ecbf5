-- name: grants_with_clients
-- Give the open grants of the user %(user_id)s: role, the clients it covers (null: everything), and if the user has set
-- up a second factor that they carry with them (recovery codes alone are none).
SELECT
    g.role,
    CASE
        WHEN g.business_unit_id IS NOT NULL THEN ARRAY(
            SELECT s.client_id FROM access_clientscope AS s WHERE s.business_unit_id = g.business_unit_id
        )
        WHEN g.client_id IS NOT NULL THEN ARRAY[g.client_id]
    END AS client_ids,
    EXISTS (
        SELECT FROM mfa_authenticator AS a WHERE a.user_id = g.user_id AND a.type IN ('totp', 'webauthn')
    ) AS has_second_factor
FROM access_grant AS g
WHERE g.user_id = %(user_id)s AND g.ended_at IS NULL;
