-- read_page: The next events after a position. Positions are given under the tenant's lock, so none below can follow later.
SELECT position, id, dossier, type, recorded_at, body
FROM log.events WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT $3
