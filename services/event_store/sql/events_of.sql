-- events_of: Everything recorded under these dossier ids, in order; each id's looked up alone, as `known` does.
SELECT held.*
FROM (SELECT DISTINCT unnest($2::uuid[])) AS asked (dossier)
CROSS JOIN LATERAL (
    SELECT position, id, dossier, type, recorded_at, body
    FROM log.events AS each WHERE each.tenant = $1 AND each.dossier = asked.dossier
    OFFSET 0
) AS held
ORDER BY held.position
