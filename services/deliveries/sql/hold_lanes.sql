-- hold_lanes: Which of these leases are still ours; they stay so until this transaction ends.
-- A statement of its own, before all others of a settlement: their snapshots must be younger than the locks, or what is
-- owed to a dossier meanwhile would be overlooked and its queue forgotten.
SELECT lane.dossier, lane.merged_into
FROM unnest($3::uuid[], $4::uuid[]) AS leased (dossier, token)
JOIN deliveries.lanes AS lane
    ON lane.tenant = $1 AND lane.subscriber = $2 AND lane.dossier = leased.dossier AND lane.lease_token = leased.token
ORDER BY lane.dossier
FOR UPDATE OF lane
