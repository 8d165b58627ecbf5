-- name: standing
-- Give the open grants of the user %(user_id)s: role, the clients it covers (null: everything), and if the user has
-- set up a second factor that they carry with them (recovery codes alone are none). A user without a grant has one row
-- without a role.
SELECT
    g.role,
    CASE
        WHEN g.business_unit_id IS NOT NULL THEN ARRAY(
            SELECT s.client_id FROM access_clientscope AS s WHERE s.business_unit_id = g.business_unit_id
        )
        WHEN g.client_id IS NOT NULL THEN ARRAY[g.client_id]
    END AS client_ids,
    EXISTS (
        SELECT FROM mfa_authenticator AS a WHERE a.user_id = u.id AND a.type IN ('totp', 'webauthn')
    ) AS has_second_factor
FROM access_user AS u
LEFT JOIN access_grant AS g ON g.user_id = u.id AND g.ended_at IS NULL
WHERE u.id = %(user_id)s;
