-- add: keep a new key
INSERT INTO gateway.api_keys (id, tenant, system, scope, digest, created_at) VALUES ($1, $2, $3, $4, $5, $6)
