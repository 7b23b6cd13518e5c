-- lock_followers: Hold the leases whose queues went to a dossier that now goes on into another.
-- Before the queues themselves, as a settlement does: lease first, then the queue it went to.
SELECT dossier FROM deliveries.lanes
WHERE tenant = $1 AND subscriber = $2 AND merged_into = $3
ORDER BY dossier
FOR UPDATE
