-- strays_after: a page, by id, of the dossiers that are in another part of a build than their own id says.
SELECT dossier, part FROM read.strays WHERE build = $1 AND dossier > $2 ORDER BY dossier LIMIT $3
