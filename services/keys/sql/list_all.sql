-- list_all: every key, of one tenant if it is given, oldest first
SELECT id, tenant, system, scope, digest, created_at, revoked_at
FROM gateway.api_keys
WHERE $1::text IS NULL OR tenant = $1
ORDER BY created_at, id
