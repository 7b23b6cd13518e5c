-- tenant_events: What is recorded about the tenant itself, in order; all of it, or the events of some types.
SELECT position, id, dossier, type, recorded_at, body
FROM log.events WHERE tenant = $1 AND dossier IS NULL AND ($2::text[] IS NULL OR type = ANY($2)) ORDER BY position
