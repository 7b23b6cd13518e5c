-- lock_merging: Hold the queues of two dossiers that become one, with every subscriber.
SELECT lane.dossier
FROM deliveries.subscribers AS served
JOIN deliveries.lanes AS lane
    ON lane.tenant = $1 AND lane.subscriber = served.name AND lane.dossier IN ($2::uuid, $3::uuid)
WHERE served.tenant = $1
ORDER BY lane.subscriber, lane.dossier
FOR UPDATE OF lane
