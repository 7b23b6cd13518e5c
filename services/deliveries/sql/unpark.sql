-- unpark: Let a dossier that was set aside be tried again.
UPDATE deliveries.lanes
SET parked_at = NULL, parked_reason = NULL, next_at = CASE WHEN lease_token IS NULL THEN $4::timestamptz ELSE next_at END
WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND parked_at IS NOT NULL
