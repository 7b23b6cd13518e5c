-- history: Every delivery of these dossiers, and where its queue stands while it is open.
SELECT owed.subscriber, owed.number, owed.dossier, owed.position, owed.repair, owed.creates, owed.owed_at,
    lane.next_at, lane.lease_token IS NOT NULL AS leased, lane.parked_reason
FROM deliveries.owed AS owed
LEFT JOIN LATERAL (
    SELECT lanes.*
    FROM unnest($2::uuid[]) AS asked (dossier)
    CROSS JOIN LATERAL (
        SELECT each.dossier FROM deliveries.open AS each
        WHERE each.tenant = $1 AND each.subscriber = owed.subscriber AND each.dossier = asked.dossier
        AND each.number = owed.number
        OFFSET 0
    ) AS waiting
    CROSS JOIN LATERAL (
        SELECT * FROM deliveries.lanes AS each
        WHERE each.tenant = $1 AND each.subscriber = owed.subscriber AND each.dossier = waiting.dossier
        OFFSET 0
    ) AS lanes
) AS lane ON true
WHERE owed.tenant = $1 AND owed.dossier = ANY($2::uuid[])
ORDER BY owed.owed_at, owed.subscriber, owed.number
