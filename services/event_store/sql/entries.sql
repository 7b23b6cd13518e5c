-- entries: Entries of these dossiers. Where each was last told of is asked of the log: nothing that moves with every event
-- is kept beside it.
SELECT entry.dossier, entry.lineage, coalesce(latest.position, 0) AS last_position, entry.merged_into
FROM identity.dossiers AS entry
LEFT JOIN LATERAL (
    SELECT event.position FROM log.events AS event
    WHERE event.tenant = $1 AND event.dossier = entry.dossier ORDER BY event.position DESC LIMIT 1
) AS latest ON true
WHERE entry.tenant = $1 AND entry.dossier = ANY($2::uuid[])
