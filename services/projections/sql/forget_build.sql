-- forget_build: a build whose rows are all gone.
DELETE FROM read.builds WHERE number = $1 AND stage = 'old'
