-- codes.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.codes WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.codes WHERE build = $1 LIMIT $2))
