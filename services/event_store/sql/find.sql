-- find: The dossier that holds this code of this system now.
SELECT entry.dossier, entry.lineage, coalesce(latest.position, 0) AS last_position, entry.merged_into
FROM identity.codes AS held
CROSS JOIN LATERAL (
    SELECT * FROM identity.dossiers AS each WHERE each.tenant = held.tenant AND each.dossier = held.dossier
    OFFSET 0
) AS entry
LEFT JOIN LATERAL (
    SELECT event.position FROM log.events AS event
    WHERE event.tenant = $1 AND event.dossier = entry.dossier ORDER BY event.position DESC LIMIT 1
) AS latest ON true
WHERE held.tenant = $1 AND held.system = $2 AND held.code = $3
