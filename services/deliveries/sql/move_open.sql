-- move_open: Put all that is open for one dossier into the queue of another.
-- What is under a lease goes with it, in doubt until the lease is settled; the queue it goes to waits for that.
WITH absorbed AS (
    SELECT lane.* FROM deliveries.subscribers AS served
    JOIN deliveries.lanes AS lane ON lane.tenant = $1 AND lane.subscriber = served.name AND lane.dossier = $2
    WHERE served.tenant = $1 AND lane.merged_into IS NULL
), moved AS (
    UPDATE deliveries.open AS waiting
    SET dossier = $3,
        doubtful = waiting.doubtful OR (absorbed.lease_token IS NOT NULL AND waiting.number <= absorbed.lease_through)
    FROM absorbed
    WHERE waiting.tenant = $1 AND waiting.subscriber = absorbed.subscriber AND waiting.dossier = $2
), queued AS (
    INSERT INTO deliveries.lanes AS lane (tenant, subscriber, dossier, next_at, last_number, parked_at, parked_reason)
    SELECT $1, subscriber, $3, CASE WHEN lease_token IS NULL THEN next_at ELSE $4::timestamptz END, last_number, parked_at, parked_reason
    FROM absorbed ORDER BY subscriber
    ON CONFLICT (tenant, subscriber, dossier) DO UPDATE
    SET last_number = greatest(lane.last_number, excluded.last_number),
        parked_at = coalesce(lane.parked_at, excluded.parked_at),
        parked_reason = coalesce(lane.parked_reason, excluded.parked_reason)
), followed AS (
    UPDATE deliveries.lanes AS lane SET merged_into = $3
    FROM deliveries.subscribers AS served
    WHERE served.tenant = $1 AND lane.tenant = $1 AND lane.subscriber = served.name AND lane.merged_into = $2
), left_leased AS (
    UPDATE deliveries.lanes AS lane SET merged_into = $3, parked_at = NULL, parked_reason = NULL
    FROM absorbed
    WHERE lane.tenant = $1 AND lane.subscriber = absorbed.subscriber AND lane.dossier = $2
    AND absorbed.lease_token IS NOT NULL
)
DELETE FROM deliveries.lanes AS lane USING absorbed
WHERE lane.tenant = $1 AND lane.subscriber = absorbed.subscriber AND lane.dossier = $2 AND absorbed.lease_token IS NULL
