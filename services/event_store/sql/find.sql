-- find: The dossier that holds this code of this system now.
SELECT entry.dossier, entry.lineage, entry.last_position, entry.merged_into
FROM identity.codes AS held
CROSS JOIN LATERAL (
    SELECT * FROM identity.entries AS each WHERE each.tenant = held.tenant AND each.dossier = held.dossier
    OFFSET 0
) AS entry
WHERE held.tenant = $1 AND held.system = $2 AND held.code = $3
