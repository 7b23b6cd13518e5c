-- entries: Entries of these dossiers.
SELECT dossier, lineage, last_position, merged_into
FROM identity.entries
WHERE tenant = $1 AND dossier = ANY($2::uuid[])
