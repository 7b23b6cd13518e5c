-- find: the key of a public id
SELECT id, tenant, system, scope, digest, created_at, revoked_at FROM gateway.api_keys WHERE id = $1
