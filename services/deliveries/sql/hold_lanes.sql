-- hold_lanes: Which of these leases are still ours; they stay so until this transaction ends.
-- A statement of its own, before all others of a settlement: their snapshots must be younger than the locks, or what is
-- owed to a dossier meanwhile would be overlooked and its queue forgotten.
-- Each lane is found by its whole key, here and below: these tables go from empty to huge and back faster than their
-- statistics, and a join the planner may turn round compares every lease with every lane. The token is compared after
-- the lock (LIMIT keeps it there), or the planner would look for it among all that is leased.
SELECT lane.dossier, lane.merged_into
FROM (SELECT * FROM unnest($3::uuid[], $4::uuid[]) AS each (dossier, token) ORDER BY each.dossier) AS leased
CROSS JOIN LATERAL (
    SELECT each.dossier, each.merged_into, each.lease_token FROM deliveries.lanes AS each
    WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = leased.dossier
    LIMIT 1
    FOR UPDATE
) AS lane
WHERE lane.lease_token = leased.token
