-- free_lanes: End leases: forget the dossiers with nothing open, let the others be tried again at their time.
WITH freed AS (
    SELECT * FROM unnest($3::uuid[], $4::timestamptz[], $5::text[]) AS each (dossier, next_at, parked_reason)
), found AS MATERIALIZED (
    SELECT lane.ctid AS place, freed.*, waiting.number IS NOT NULL AS waits
    FROM freed
    CROSS JOIN LATERAL (
        SELECT each.ctid FROM deliveries.lanes AS each
        WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = freed.dossier
        OFFSET 0
    ) AS lane
    LEFT JOIN LATERAL (
        SELECT each.number FROM deliveries.open AS each
        WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = freed.dossier
        LIMIT 1
    ) AS waiting ON true
), emptied AS (
    DELETE FROM deliveries.lanes WHERE ctid = ANY(ARRAY(SELECT place FROM found WHERE NOT waits))
)
UPDATE deliveries.lanes AS lane
SET lease_token = NULL, lease_through = NULL, next_at = found.next_at, merged_into = NULL,
    parked_reason = coalesce(lane.parked_reason, found.parked_reason),
    parked_at = coalesce(lane.parked_at, CASE WHEN found.parked_reason IS NOT NULL THEN $6::timestamptz END)
FROM found
WHERE lane.ctid = found.place AND found.waits
