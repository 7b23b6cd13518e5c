-- at_positions: The events at these positions, in order.
SELECT position, id, dossier, type, recorded_at, body
FROM log.events WHERE tenant = $1 AND position = ANY($2::bigint[]) ORDER BY position
