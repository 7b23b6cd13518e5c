-- lines_with: Subscribers with something in the queue of a dossier.
SELECT served.name
FROM deliveries.subscribers AS served
CROSS JOIN LATERAL (
    SELECT FROM deliveries.lanes AS each
    WHERE each.tenant = $1 AND each.subscriber = served.name AND each.dossier = $2 AND each.merged_into IS NULL
    LIMIT 1
) AS lane
WHERE served.tenant = $1
ORDER BY served.name
