-- find: The dossier that holds this code of this system now.
SELECT entry.dossier, entry.lineage, entry.last_position, entry.merged_into
FROM identity.codes AS held
JOIN identity.dossiers AS entry ON entry.tenant = held.tenant AND entry.dossier = held.dossier
WHERE held.tenant = $1 AND held.system = $2 AND held.code = $3
