-- linked_after: A page of a tenant's dossiers by id whose facts may be recorded under other dossiers too.
SELECT dossier, lineage, merged_into
FROM identity.dossiers
WHERE tenant = $1 AND cardinality(lineage) > 1 AND dossier > $2
ORDER BY dossier
LIMIT $3
