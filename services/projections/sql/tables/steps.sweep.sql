-- steps.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.steps WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.steps WHERE build = $1 LIMIT $2))
