-- subscribers: Who is served, in one tenant or all.
SELECT tenant, name, kind, start, settings, paused
FROM deliveries.subscribers WHERE $1::text IS NULL OR tenant = $1 ORDER BY tenant, name
