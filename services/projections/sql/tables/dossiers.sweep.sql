-- dossiers.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.dossiers WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.dossiers WHERE build = $1 LIMIT $2))
