-- join_build: the build is where all of its parts are; nothing while one of them is not.
UPDATE read.builds
SET position = parted_up_to, parted_up_to = NULL, moved_at = now()
WHERE projection = $1 AND tenant = $2 AND stage = 'making' AND number = $3
AND parted_up_to <= (SELECT min(position) FROM read.parts WHERE build = $3)
RETURNING number
