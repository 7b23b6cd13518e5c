-- leased_deliveries: The oldest open deliveries of leased dossiers; none of one that absorbed a dossier under a lease
-- while it was being taken.
SELECT lane.dossier, waiting.number, waiting.position, waiting.repair, waiting.attempts, waiting.creates,
    waiting.doubtful, waiting.rejections
FROM unnest($3::uuid[], $4::bigint[]) AS lane (dossier, through)
CROSS JOIN LATERAL (
    SELECT * FROM deliveries.open AS each
    WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = lane.dossier AND each.number <= lane.through
    ORDER BY each.number LIMIT $5
) AS waiting
WHERE NOT EXISTS (
    SELECT FROM deliveries.lanes AS absorbed
    WHERE absorbed.tenant = $1 AND absorbed.subscriber = $2 AND absorbed.merged_into = lane.dossier
    AND absorbed.next_at > $6 AND absorbed.dossier <> ALL($3::uuid[])
)
ORDER BY waiting.number
