-- dossiers_after: A page of a tenant's living dossiers by id.
SELECT entry.dossier, entry.lineage, coalesce(latest.position, 0) AS last_position, entry.merged_into
FROM identity.dossiers AS entry
LEFT JOIN LATERAL (
    SELECT event.position FROM log.events AS event
    WHERE event.tenant = $1 AND event.dossier = entry.dossier ORDER BY event.position DESC LIMIT 1
) AS latest ON true
WHERE entry.tenant = $1 AND entry.merged_into IS NULL AND entry.dossier > $2
ORDER BY entry.dossier
LIMIT $3
