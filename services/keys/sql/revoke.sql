-- revoke: make a key useless; gives its id unless it was revoked before
UPDATE gateway.api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id
