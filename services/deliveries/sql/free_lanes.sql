-- free_lanes: End leases: forget the dossiers with nothing open, let the others be tried again at their time.
WITH freed AS (
    SELECT * FROM unnest($3::uuid[], $4::timestamptz[], $5::text[]) AS each (dossier, next_at, parked_reason)
), emptied AS (
    DELETE FROM deliveries.lanes AS lane USING freed
    WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.dossier = freed.dossier
    AND NOT EXISTS (
        SELECT FROM deliveries.open AS waiting
        WHERE waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = lane.dossier
    )
)
UPDATE deliveries.lanes AS lane
SET lease_token = NULL, lease_through = NULL, next_at = freed.next_at, merged_into = NULL,
    parked_reason = coalesce(lane.parked_reason, freed.parked_reason),
    parked_at = coalesce(lane.parked_at, CASE WHEN freed.parked_reason IS NOT NULL THEN $6::timestamptz END)
FROM freed
WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.dossier = freed.dossier
AND EXISTS (
    SELECT FROM deliveries.open AS waiting
    WHERE waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = lane.dossier
)
