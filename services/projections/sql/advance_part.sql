-- advance_part: the same for a part of a build. That the build is still being made is held until this transaction ends,
-- by all of its parts at once.
WITH made AS MATERIALIZED (
    SELECT number FROM read.builds
    WHERE projection = $1 AND tenant = $2 AND stage = 'making' AND number = $5 AND parted_up_to IS NOT NULL
    FOR SHARE
)
UPDATE read.parts
SET position = $4, moved_at = now()
FROM made
WHERE parts.build = made.number AND parts.part = $6 AND parts.position = $3
RETURNING made.number
