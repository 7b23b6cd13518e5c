-- old_builds: builds of a projection that nobody can see any more.
SELECT number FROM read.builds WHERE projection = $1 AND stage = 'old' ORDER BY number
