-- divide_build: from now on its parts are made, each up to a position, and not the whole; nothing when it has begun.
WITH divided AS (
    UPDATE read.builds
    SET parted_up_to = $4, moved_at = now()
    WHERE projection = $1 AND tenant = $2 AND stage = 'making' AND number = $3 AND position = 0 AND parted_up_to IS NULL
    RETURNING number
)
INSERT INTO read.parts (build, part)
SELECT divided.number, each.part FROM divided CROSS JOIN generate_series(0, $5::integer - 1) AS each (part)
RETURNING part
