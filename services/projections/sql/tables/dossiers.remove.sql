-- dossiers.remove: rows that a newer state replaces.
DELETE FROM read.dossiers
USING unnest($2::uuid[]) AS gone (dossier)
WHERE dossiers.build = $1 AND dossiers.dossier = gone.dossier
