-- parked: Dossiers that were set aside, the oldest first.
SELECT dossier, parked_reason, parked_at
FROM deliveries.lanes WHERE tenant = $1 AND subscriber = $2 AND parked_at IS NOT NULL ORDER BY parked_at, dossier LIMIT $3
