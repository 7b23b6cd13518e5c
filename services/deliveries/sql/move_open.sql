-- move_open: Put all that is open for one dossier into the queue of another.
-- What is under a lease goes with it, in doubt until the lease is settled; the queue it goes to waits for that.
WITH absorbed AS (
    SELECT * FROM deliveries.lanes WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND merged_into IS NULL
), moved AS (
    UPDATE deliveries.open
    SET dossier = $4,
        doubtful = doubtful
            OR coalesce(number <= (SELECT lease_through FROM absorbed WHERE lease_token IS NOT NULL), false)
    WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND EXISTS (SELECT FROM absorbed)
), queued AS (
    INSERT INTO deliveries.lanes AS lane (tenant, subscriber, dossier, next_at, last_number, parked_at, parked_reason)
    SELECT $1, $2, $4, CASE WHEN lease_token IS NULL THEN next_at ELSE $5::timestamptz END, last_number, parked_at,
        parked_reason
    FROM absorbed
    ON CONFLICT (tenant, subscriber, dossier) DO UPDATE
    SET last_number = greatest(lane.last_number, excluded.last_number),
        parked_at = coalesce(lane.parked_at, excluded.parked_at),
        parked_reason = coalesce(lane.parked_reason, excluded.parked_reason)
), followed AS (
    UPDATE deliveries.lanes SET merged_into = $4
    WHERE tenant = $1 AND subscriber = $2 AND merged_into = $3
), left_leased AS (
    UPDATE deliveries.lanes SET merged_into = $4, parked_at = NULL, parked_reason = NULL
    WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND merged_into IS NULL AND lease_token IS NOT NULL
)
DELETE FROM deliveries.lanes
WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND merged_into IS NULL AND lease_token IS NULL
