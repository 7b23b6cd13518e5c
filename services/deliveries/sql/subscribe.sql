-- subscribe: Serve a system from a position on.
INSERT INTO deliveries.subscribers (tenant, name, kind, start, settings, paused, planned)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
ON CONFLICT DO NOTHING
