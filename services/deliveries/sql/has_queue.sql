-- has_queue: Whether a dossier has a queue of its own, open or under a lease.
SELECT EXISTS (
    SELECT FROM deliveries.lanes
    WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND merged_into IS NULL
)
