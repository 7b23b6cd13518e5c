-- check_lanes: What is open in no queue, so that nobody would ever send it. Must be empty, always.
SELECT waiting.tenant, waiting.subscriber, waiting.dossier, waiting.number
FROM deliveries.open AS waiting
WHERE NOT EXISTS (
    SELECT FROM deliveries.lanes AS lane
    WHERE lane.tenant = waiting.tenant AND lane.subscriber = waiting.subscriber AND lane.dossier = waiting.dossier
)
ORDER BY waiting.tenant, waiting.subscriber, waiting.number
LIMIT $1
