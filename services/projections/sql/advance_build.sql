-- advance_build: the same for a build that a rebuild is making, unless it is made in parts.
UPDATE read.builds
SET position = $4, moved_at = now()
WHERE projection = $1 AND tenant = $2 AND stage = 'making' AND position = $3 AND number = $5 AND parted_up_to IS NULL
RETURNING number
