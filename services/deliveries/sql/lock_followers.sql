-- lock_followers: Hold the leases whose queues went to a dossier that now goes on into another.
-- Before the queues themselves, as a settlement does: lease first, then the queue it went to.
SELECT lane.dossier
FROM deliveries.subscribers AS served
JOIN deliveries.lanes AS lane ON lane.tenant = $1 AND lane.subscriber = served.name AND lane.merged_into = $2
WHERE served.tenant = $1
ORDER BY lane.subscriber, lane.dossier
FOR UPDATE OF lane
