-- strays.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.strays WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.strays WHERE build = $1 LIMIT $2))
