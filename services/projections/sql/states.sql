-- states: every living dossier of a build, by id.
SELECT * FROM read.dossiers WHERE build = $1 AND merged_into IS NULL ORDER BY dossier
