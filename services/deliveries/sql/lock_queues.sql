-- lock_queues: Hold the queues of dossiers that a merge moves, or has moved what is being settled to.
SELECT dossier FROM deliveries.lanes
WHERE tenant = $1 AND subscriber = $2 AND dossier = ANY($3::uuid[])
ORDER BY dossier
FOR UPDATE
