-- dossiers.remove: rows that a newer state replaces.
DELETE FROM read.dossiers WHERE build = $1 AND dossier = ANY ($2::uuid[])
