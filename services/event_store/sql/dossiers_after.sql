-- dossiers_after: A page of a tenant's living dossiers by id.
SELECT dossier, lineage, last_position, merged_into
FROM identity.entries
WHERE tenant = $1 AND merged_into IS NULL AND dossier > $2
ORDER BY dossier
LIMIT $3
