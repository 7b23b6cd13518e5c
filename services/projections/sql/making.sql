-- making: the build that a rebuild of this projection is making, or a killed one left.
SELECT number, position FROM read.builds WHERE projection = $1 AND tenant = $2 AND stage = 'making'
