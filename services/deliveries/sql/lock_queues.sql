-- lock_queues: Hold the queues to which leased deliveries went in a merge, so that they do not move on meanwhile.
SELECT dossier FROM deliveries.lanes
WHERE tenant = $1 AND subscriber = $2 AND dossier = ANY($3::uuid[])
ORDER BY dossier
FOR UPDATE
