-- papers.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.papers WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.papers WHERE build = $1 LIMIT $2))
