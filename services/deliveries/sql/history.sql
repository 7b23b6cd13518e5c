-- history: Every delivery of these dossiers, and where its queue stands while it is open.
SELECT owed.subscriber, owed.number, owed.dossier, owed.position, owed.repair, owed.creates, owed.owed_at,
    lane.next_at, lane.lease_token IS NOT NULL AS leased, lane.parked_reason
FROM deliveries.owed AS owed
LEFT JOIN deliveries.open AS waiting
    ON waiting.tenant = $1 AND waiting.subscriber = owed.subscriber AND waiting.dossier = ANY($2::uuid[])
    AND waiting.number = owed.number
LEFT JOIN deliveries.lanes AS lane
    ON lane.tenant = $1 AND lane.subscriber = owed.subscriber AND lane.dossier = waiting.dossier
WHERE owed.tenant = $1 AND owed.dossier = ANY($2::uuid[])
ORDER BY owed.owed_at, owed.subscriber, owed.number
