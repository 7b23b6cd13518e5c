-- tenant_events: Everything recorded about the tenant itself, in order.
SELECT position, id, dossier, type, recorded_at, body
FROM log.events WHERE tenant = $1 AND dossier IS NULL ORDER BY position
