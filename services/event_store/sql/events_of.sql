-- events_of: Everything recorded under these dossier ids, in order.
SELECT position, id, dossier, type, recorded_at, body
FROM log.events WHERE tenant = $1 AND dossier = ANY($2::uuid[]) ORDER BY position
