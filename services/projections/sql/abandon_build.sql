-- abandon_build: what was made so far is to be swept.
UPDATE read.builds SET stage = 'old' WHERE projection = $1 AND tenant = $2 AND stage = 'making'
