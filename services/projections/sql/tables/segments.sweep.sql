-- segments.sweep: some rows of a build that nobody sees any more.
DELETE FROM read.segments WHERE ctid = ANY (ARRAY(SELECT ctid FROM read.segments WHERE build = $1 LIMIT $2))
