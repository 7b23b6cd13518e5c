-- ensure_live: a tenant's first events find a live build at position 0 to begin with.
INSERT INTO read.builds (projection, tenant, stage)
VALUES ($1, $2, 'live')
ON CONFLICT DO NOTHING
