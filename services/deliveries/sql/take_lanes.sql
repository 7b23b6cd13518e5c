-- take_lanes: Lease dossiers that are due and nobody holds, the longest waiting first.
-- What is open is read by the next statement: this one's snapshot may be older than the row it locked.
WITH due AS MATERIALIZED (
    SELECT lane.ctid AS place, lane.dossier, lane.next_at, lane.lease_token IS NOT NULL AS ran_out, lane.lease_through
    FROM deliveries.lanes AS lane
    WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.next_at <= $3 AND lane.parked_at IS NULL
    AND NOT EXISTS (
        SELECT FROM deliveries.subscribers AS served
        WHERE served.tenant = $1 AND served.name = $2 AND served.paused
    )
    AND NOT EXISTS (
        SELECT FROM deliveries.lanes AS absorbed
        WHERE absorbed.tenant = $1 AND absorbed.subscriber = $2 AND absorbed.merged_into = lane.dossier
        AND absorbed.next_at > $3
    )
    ORDER BY lane.next_at
    LIMIT $5
    FOR UPDATE OF lane SKIP LOCKED
)
-- By the place just locked, not by key: see hold_lanes. A row that moved while it was being locked is left for next time.
UPDATE deliveries.lanes AS lane
SET lease_token = gen_random_uuid(), lease_through = lane.last_number, next_at = $4::timestamptz
FROM due
WHERE lane.ctid = due.place
RETURNING lane.dossier, lane.lease_token, lane.lease_through, due.next_at AS waiting_since, due.ran_out,
    due.lease_through AS doubtful_through
