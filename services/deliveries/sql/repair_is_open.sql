-- repair_is_open: Whether this very repair waits already.
SELECT EXISTS (
    SELECT FROM deliveries.open
    WHERE tenant = $1 AND subscriber = $2 AND dossier = $3 AND position = $4 AND repair = $5
)
