-- days.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.days WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.days WHERE build = $1 LIMIT $2))
