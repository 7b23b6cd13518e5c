-- live_build: the build that readers see and its position, both of this snapshot.
SELECT number, position FROM read.builds WHERE projection = $1 AND tenant = $2 AND stage = 'live'
