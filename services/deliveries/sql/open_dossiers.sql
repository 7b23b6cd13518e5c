-- open_dossiers: Which of these dossiers have something open.
SELECT DISTINCT dossier FROM deliveries.open WHERE tenant = $1 AND subscriber = $2 AND dossier = ANY($3::uuid[])
