-- lock_builds: both builds of a projection, held until they are swapped, so that neither moves meanwhile.
SELECT number, stage, position
FROM read.builds
WHERE projection = $1 AND tenant = $2 AND stage IN ('live', 'making')
ORDER BY number
FOR UPDATE
