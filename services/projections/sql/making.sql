-- making: the build that a rebuild of this projection is making, or a killed one left, with the positions of its parts.
SELECT number, position, parted_up_to, ARRAY(
    SELECT parts.position FROM read.parts WHERE parts.build = builds.number ORDER BY parts.part
) AS parts
FROM read.builds WHERE projection = $1 AND tenant = $2 AND stage = 'making'
